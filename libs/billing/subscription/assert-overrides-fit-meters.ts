import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { applyPriceOverride, type PriceOverride } from "#libs/core/price/price-override.ts";
import { validatePriceMeter } from "#libs/core/price/validate-price-meter.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findMeters } from "#libs/data/meters.ts";
import type { PlanRow } from "#libs/data/plans.ts";

/**
 * Refuses overrides that a price's meter cannot feed: single events of a maximum, groups that it does not have.
 * @throws DomainError fields_invalid, a place for each fault under `price_overrides`
 */
export async function assertOverridesFitMeters(
  tx: TenantTx,
  plan: PlanRow,
  overrides: readonly PriceOverride[],
): Promise<void> {
  const overridden = overrides.flatMap((override, index) => {
    const row = plan.prices.find((price) => price.code === override.price);
    return row === undefined || row.meter_id === null ? [] : [{ row, meterId: row.meter_id, index }];
  });
  if (overridden.length === 0) return;
  const meters = await findMeters(
    tx,
    overridden.map(({ meterId }) => ({ id: meterId })),
  );
  assertNoPlaces(
    overridden.flatMap(({ row, meterId, index }) => {
      const meter = meters.find((each) => each.id === meterId);
      if (meter === undefined) return [];
      const price = applyPriceOverride(row.definition, overrides);
      return validatePriceMeter(price, meter.definition, `price_overrides.${index}`);
    }),
  );
}
