import { DomainError } from "#libs/core/errors.ts";
import type { Adapter, Answer, DecisionRule, Value } from "./answer.ts";
import { InputUnknown } from "./answer.ts";
import { isSameValue, showValue } from "./compare-values.ts";
import { BadInput } from "./conformance-options.ts";
import type { VectorCase } from "./read-vectors.ts";
import { shiftValue } from "./shift-value.ts";

/** One expected value that is not ours. */
export type Difference = {
  readonly key: string;
  readonly expected: string;
  readonly ours: string;
  readonly reason: string;
};

export type Verdict =
  | { readonly verdict: "agree" }
  | { readonly verdict: "n/a"; readonly reason: string }
  | {
      readonly verdict: "by decision";
      readonly rules: readonly DecisionRule[];
      readonly differences: readonly Difference[];
    }
  | { readonly verdict: "differ"; readonly differences: readonly Difference[] };

/** How other engines name what we have a code for, by expected key. */
const foreignNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  error: {
    invalid_interval_count: "interval_count_invalid",
    unknown_currency: "currency_unknown",
    invalid_currency: "currency_unknown",
    unknown_timezone: "timezone_unknown",
    invalid_timezone: "timezone_unknown",
  },
  reason: {
    outside_tolerance: "timestamp_outside_tolerance",
    timestamp_outside_tolerance_zone: "timestamp_outside_tolerance",
    timestamp_too_old: "timestamp_outside_tolerance",
  },
};

/** Asks Billwright, and compares what is expected with what it says. */
export async function judgeCase(each: VectorCase, adapter: Adapter, mutate: boolean): Promise<Verdict> {
  const answer = await ask(adapter, each.input);
  if (typeof answer === "string") return unanswered(each, answer);
  const expected = Object.entries(each.expected);
  return mutate ? judgeShifted(expected, answer) : judge(expected, answer);
}

/**
 * The answer, an error code among its values when Billwright refuses; a text when the input is not understood or something
 * broke, which is a difference too.
 */
async function ask(adapter: Adapter, input: VectorCase["input"]): Promise<Answer | string> {
  try {
    return await adapter(input);
  } catch (error) {
    if (error instanceof BadInput) throw error;
    if (error instanceof DomainError) return { values: { error: error.code }, refusal: error.message };
    return error instanceof InputUnknown ? error.message : `broken: ${String(error)}`;
  }
}

function unanswered(each: VectorCase, reason: string): Verdict {
  const differences = Object.entries(each.expected).map(([key, value]) => ({
    key,
    expected: JSON.stringify(value),
    ours: "nothing",
    reason,
  }));
  return { verdict: "differ", differences };
}

type Entry = readonly [key: string, expected: unknown];

function judge(entries: readonly Entry[], answer: Answer): Verdict {
  const judged = entries.map(([key, expected]) => judgeEntry(key, expected, answer));
  const differences = judged.flatMap(({ difference }) => (difference === null ? [] : [difference]));
  if (differences.length === 0) return { verdict: "agree" };
  if (judged.some(({ difference, rule }) => difference !== null && rule === null)) {
    const undecided = judged.flatMap(({ difference, rule }) =>
      difference !== null && rule === null ? [difference] : [],
    );
    return { verdict: "differ", differences: undecided };
  }
  const rules = [...new Set(judged.flatMap(({ rule }) => (rule === null ? [] : [rule])))];
  return { verdict: "by decision", rules, differences };
}

function judgeEntry(
  key: string,
  expected: unknown,
  answer: Answer,
): {
  readonly difference: Difference | null;
  readonly rule: DecisionRule | null;
  readonly said: Value | undefined;
} {
  const zone = answer.timezone ?? "UTC";
  const wanted = typeof expected === "string" ? (foreignNames[key]?.[expected] ?? expected) : expected;
  const ours = answer.values[key];
  if (isSameValue(wanted, ours, zone)) return { difference: null, rule: null, said: ours };
  const other = answer.others?.find(({ values }) => isSameValue(wanted, values[key], zone));
  const reason =
    other !== undefined
      ? other.rule
      : ours !== undefined
        ? "another value"
        : answer.refusal !== undefined
          ? `refused: ${answer.refusal}`
          : "no answer of that name";
  const difference = { key, expected: JSON.stringify(expected), ours: showValue(ours), reason };
  return { difference, rule: other?.rule ?? null, said: other?.values[key] };
}

/**
 * The verdict for shifted values, each against the answer that the true one equals: ours, or the decided other. One
 * that still equals it is a hole: the case then agrees.
 */
function judgeShifted(entries: readonly Entry[], answer: Answer): Verdict {
  const said = entries.map(([key, expected]) => [key, judgeEntry(key, expected, answer).said] as const);
  const values = Object.fromEntries(
    said.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
  const shifted = entries.map(([key, expected]): Entry => [key, shiftValue(expected)]);
  const verdict = judge(shifted, { ...answer, values, others: [] });
  const isCaught = verdict.verdict === "differ" && verdict.differences.length === entries.length;
  return isCaught ? verdict : { verdict: "agree" };
}
