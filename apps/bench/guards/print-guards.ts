import { type Guard, type GuardKind, guardLabel } from "./guard.ts";
import type { Verdict } from "./probe-guard.ts";
import type { GuardRun } from "./run-guards.ts";

/** Whether nobody noticed that a guard was gone, or something that should have noticed says nothing. */
export function isMissed({ noticedBy, troubles }: Verdict): boolean {
  return noticedBy.length === 0 || troubles.length > 0;
}

/** A guard and what fails without it; more failures follow as a count. */
export function verdictLines(verdict: Verdict): string[] {
  const { guard, noticedBy, troubles } = verdict;
  const [first = "NOBODY NOTICED", ...more] = [...noticedBy].reverse();
  const rest = more.length === 0 ? "" : ` (and ${more.length} more)`;
  return [`${guardLabel(guard)} -> ${first}${rest}`, ...troubles.map((trouble) => `  TROUBLE: ${trouble}`)];
}

/** A guard with its probes and tests, for --list. */
export function guardLines(guard: Guard): string[] {
  return [
    guardLabel(guard),
    ...guard.probes.map(({ act }) => `  probe: ${act}`),
    ...guard.tests.map(({ file, name }) => `  ${file} › ${name}`),
  ];
}

/** A line per kind, what is not listed, and the verdict of the whole run. */
export function summaryLines(run: GuardRun, kinds: readonly GuardKind[], seconds: number): string[] {
  const rows = kinds
    .map((kind) => ({ kind, of: run.verdicts.filter(({ guard }) => guard.kind === kind) }))
    .filter(({ of }) => of.length > 0)
    .map(({ kind, of }) => [kind, String(of.length), String(of.filter(isMissed).length)]);
  const missed = run.verdicts.filter(isMissed);
  const named = missed.map(({ guard }) => `MISSED: ${guardLabel(guard)}`);
  return [
    ...[["kind", "taken away", "missed"], ...rows].map(
      ([kind = "", taken = "", not = ""]) => `${kind.padEnd(14)}${taken.padStart(10)}${not.padStart(8)}`,
    ),
    ...named,
    ...run.disagreements.map((sentence) => `NOT LISTED: ${sentence}`),
    `${run.verdicts.length - missed.length} of ${run.verdicts.length} guards are held by a test, ${
      run.disagreements.length
    } disagreements of lists and catalog, ${seconds.toFixed(0)} s`,
  ];
}
