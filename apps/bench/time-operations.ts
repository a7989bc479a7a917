import type { Sample } from "./bench.ts";

const SAMPLE_MS = 150;

/**
 * A sample in microseconds per operation: repeats `run`, which does `operations` of them, for a while. `p50` and `p99` are those of
 * the repetitions.
 */
export function timeOperations(operations: number, run: () => void): Sample {
  const times: number[] = [];
  const start = performance.now();
  let end = start;
  while (end - start < SAMPLE_MS) {
    const before = end;
    run();
    end = performance.now();
    times.push(((end - before) * 1_000) / operations);
  }
  const value = ((end - start) * 1_000) / (operations * times.length);
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? value;
  return { value, p50: at(0.5), p99: at(0.99) };
}
