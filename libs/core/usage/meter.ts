export type Aggregation =
  | "count"
  | "sum"
  | "max"
  | "min"
  | "unique_count"
  | "latest"
  | "weighted_sum"
  | "percentile";

/** A condition on one property; a missing property never matches `in`, `not_in` or `exists`. */
export type MeterFilter = {
  readonly property: string;
  readonly op: "in" | "not_in" | "exists";
  readonly values?: readonly string[];
};

/** What is counted and how. Frozen once events exist. */
export type Meter = {
  readonly code: string;
  readonly name: string;
  /** Events of this type feed the meter; several meters may share one. */
  readonly eventType: string;
  readonly aggregation: Aggregation;
  /** Property that holds the number; unset: the event's own `value`. */
  readonly valueProperty?: string;
  readonly percentile?: number;
  /** Property that says `add` or `remove`; unique_count only. */
  readonly operationProperty?: string;
  readonly carryOver: boolean;
  readonly negative: "keep" | "floor";
  /** All must match. */
  readonly filters: readonly MeterFilter[];
  readonly groupBy: readonly string[];
  readonly unit?: string;
};

const levels: ReadonlySet<Aggregation> = new Set(["max", "min", "latest", "percentile", "weighted_sum"]);

/**
 * Whether what a meter counts is a level that lasts, such as storage or a peak, and not something that adds up: two halves
 * of a period have the level of the whole, but half of its events. A unique count is one while its members are carried over.
 */
export function isLevel({ aggregation, carryOver }: Pick<Meter, "aggregation" | "carryOver">): boolean {
  return levels.has(aggregation) || (aggregation === "unique_count" && carryOver);
}

/** The facts of one usage event that a meter looks at. */
export type MeteredEvent = {
  readonly id: string;
  readonly source: string;
  readonly eventType: string;
  /** RFC 3339 in UTC. */
  readonly timestamp: string;
  readonly value: string | null;
  readonly properties: Readonly<Record<string, unknown>>;
};
