import type { TimeRange } from "#libs/core/calendar/proration.ts";
import { type Decimal, zero } from "#libs/core/money/decimal.ts";
import { aggregateWindows, type WindowUsage } from "#libs/core/usage/aggregate-windows.ts";
import { bucketQuantity, isBucketed } from "#libs/core/usage/usage-bucket.ts";
import { formatGroup, parseGroup } from "#libs/core/usage/usage-group.ts";
import { compareTexts, type UsageValue } from "#libs/core/usage/usage-value.ts";
import type { TenantTx } from "./database.ts";
import {
  carriesLatest,
  loadEventFacts,
  loadUsageFacts,
  mergeGroups,
  readsBuckets,
  type UsageFacts,
  type UsageQuery,
  windowsOf,
} from "./usage-facts.ts";

export type GroupQuantity = {
  /** As `formatGroup` writes it; `""` for a meter without groups. */
  readonly group: string;
  readonly quantity: Decimal;
  /** Events inside the window that made it; events before it, for a meter with `carry_over`, are not counted. */
  readonly eventCount: bigint;
  /** Start of the window, RFC 3339 in UTC; only when the query is cut into windows. */
  readonly window?: string;
  /** Those events in (time, id) order; only when the query asked for single events. */
  readonly events?: readonly UsageValue[];
};

/**
 * The quantity of each query's meter over `[start, end)`, exact, from events that name the query's subscription or none.
 * At most three statements for any number of queries. A meter without groups has one entry, 0 when nothing happened;
 * with groups, one entry for each group seen, sorted by code points, and none when nothing happened. A query that is cut
 * into windows has one entry for each window and group in which there is usage, by window, then by group.
 * @param groupBy properties to tell apart instead of all that the meter groups by; none = one entry for everything
 */
export async function loadQuantities(
  tx: TenantTx,
  queries: readonly UsageQuery[],
  groupBy?: readonly string[],
): Promise<Map<string, GroupQuantity[]>> {
  const found = await loadUsageFacts(tx, queries);
  const names = windowNames();
  return new Map(
    queries.map((query, q) => {
      const facts = found[q] ?? new Map<string, UsageFacts>();
      if (groupBy === undefined)
        return [query.key, groupQuantities(query, facts, query.meter.groupBy, names)];
      return [query.key, groupQuantities(query, mergeGroups(facts, keepProperties(groupBy)), groupBy, names)];
    }),
  );
}

/** The same quantities from single events alone, whatever the buckets say: for proofs, not for speed. */
export async function recountQuantities(
  tx: TenantTx,
  queries: readonly UsageQuery[],
): Promise<Map<string, GroupQuantity[]>> {
  const found = await loadEventFacts(tx, queries);
  const names = windowNames();
  return new Map(
    queries.map((query, q) => [
      query.key,
      groupQuantities(query, found[q] ?? new Map<string, UsageFacts>(), query.meter.groupBy, names),
    ]),
  );
}

function keepProperties(groupBy: readonly string[]): (group: string) => string {
  return (group) => {
    const values = new Map(parseGroup(group));
    return formatGroup(groupBy.map((property) => [property, values.get(property) ?? ""]));
  };
}

function groupQuantities(
  query: UsageQuery,
  facts: ReadonlyMap<string, UsageFacts>,
  groupBy: readonly string[],
  names: WindowNames,
): GroupQuantity[] {
  const groups = [...facts].sort(([a], [b]) => compareTexts(a, b));
  if (query.windows !== undefined)
    return windowQuantities(query, query.windows, groups, names(query.windows));
  if (facts.size === 0 && groupBy.length === 0) {
    const nothing = { group: "", quantity: zero, eventCount: 0n };
    return [{ ...nothing, ...(query.singleEvents === undefined ? {} : { events: [] }) }];
  }
  return groups.flatMap(([group, each]) =>
    quantitiesOf(query, each).map((usage) => ({ group, ...usage.quantity })),
  );
}

type WindowNames = (windows: readonly TimeRange[]) => readonly string[];

/** Starts of windows as texts, written once for all queries that share the windows. */
function windowNames(): WindowNames {
  const known = new Map<readonly TimeRange[], readonly string[]>();
  return (windows) => {
    const names = known.get(windows) ?? windows.map(({ start }) => start.toString());
    known.set(windows, names);
    return names;
  };
}

function windowQuantities(
  query: UsageQuery,
  windows: readonly TimeRange[],
  groups: readonly (readonly [string, UsageFacts])[],
  names: readonly string[],
): GroupQuantity[] {
  const byWindow: GroupQuantity[][] = windows.map(() => []);
  for (const [group, facts] of groups) {
    for (const { window, quantity } of quantitiesOf(query, facts)) {
      if (quantity.eventCount > 0n || !quantity.quantity.isZero())
        byWindow[window]?.push({ group, ...quantity });
    }
  }
  return byWindow.flatMap((found, place) => {
    const window = names[place] ?? "";
    return found.map((each) => ({ ...each, window }));
  });
}

type PlacedQuantity = { readonly window: number; readonly quantity: Omit<GroupQuantity, "group" | "window"> };

function quantitiesOf(query: UsageQuery, facts: UsageFacts): PlacedQuantity[] {
  const { meter } = query;
  if (!readsBuckets(query) || !isBucketed(meter.aggregation)) {
    return aggregateWindows(meter, facts.values, windowsOf(query)).map((usage) => ofValues(query, usage));
  }
  if (carriesLatest(meter)) return carriedQuantities(query, facts);
  const { aggregation, negative } = meter;
  return [...facts.buckets].map(([window, bucket]) => {
    return {
      window,
      quantity: { quantity: bucketQuantity(aggregation, bucket, negative), eventCount: bucket.n },
    };
  });
}

function ofValues({ singleEvents }: UsageQuery, { window, quantity, values }: WindowUsage): PlacedQuantity {
  const eventCount = BigInt(values.length);
  return {
    window,
    quantity: { quantity, eventCount, ...(singleEvents === undefined ? {} : { events: values }) },
  };
}

/** The last value inside each window, or the last one before it. */
function carriedQuantities(query: UsageQuery, { buckets, carried }: UsageFacts): PlacedQuantity[] {
  let last = carried;
  return windowsOf(query).flatMap((_, window) => {
    const bucket = buckets.get(window) ?? null;
    last = bucket ?? last;
    if (last === null) return [];
    const quantity = bucketQuantity("latest", last, query.meter.negative);
    return [{ window, quantity: { quantity, eventCount: bucket?.n ?? 0n } }];
  });
}
