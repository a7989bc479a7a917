import { type Decimal, zero } from "#libs/core/money/decimal.ts";
import { aggregateUsage, floorQuantity } from "#libs/core/usage/aggregate-usage.ts";
import { bucketQuantity, isBucketed } from "#libs/core/usage/usage-bucket.ts";
import { formatGroup, parseGroup } from "#libs/core/usage/usage-group.ts";
import { compareTexts, compareUsageValues, type UsageValue } from "#libs/core/usage/usage-value.ts";
import { Temporal } from "temporal-polyfill";
import type { TenantTx } from "./database.ts";
import {
  loadEventFacts,
  loadUsageFacts,
  mergeGroups,
  type UsageFacts,
  type UsageQuery,
} from "./usage-facts.ts";

export type GroupQuantity = {
  /** As `formatGroup` writes it; `""` for a meter without groups. */
  readonly group: string;
  readonly quantity: Decimal;
  /** Events inside the window that made it; events before it, for a meter with `carry_over`, are not counted. */
  readonly eventCount: bigint;
  /** Those events in (time, id) order; only when the query asked for single events. */
  readonly events?: readonly UsageValue[];
};

/**
 * The quantity of each query's meter over `[start, end)`, exact, from events that name the query's subscription or none.
 * At most three statements for any number of queries. A meter without groups has one entry, 0 when nothing happened;
 * with groups, one entry for each group seen, sorted by code points, and none when nothing happened.
 * @param groupBy properties to tell apart instead of all that the meter groups by; none = one entry for everything
 */
export async function loadQuantities(
  tx: TenantTx,
  queries: readonly UsageQuery[],
  groupBy?: readonly string[],
): Promise<Map<string, GroupQuantity[]>> {
  const found = await loadUsageFacts(tx, queries);
  return new Map(
    queries.map((query, q) => {
      const facts = found[q] ?? new Map<string, UsageFacts>();
      if (groupBy === undefined) return [query.key, groupQuantities(query, facts, query.meter.groupBy)];
      return [query.key, groupQuantities(query, mergeGroups(facts, keepProperties(groupBy)), groupBy)];
    }),
  );
}

/** The same quantities from single events alone, whatever the buckets say: for proofs, not for speed. */
export async function recountQuantities(
  tx: TenantTx,
  queries: readonly UsageQuery[],
): Promise<Map<string, GroupQuantity[]>> {
  const found = await loadEventFacts(tx, queries);
  return new Map(
    queries.map((query, q) => [
      query.key,
      groupQuantities(query, found[q] ?? new Map<string, UsageFacts>(), query.meter.groupBy),
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
): GroupQuantity[] {
  if (facts.size === 0 && groupBy.length === 0)
    return [
      {
        group: "",
        quantity: zero,
        eventCount: 0n,
        ...(query.singleEvents === undefined ? {} : { events: [] }),
      },
    ];
  return [...facts]
    .sort(([a], [b]) => compareTexts(a, b))
    .map(([group, each]) => ({ group, ...quantityOf(query, each) }));
}

function quantityOf(query: UsageQuery, facts: UsageFacts): Omit<GroupQuantity, "group"> {
  const { meter, start, end, singleEvents } = query;
  if (singleEvents !== undefined || !isBucketed(meter.aggregation)) {
    const inside = facts.values.filter((each) => Temporal.Instant.compare(each.at, start) >= 0);
    return {
      quantity: aggregateUsage(meter, facts.values, { start, end }),
      eventCount: BigInt(inside.length),
      ...(singleEvents === undefined ? {} : { events: inside.sort(compareUsageValues) }),
    };
  }
  if (facts.bucket === null && facts.carried !== null) {
    return { quantity: floorQuantity(meter, facts.carried.last), eventCount: 0n };
  }
  return {
    quantity: bucketQuantity(meter.aggregation, facts.bucket, meter.negative),
    eventCount: facts.bucket?.n ?? 0n,
  };
}
