import type { SourceFile } from "./source-files.ts";
import { breachesOfFile, breachesOfReadmes, type TidyBreach, type TidyRule } from "./tidy-rules.ts";

/** A breach that is allowed for now: `limit` is the lines (size rules) or the number of breaches there are. */
export interface TidyException {
  readonly rule: TidyRule;
  readonly path: string;
  readonly limit: number;
  readonly reason: string;
}

/**
 * Breaches of the house rules that no other tool holds: size, names, READMEs, environment, test habits.
 * An exception hides its breaches while they stay at its limit; above it they show, and below it, or when
 * there is nothing left to hide, the exception itself is the breach.
 */
export function findTidyBreaches(
  files: readonly SourceFile[],
  exceptions: readonly TidyException[],
): TidyBreach[] {
  const breaches = [...files.flatMap(breachesOfFile), ...breachesOfReadmes(files)];
  const groups = new Map<string, TidyBreach[]>();
  for (const breach of breaches) {
    const key = `${breach.rule} ${breach.path}`;
    groups.set(key, [...(groups.get(key) ?? []), breach]);
  }
  const stale: TidyBreach[] = [];
  for (const exception of exceptions) {
    const key = `${exception.rule} ${exception.path}`;
    const hidden = groups.get(key) ?? [];
    const amount = amountOf(exception.rule, hidden);
    if (amount <= exception.limit) groups.delete(key);
    if (amount < exception.limit) stale.push(staleException(exception, amount));
  }
  return [...[...groups.values()].flat(), ...stale];
}

function amountOf(rule: TidyRule, breaches: readonly TidyBreach[]): number {
  if (!rule.endsWith("_lines")) return breaches.length;
  return Math.max(0, ...breaches.map((breach) => breach.amount));
}

function staleException({ rule, path, limit }: TidyException, amount: number): TidyBreach {
  const todo = amount === 0 ? "delete the exception" : `lower its limit from ${limit} to ${amount}`;
  return { rule, path, line: 1, amount, message: `the list of exceptions only shrinks: ${todo}` };
}
