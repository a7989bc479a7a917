import { cutWindows } from "#libs/core/calendar/cut-windows.ts";
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
  const asked = wanted.flatMap(askFor);
  const found = await load(
    tx,
    asked.map(({ query }) => query),
  );
  const usage = new Map<string, GroupQuantity[]>();
  for (const { key, window, query } of asked) {
    const ofItem = usage.get(key) ?? [];
    usage.set(key, ofItem);
    for (const quantity of found.get(query.key) ?? []) {
      if (window === undefined) ofItem.push(quantity);
      else if (quantity.eventCount > 0n || !quantity.quantity.isZero()) ofItem.push({ ...quantity, window });
    }
  }
  return usage;
}

type Asked = { readonly key: string; readonly window?: string; readonly query: UsageQuery };

function askFor({ key, customerId, subscriptionId, due }: WantedUsage): Asked[] {
  const { start, end, item } = due;
  const { meter, price, schedule } = item;
  if (meter === null) return [];
  const query = { key, customerId, subscriptionId, meter, start, end };
  if (looksAtEvents(price.chargeModel)) {
    const { chargeModel } = price;
    const amountProperty = chargeModel.model === "dynamic" ? chargeModel.amountProperty : null;
    return [{ key, query: { ...query, singleEvents: { amountProperty } } }];
  }
  const window = price.ratePer?.window ?? null;
  if (window === null) return [{ key, query }];
  const timezone = window === "hour" ? "UTC" : schedule.timezone;
  return cutWindows({ start, end }, window, timezone, Number.POSITIVE_INFINITY).map((range) => {
    const name = range.start.toString();
    return { key, window: name, query: { ...query, ...range, key: `${key}/${name}` } };
  });
}
