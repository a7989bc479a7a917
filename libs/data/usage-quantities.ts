import { type Decimal, zero } from "#libs/core/money/decimal.ts";
import { aggregateUsage, floorQuantity } from "#libs/core/usage/aggregate-usage.ts";
import { bucketQuantity, isBucketed } from "#libs/core/usage/usage-bucket.ts";
import { compareTexts } from "#libs/core/usage/usage-value.ts";
import { Temporal } from "temporal-polyfill";
import type { TenantTx } from "./database.ts";
import { loadUsageFacts, type UsageFacts, type UsageQuery } from "./usage-facts.ts";

export type GroupQuantity = {
  /** As `formatGroup` writes it; `""` for a meter without groups. */
  readonly group: string;
  readonly quantity: Decimal;
  /** Events inside the window that made it; events before it, for a meter with `carry_over`, are not counted. */
  readonly eventCount: bigint;
};

/**
 * The quantity of each query's meter over `[start, end)`, exact, from events that name the query's subscription or none.
 * At most three statements for any number of queries. A meter without groups has one entry, 0 when nothing happened;
 * with groups, one entry for each group seen, sorted by code points, and none when nothing happened.
 */
export async function loadQuantities(
  tx: TenantTx,
  queries: readonly UsageQuery[],
): Promise<Map<string, GroupQuantity[]>> {
  const facts = await loadUsageFacts(tx, queries);
  return new Map(queries.map((query, q) => [query.key, groupQuantities(query, facts[q] ?? new Map())]));
}

/** The quantities that the facts of one query give, sorted by group. */
export function groupQuantities(
  query: Pick<UsageQuery, "meter" | "start" | "end">,
  facts: ReadonlyMap<string, UsageFacts>,
): GroupQuantity[] {
  if (facts.size === 0 && query.meter.groupBy.length === 0) {
    return [{ group: "", quantity: zero, eventCount: 0n }];
  }
  return [...facts]
    .sort(([a], [b]) => compareTexts(a, b))
    .map(([group, each]) => ({ group, ...quantityOf(query, each) }));
}

function quantityOf(
  { meter, start, end }: Pick<UsageQuery, "meter" | "start" | "end">,
  facts: UsageFacts,
): { quantity: Decimal; eventCount: bigint } {
  if (!isBucketed(meter.aggregation)) {
    const inside = facts.values.filter((each) => Temporal.Instant.compare(each.at, start) >= 0);
    return {
      quantity: aggregateUsage(meter, facts.values, { start, end }),
      eventCount: BigInt(inside.length),
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
