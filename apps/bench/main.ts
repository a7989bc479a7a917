import { writeFileSync } from "node:fs";
import { benchCatalog } from "./bench-catalog.ts";
import { benchUsage, OptionsError, readBenchOptions } from "./bench-options.ts";
import { resultTable } from "./print-results.ts";
import { machineFacts, runBenches } from "./run-benches.ts";

const out = (text: string) => process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const options = readBenchOptions(process.argv.slice(2), benchCatalog);
  if (options === null) {
    out(benchUsage(benchCatalog));
    return 0;
  }
  const startedAt = new Date().toISOString();
  const before = machineFacts();
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort());
  const { benches, ...limits } = options;
  const results = await runBenches(benches, { ...limits, signal: stop.signal }, (result, bench) => {
    out(`${bench.name}: ${bench.about}\n${resultTable(result)}\n`);
  });
  if (options.json !== null) {
    const facts = { startedAt, before, loadAverageAfter: machineFacts().loadAverage };
    writeFileSync(options.json, `${JSON.stringify({ ...facts, results }, null, 2)}\n`);
  }
  return results.some(({ cases }) => cases.some((each) => "failed" in each)) ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const isOptions = error instanceof OptionsError;
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${isOptions ? `${error.message}\n\n${benchUsage(benchCatalog)}` : message}\n`);
    process.exit(isOptions ? 2 : 1);
  },
);
