import type { DecimalString } from "../price/price.ts";
import { canonicalJson } from "./input-hash.ts";
import type { Ratio } from "./rate-price.ts";
import type { RatingStep } from "./rating-step.ts";

/** What a line says, and what it would say: the facts that are compared, decimals as plain text. */
export type ReplayFacts = {
  readonly inputs: unknown;
  readonly inputHash: string;
  readonly quantity: DecimalString;
  readonly eventCount: bigint;
  readonly ratio: Ratio;
  readonly steps: readonly RatingStep[];
  readonly tiers: readonly unknown[];
  readonly unitAmount: DecimalString | null;
  readonly exactAmount: DecimalString;
  readonly amountMinor: bigint;
};

/** Where a replay came to something else; `step` is the first that differs, then what follows from it. */
export type ReplayDifference = {
  readonly step: string;
  /** As canonical JSON. */
  readonly stored: string;
  readonly replayed: string;
  readonly detail: string;
};

const parts: readonly (readonly [step: string, of: (facts: ReplayFacts) => unknown, detail: string])[] = [
  ["usage", (facts) => ({ quantity: facts.quantity, events: facts.eventCount }), "the usage that is counted"],
  ["ratio", (facts) => facts.ratio, "the share of the whole period that is billed"],
  ["inputs", (facts) => facts.inputs, "what the amount was made of"],
  ["input_hash", (facts) => facts.inputHash, "the seal of the inputs"],
];

const results: typeof parts = [
  ["tiers", (facts) => facts.tiers, "the tiers as they are printed"],
  ["unit_amount", (facts) => facts.unitAmount, "the price of one unit"],
  ["exact_amount", (facts) => facts.exactAmount, "the amount before it is rounded"],
  ["rounding", (facts) => facts.amountMinor, "the amount, in minor units"],
];

/** Compares a line with its replay, byte for byte of their canonical JSON, in the order in which an amount is made. */
export function compareReplay(stored: ReplayFacts, replayed: ReplayFacts): ReplayDifference[] {
  return [
    ...compareParts(parts, stored, replayed).map((each) => sayLate(each, stored, replayed)),
    ...compareSteps(stored.steps, replayed.steps),
    ...compareParts(results, stored, replayed),
  ];
}

/** More events than were counted need not be a fault: usage comes late, and is settled by a line of its own. */
function sayLate(found: ReplayDifference, stored: ReplayFacts, replayed: ReplayFacts): ReplayDifference {
  const more = replayed.eventCount - stored.eventCount;
  if (found.step !== "usage" || more <= 0n) return found;
  const detail = `${more} events more than the line counted: late usage, which a late_usage line settles`;
  return { ...found, detail };
}

function compareParts(list: typeof parts, stored: ReplayFacts, replayed: ReplayFacts): ReplayDifference[] {
  return list.flatMap(([step, of, detail]) => difference(step, of(stored), of(replayed), detail));
}

function compareSteps(stored: readonly RatingStep[], replayed: readonly RatingStep[]): ReplayDifference[] {
  const count = Math.max(stored.length, replayed.length);
  return Array.from({ length: count }, (_, n) => {
    const [a, b] = [stored[n] ?? null, replayed[n] ?? null];
    const name = b?.name ?? a?.name ?? "charge_model";
    return difference(name, a, b, `step ${n + 1} of the rating`);
  }).flat();
}

function difference(step: string, stored: unknown, replayed: unknown, detail: string): ReplayDifference[] {
  const [a, b] = [canonicalJson(stored), canonicalJson(replayed)];
  return a === b ? [] : [{ step, stored: a, replayed: b, detail }];
}
