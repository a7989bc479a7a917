import { Temporal } from "temporal-polyfill";
import { counted } from "../counted.ts";
import type { DocumentTier } from "../invoice/invoice-document.ts";
import type { RatingStep } from "./rating-step.ts";

/** A stored line as a person is told of it; decimals are plain text. */
export type DescribedLine = {
  readonly description: string;
  readonly group: string;
  /** RFC 3339, the end exclusive. */
  readonly period: readonly [start: string, end: string];
  /** The zone that the period is told in besides. */
  readonly timezone: string;
  readonly quantity: string;
  readonly unit: string | null;
  readonly eventCount: bigint;
  /** Days (months of a long period) with usage. */
  readonly days: number;
  readonly steps: unknown;
  readonly tiers: unknown;
  readonly exactAmount: string;
  /** Rounded, with its currency. */
  readonly amount: string;
  readonly roundingMode: string;
};

const roundings: Readonly<Record<string, string>> = {
  half_up: "halves away from zero",
  half_even: "halves to the even digit",
};

/** Says in plain sentences how a line came to its amount: what was counted, each step, each tier, and the rounding. */
export function describeLine(line: DescribedLine): string[] {
  const group = line.group === "" ? "" : ` (${line.group})`;
  const unit = line.unit === null ? "" : ` ${line.unit}`;
  const made =
    line.eventCount === 0n
      ? `Quantity: ${line.quantity}${unit}.`
      : `Quantity: ${line.quantity}${unit}, counted from ${counted(line.eventCount, "event", "events")} on ${counted(line.days, "day", "days")} of the period.`;
  const steps = Array.isArray(line.steps) ? (line.steps as RatingStep[]) : [];
  const tiers = Array.isArray(line.tiers) ? (line.tiers as DocumentTier[]) : [];
  return [
    `${line.description}${group}: ${line.amount}`,
    `  ${describePeriod(line)} ${made}`,
    ...steps.map((step) => `  ${stepNames[step.name] ?? step.name}: ${step.detail}.`),
    ...tiers.map((tier) => `    ${describeTier(tier)}`),
    steps.some((step) => step.name === "rounded_together")
      ? `  Printed: ${line.amount}.`
      : `  Rounded once, ${roundings[line.roundingMode] ?? line.roundingMode}: ${line.exactAmount} is ${line.amount}.`,
  ];
}

function describePeriod({ period, timezone }: DescribedLine): string {
  const [start, end] = period;
  const utc = `From ${shortInstant(start)} until ${shortInstant(end)} (not included)`;
  if (timezone === "UTC") return `${utc}.`;
  return `${utc}; in ${timezone} from ${localTime(start, timezone)} until ${localTime(end, timezone)}.`;
}

/** `2026-03-01`, with its time and offset unless it is midnight. */
function localTime(instant: string, timezone: string): string {
  const local = Temporal.Instant.from(instant).toZonedDateTimeISO(timezone);
  const isMidnight = local.equals(local.startOfDay());
  return isMidnight ? local.toPlainDate().toString() : local.toString({ timeZoneName: "never" });
}

const stepNames: Readonly<Record<RatingStep["name"], string>> = {
  negative_quantity: "Less than nothing",
  included_units: "Included",
  transform_quantity: "Counted as",
  charge_model: "Price",
  rate_per: "Sum of its parts",
  proration: "Part of a period",
  minimum_amount: "Minimum",
  maximum_amount: "Maximum",
  group_share: "Share of the group",
  rounded_together: "Rounded with the other groups",
  already_billed: "Billed before",
  discount: "Discounted before",
  credit_note: "Taken back",
};

function describeTier(tier: DocumentTier): string {
  const range = tier.upTo === null ? `above ${tier.from}` : `above ${tier.from} up to ${tier.upTo}`;
  const flat = /^0(\.0+)?$/.test(tier.flatAmount) ? "" : ` + ${tier.flatAmount}`;
  return `${range}: ${tier.quantity} x ${tier.unitAmount}${flat} = ${tier.amount}`;
}

function shortInstant(text: string): string {
  return text.replace(/T00:00:00(?:\.000)?Z$/, "").replace(/\.000Z$/, "Z");
}
