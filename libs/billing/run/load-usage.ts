import { cutWindows } from "#libs/core/calendar/cut-windows.ts";
import type { TimeRange } from "#libs/core/calendar/proration.ts";
import type { DuePeriod } from "#libs/core/rating/due-periods.ts";
import { looksAtEvents } from "#libs/core/rating/rate-bucket.ts";
import type { GroupQuantity } from "#libs/core/rating/rate-usage.ts";
import type { TenantTx } from "#libs/data/database.ts";
import type { UsageQuery } from "#libs/data/usage-facts.ts";
import { loadQuantities } from "#libs/data/usage-quantities.ts";
import type { Standing } from "./draft-boundary.ts";

/** What falls due of a subscription at a boundary. */
export type PlannedBoundary = {
  readonly standing: Pick<Standing, "customerId" | "subscriptionId">;
  readonly dues: readonly DuePeriod[];
};

/** One due period whose usage is wanted, under a key of the caller's. */
export type WantedUsage = {
  readonly key: string;
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly due: DuePeriod;
};

/** Usage of every metered item over its due period, by item id: a constant number of statements. */
export function loadUsage(
  tx: TenantTx,
  planned: readonly PlannedBoundary[],
): Promise<Map<string, GroupQuantity[]>> {
  const wanted = planned.flatMap(({ standing: { customerId, subscriptionId }, dues }) =>
    dues.map((due) => ({ key: due.item.itemId, customerId, subscriptionId, due })),
  );
  return loadWantedUsage(tx, wanted, loadQuantities);
}

/**
 * What each period's price looks at, by key, for items with a meter: quantities by group; for a price that is rated by windows one
 * entry for each window and group in which there is usage; for one that looks at single events, the events too.
 * @param load where quantities come from: buckets and events (`loadQuantities`), or events alone (`recountQuantities`)
 */
export async function loadWantedUsage(
  tx: TenantTx,
  wanted: readonly WantedUsage[],
  load: (tx: TenantTx, queries: readonly UsageQuery[]) => Promise<Map<string, GroupQuantity[]>>,
): Promise<Map<string, GroupQuantity[]>> {
  const windows = new Map<string, TimeRange[]>();
  return load(
    tx,
    wanted.flatMap((each) => queryOf(each, windows)),
  );
}

/** @param known windows that periods share, so that they are cut once */
function queryOf(
  { key, customerId, subscriptionId, due }: WantedUsage,
  known: Map<string, TimeRange[]>,
): UsageQuery[] {
  const { start, end, item } = due;
  const { meter, price, schedule } = item;
  if (meter === null) return [];
  const query = { key, customerId, subscriptionId, meter, start, end };
  if (looksAtEvents(price.chargeModel)) {
    const { chargeModel } = price;
    const amountProperty = chargeModel.model === "dynamic" ? chargeModel.amountProperty : null;
    return [{ ...query, singleEvents: { amountProperty } }];
  }
  const unit = price.ratePer?.window ?? null;
  if (unit === null) return [query];
  const timezone = unit === "hour" ? "UTC" : schedule.timezone;
  const place = [unit, timezone, start.epochNanoseconds, end.epochNanoseconds].join(" ");
  const windows = known.get(place) ?? cutWindows({ start, end }, unit, timezone, Number.POSITIVE_INFINITY);
  known.set(place, windows);
  return [{ ...query, windows }];
}
