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
