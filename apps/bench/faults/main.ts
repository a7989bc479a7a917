import { breachOfGuard, type Guard } from "../stack/break-guard.ts";
import { buildWhenStale } from "../stack/build-when-stale.ts";
import { faultCatalog } from "./fault-catalog.ts";
import { faultUsage, OptionsError, readFaultOptions } from "./fault-options.ts";
import { linesOf, listFaults, summaryOf, tableOf } from "./print-faults.ts";
import { type FaultResult, runFaults } from "./run-faults.ts";

const out = (text: string) => process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const options = readFaultOptions(process.argv.slice(2), faultCatalog);
  if (options === "usage" || options === "list") {
    out(options === "usage" ? faultUsage : listFaults(faultCatalog));
    return 0;
  }
  buildWhenStale(out);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
  out(`faults: ${options.faults.map((fault) => fault.code).join(" ")}, seed ${options.seed}`);
  const results = await runFaults({ ...options, signal: stop.signal }, (result) => {
    for (const line of linesOf(result, options)) out(line);
  });
  out(`\n${tableOf(results, options.seed)}`);
  if (stop.signal.aborted) return 130;
  if (options.broken !== null) return judgeBroken(options.broken, results);
  const { text, holds } = summaryOf(results);
  out(text);
  return holds ? 0 : 1;
}

/** Says whether what a guard keeps from being there twice was found to be there twice. */
function judgeBroken(guard: Guard, results: readonly FaultResult[]): number {
  const breaches = results.flatMap((result) => result.breaches);
  const noticed = breachOfGuard(guard, breaches);
  out(noticed === null ? `NOBODY NOTICED that ${guard} is missing` : `noticed without ${guard}: ${noticed}`);
  return breaches.length === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const isOptions = error instanceof OptionsError;
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${isOptions ? `${error.message}\n\n${faultUsage}` : told}\n`);
    process.exit(isOptions ? 2 : 1);
  },
);
