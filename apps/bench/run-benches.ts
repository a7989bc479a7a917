import { arch, cpus, loadavg, release, totalmem } from "node:os";
import type { Bench, BenchCase } from "./bench.ts";
import { type CaseResult, type RunLimits, runCase } from "./run-case.ts";

/** A case that could not be measured, and why. */
export type BenchFailure = { readonly name: string; readonly failed: string };

export type BenchResult = {
  readonly bench: string;
  readonly cases: readonly (CaseResult | BenchFailure)[];
  /** What the machine lacks for it. */
  readonly notRun?: string;
};

/** Runs the benches one after the other; what fails is told in its place, and the rest goes on. */
export async function runBenches(
  benches: readonly Bench[],
  limits: RunLimits,
  onResult: (result: BenchResult, bench: Bench) => void,
): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const bench of benches) {
    if (limits.signal.aborted) break;
    const result = await runBench(bench, limits);
    onResult(result, bench);
    results.push(result);
  }
  return results;
}

async function runBench(bench: Bench, limits: RunLimits): Promise<BenchResult> {
  try {
    const { cases, notRun, close } = await bench.open({ rows: limits.rows, size: limits.size });
    try {
      const results: BenchResult["cases"][number][] = [];
      for (const each of cases) results.push(await runSafely(each, limits));
      return { bench: bench.name, cases: results, ...(notRun === undefined ? {} : { notRun }) };
    } finally {
      await close?.();
    }
  } catch (error) {
    return { bench: bench.name, cases: [{ name: bench.name, failed: messageOf(error) }] };
  }
}

async function runSafely(given: BenchCase, limits: RunLimits): Promise<CaseResult | BenchFailure> {
  try {
    return await runCase(given, limits);
  } catch (error) {
    return { name: given.name, failed: messageOf(error) };
  }
}

/** What the figures were made on: without it they cannot be read. */
export function machineFacts() {
  return {
    node: process.version,
    versions: process.versions,
    platform: `${process.platform} ${release()} ${arch()}`,
    cpus: cpus().map(({ model }) => model),
    memoryBytes: totalmem(),
    loadAverage: loadavg(),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
