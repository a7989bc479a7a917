import { decisionRules } from "./answer.ts";
import type { Verdict } from "./judge-case.ts";
import { type Area, areas } from "./read-vectors.ts";

export type Judged = { readonly area: Area; readonly id: string; readonly verdict: Verdict };

const columns = ["agree", "differ", "by decision", "n/a"] as const;
type Column = (typeof columns)[number];

/** How many cases of each verdict there are, and all together. */
export function countVerdicts(
  judged: readonly Judged[],
): Readonly<Record<Column, number>> & { total: number } {
  const count = (column: Column) => judged.filter(({ verdict }) => verdict.verdict === column).length;
  return {
    agree: count("agree"),
    differ: count("differ"),
    "by decision": count("by decision"),
    "n/a": count("n/a"),
    total: judged.length,
  };
}

/** A line per area that occurs. */
export function verdictTable(judged: readonly Judged[]): string[] {
  const row = (name: string, cells: readonly (string | number)[]) =>
    [name.padEnd(16), ...cells.map((cell) => String(cell).padStart(12))].join("");
  const rows = areas.flatMap((area) => {
    const counts = countVerdicts(judged.filter((each) => each.area === area));
    return counts.total === 0 ? [] : [row(area, [...columns.map((column) => counts[column]), counts.total])];
  });
  return [row("area", [...columns, "cases"]), ...rows];
}

/** Every difference with both values, then the decisions by rule, then what does not apply by reason. */
export function verdictDetails(judged: readonly Judged[]): string[] {
  return [...differences(judged), ...decisions(judged), ...inapplicable(judged)];
}

/** The last line: what a script reads. */
export function verdictLine(judged: readonly Judged[]): string {
  const counts = countVerdicts(judged);
  return `agree ${counts.agree}, differ ${counts.differ}, by decision ${counts["by decision"]}, n/a ${counts["n/a"]} of ${counts.total}`;
}

function differences(judged: readonly Judged[]): string[] {
  const lines = judged.flatMap(({ area, id, verdict }) =>
    verdict.verdict !== "differ"
      ? []
      : verdict.differences.map(
          ({ key, expected, ours, reason }) =>
            `  ${area} ${id}: ${key} is ${expected} there, ${ours} here (${reason})`,
        ),
  );
  return lines.length === 0 ? [] : ["", "differ:", ...lines];
}

function decisions(judged: readonly Judged[]): string[] {
  const byRule = Object.entries(decisionRules).flatMap(([rule, { record, says }]) => {
    const cases = judged.flatMap(({ area, id, verdict }) =>
      verdict.verdict === "by decision" && verdict.rules.some((each) => each === rule)
        ? verdict.differences
            .filter(({ reason }) => reason === rule)
            .map(({ key, expected, ours }) => `    ${area} ${id}: ${key} is ${expected} there, ${ours} here`)
        : [],
    );
    return cases.length === 0 ? [] : [`  ${rule} (.github/adr/${record}): ${says}`, ...cases];
  });
  return byRule.length === 0 ? [] : ["", "by decision:", ...byRule];
}

function inapplicable(judged: readonly Judged[]): string[] {
  const counts = new Map<string, number>();
  for (const { area, verdict } of judged) {
    if (verdict.verdict !== "n/a") continue;
    const reason = `${area}: ${verdict.reason}`;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const lines = [...counts].map(([reason, count]) => `  ${count} x ${reason}`);
  return lines.length === 0 ? [] : ["", "n/a:", ...lines];
}
