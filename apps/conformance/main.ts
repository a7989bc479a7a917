import { createApiClient } from "./api/api-client.ts";
import { BadInput, conformanceUsage, readConformanceOptions } from "./conformance-options.ts";
import { readVectors } from "./read-vectors.ts";
import { countVerdicts, verdictDetails, verdictLine, verdictTable } from "./report.ts";
import { apiRespondent, coreRespondent, runVectors } from "./run-vectors.ts";

const out = (lines: readonly string[]) => process.stdout.write(`${lines.join("\n")}\n`);

async function main(): Promise<number> {
  const options = readConformanceOptions(process.argv.slice(2));
  if (options === null) {
    out([conformanceUsage]);
    return 0;
  }
  const cases = readVectors(options.paths);
  const respondent = options.api === null ? coreRespondent : apiRespondent(createApiClient(options.api));
  const judged = await runVectors(cases, respondent, options);
  const counts = countVerdicts(judged);
  if (!options.mutate) {
    out([...verdictTable(judged), ...verdictDetails(judged), "", verdictLine(judged)]);
    return counts.differ === 0 ? 0 : 1;
  }
  const applicable = counts.total - counts["n/a"];
  const missed = judged.filter(({ verdict }) => verdict.verdict !== "differ" && verdict.verdict !== "n/a");
  out([
    ...verdictTable(judged),
    ...missed.map(({ area, id }) => `  not noticed: ${area} ${id}`),
    `shifted: ${counts.differ} of ${applicable} applicable cases differ`,
    verdictLine(judged),
  ]);
  return missed.length === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const isBadInput = error instanceof BadInput;
    process.stderr.write(
      isBadInput ? `${error.message}\n` : `${error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exit(isBadInput ? 2 : 1);
  },
);
