import type { Fault } from "./fault.ts";
import type { FaultResult } from "./run-faults.ts";

/** What each fault does, a line each. */
export function listFaults(catalog: readonly Fault[]): string {
  return catalog
    .map(({ code, queues, does, isQuick }) =>
      [code.padEnd(4), queues.padEnd(9), isQuick === true ? "quick" : "     ", does].join(" "),
    )
    .join("\n");
}

export function verdictOf({ notRun, breaches }: FaultResult): string {
  if (notRun !== null) return `not run: ${notRun}`;
  return breaches.length === 0 ? "holds" : `BREACH: ${breaches.length} invariants do not hold`;
}

/** What is told of a fault when it ended: how, what it breached and, of one to be looked into, what was injected and where its logs lie. */
export function linesOf(result: FaultResult, { keep }: { readonly keep: boolean }): readonly string[] {
  const { fault, seconds, injected, breaches, logDir } = result;
  return [
    `${fault.code} ${verdictOf(result)} (${seconds.toFixed(0)} s): ${fault.does}`,
    ...breaches.map((breach) => `  BREACH: ${breach}`),
    ...(breaches.length > 0 || keep ? injected.map((what) => `  injected: ${what}`) : []),
    ...(keep && logDir !== null ? [`  logs: ${logDir}`] : []),
  ];
}

/** The last line, and whether every fault that could be injected was, and nothing was breached; what was not run holds nothing. */
export function summaryOf(results: readonly FaultResult[]): {
  readonly text: string;
  readonly holds: boolean;
} {
  const codes = (of: readonly FaultResult[]) => of.map(({ fault }) => fault.code).join(", ");
  const failed = results.filter(({ breaches }) => breaches.length > 0);
  const notRun = results.filter((result) => result.notRun !== null);
  const left = notRun.length === 0 ? "" : `; not run: ${codes(notRun)}`;
  if (failed.length > 0) return { text: `breached by ${codes(failed)}${left}`, holds: false };
  if (notRun.length === results.length) return { text: `nothing was run${left}`, holds: false };
  return { text: `every invariant holds${left}`, holds: true };
}

/** A table: fault, seed, seconds, how often it was injected, verdict. */
export function tableOf(results: readonly FaultResult[], seed: number): string {
  const rows = results.map((result) => [
    result.fault.code,
    String(seed),
    result.seconds.toFixed(1),
    String(result.injected.length),
    verdictOf(result),
  ]);
  const all = [["fault", "seed", "seconds", "injected", "verdict"], ...rows];
  const widths = [0, 1, 2, 3].map((at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  return all
    .map((row) =>
      row.map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))),
    )
    .map((cells) => cells.join("  "))
    .join("\n");
}
