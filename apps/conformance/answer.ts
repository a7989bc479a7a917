import type { Temporal } from "temporal-polyfill";
import type { Share } from "#libs/core/calendar/proration.ts";
import type { Decimal } from "#libs/core/money/decimal.ts";

/** What Billwright says to one question: a number, a share, an instant, a text, a list or a record of such. */
export type Value =
  | Decimal
  | Share
  | Temporal.Instant
  | string
  | boolean
  | null
  | readonly Value[]
  | { readonly record: ReadonlyMap<string, Value> }
  | { readonly series: readonly SeriesPoint[] };

export type SeriesPoint = {
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
  readonly value: Value;
};

/** By name of what is expected. */
export type Values = Readonly<Record<string, Value>>;

/** What an engine that decided otherwise says: an expected value that equals it differs from ours by decision. */
export type OtherAnswer = { readonly rule: DecisionRule; readonly values: Values };

/** All that Billwright can say about an input; only what is expected is looked at. */
export type Answer = {
  readonly values: Values;
  readonly others?: readonly OtherAnswer[];
  /** Why there is no answer but an error. */
  readonly refusal?: string;
  /** In which expected times without offset are read; unset: UTC. */
  readonly timezone?: string;
};

/** Answers the question that an input asks. Throws InputUnknown, and DomainError for what Billwright refuses. */
export type Adapter = (input: Readonly<Record<string, unknown>>) => Answer | Promise<Answer>;

/** Thrown for an input with a key or a value that no adapter knows. */
export class InputUnknown extends Error {
  override readonly name = "InputUnknown";
}

/** The rules by which Billwright deliberately answers otherwise than a peer, and where that is written down. */
export const decisionRules = {
  plain_grid: { record: "0011", says: "a first period is a stub up to the next boundary of the grid" },
  grid_before_anchor: { record: "0011", says: "an anchor in the future is no second start" },
  grid_period_around_stub: { record: "0011", says: "a stub is a share of the grid period around it" },
  whole_periods_first: { record: "0011", says: "a stub's share never passes 1: whole periods are split off" },
  zone_change_opens_schedule: { record: "0011", says: "a change of zone opens a schedule, with a stub" },
  lines_rounded_first: { record: "0003", says: "each line is rounded, so that they add up to the total" },
  parts_add_up: { record: "0003", says: "discounts and taxes of lines add up to those of the invoice" },
  currency_in_table: { record: "0003", says: "a currency that is not in the table is refused" },
  provider_limit_named: { record: "0003", says: "what a provider cannot express is refused by name" },
  period_rated_whole: {
    record: "0012",
    says: "late usage is rated with all of its period, so packages and tiers run on",
  },
  first_event_counts: {
    record: "0012",
    says: "(source, id) is one event: the first counts, none is refused",
  },
  half_open_windows: { record: "0012", says: "an event on the end of a period belongs to the next one" },
} as const satisfies Record<string, { readonly record: string; readonly says: string }>;

export type DecisionRule = keyof typeof decisionRules;
