import type { BenchFailure, BenchResult } from "./run-benches.ts";
import type { CaseResult, Spread } from "./run-case.ts";

const headings = ["case", "unit", "ours", "target", "peer", "ratio min", "median", "max", "target"];

/** The figures as a table, one row a case: medians of both sides, and how far the ratio moved. */
export function resultTable(result: BenchResult): string {
  if (result.notRun !== undefined) return `NOT RUN: ${result.notRun}`;
  const rows = [headings, ...result.cases.map((each) => ("failed" in each ? failedRow(each) : rowOf(each)))];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (text: string, column: number) =>
    column < 2 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
}

function rowOf(result: CaseResult): string[] {
  const { ours, peer, ratio, target, ratioTarget } = result;
  const isMet = result.better === "lower" ? ours.median <= (target ?? 0) : ours.median >= (target ?? 0);
  return [
    ...[result.name, result.unit, figure(ours.median), targetText(target, isMet), figure(peer.median)],
    ...spreadTexts(ratio),
    targetText(ratioTarget, ratio.median >= (ratioTarget ?? 0)),
  ];
}

function failedRow({ name, failed }: BenchFailure): string[] {
  return [name, `FAILED: ${failed}`];
}

function spreadTexts({ min, median, max }: Spread): string[] {
  return [min, median, max].map(figure);
}

function targetText(target: number | null, isMet: boolean): string {
  return target === null ? "" : `${figure(target)} ${isMet ? "met" : "missed"}`;
}

/** Three significant digits; whole numbers from 100 on. */
function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
}
