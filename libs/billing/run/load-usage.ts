import type { DuePeriod } from "#libs/core/rating/due-periods.ts";
import type { GroupQuantity } from "#libs/core/rating/rate-due-period.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { loadQuantities } from "#libs/data/usage-quantities.ts";
import type { Standing } from "./draft-boundary.ts";

/** What falls due of a subscription at a boundary. */
export type PlannedBoundary = {
  readonly standing: Pick<Standing, "customerId" | "subscriptionId">;
  readonly dues: readonly DuePeriod[];
};

/** Usage of every metered item over its due period, by item id: a constant number of statements. */
export async function loadUsage(
  tx: TenantTx,
  planned: readonly PlannedBoundary[],
): Promise<Map<string, GroupQuantity[]>> {
  const queries = planned.flatMap(({ standing, dues }) =>
    dues.flatMap(({ item, start, end }) => {
      if (item.meter === null) return [];
      const { customerId, subscriptionId } = standing;
      return [{ key: item.itemId, customerId, subscriptionId, meter: item.meter, start, end }];
    }),
  );
  return loadQuantities(tx, queries);
}
