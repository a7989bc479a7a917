import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { SingleBar } from "cli-progress";
import { Command, Option } from "commander";
import type { ImportFormat } from "#libs/billing/usage/import/open-rows.ts";
import { type ImportProgress, type ImportSummary, importEvents } from "#libs/billing/usage/import-events.ts";
import {
  CliError,
  type DatabaseInstallation,
  exitCodes,
  pickTenant,
  printJson,
  withDatabaseOnly,
} from "../cli-context.ts";
import { stopRequested } from "../stack/until-stopped.ts";

type ImportOptions = {
  map?: string;
  timezone?: string;
  format?: ImportFormat;
  tenant?: string;
  rejects?: string;
  batchSize?: number;
  json?: boolean;
};

/** `billwright import events`: usage from CSV and NDJSON files, streaming. */
export function importEventsCommand(): Command {
  return new Command("events")
    .description("import usage events from CSV or NDJSON files, plain or gzip; a repeated import counts once")
    .argument("<file...>", "files, read in this order")
    .option(
      "--map <map>",
      "field=column,...: where the event's fields come from; :text is a constant, in NDJSON a.b is a path, \"a, b\" a name with a comma; default: the API's own names",
    )
    .option("--timezone <zone>", "IANA zone of times without offset, such as Asia/Kolkata")
    .addOption(
      new Option("--format <format>", "default: by the file's name").choices(["csv", "ndjson"] as const),
    )
    .option(
      "--rejects <file>",
      "write rows that were not taken here: NDJSON with file, line, field, reason, row",
    )
    .addOption(
      new Option("--batch-size <rows>", "rows in one transaction, up to 10000").argParser((text) =>
        Number(text),
      ),
    )
    .option("--tenant <uuid>", "which tenant, when there are several")
    .option("--json", "print the result as JSON and nothing else")
    .addHelpText("after", helpText)
    .action(async (files: string[], options: ImportOptions) => {
      const exitCode = await withDatabaseOnly((installation) => importFiles(installation, files, options));
      process.exit(exitCode);
    });
}

const helpText = `
Fields of an event: id, source, event_type or meter, customer, timestamp, value, subscription, properties.NAME.
A column whose name holds a comma stands in double quotes, as in --map 'customer="org, id",timestamp=ts'; a quote within
them is written twice, as in "the ""real"" id". Constants likewise: source=":eu,west".
Times: RFC 3339, YYYY/MM/DD HH:mm[:ss] with --timezone, epoch seconds or milliseconds.
Without a column for the id, ids are made from each row and its place in the file. Files that hold equal rows but
different usage (one file a region) are told apart by a source: --map ...,source=:eu

Exit codes: 0 all taken, 2 bad input, 3 some rows rejected, 4 unavailable, 130 stopped.

Examples:
  billwright import events usage.ndjson.gz
  billwright import events usage.csv --timezone Asia/Kolkata --rejects rejects.ndjson \\
    --map 'customer=org_id,timestamp=ts,event_type=:api_call,value=n,id=row_id,properties.region=region'`;

async function importFiles(
  installation: DatabaseInstallation,
  files: readonly string[],
  options: ImportOptions,
): Promise<number> {
  prepareRejects(files, options.rejects);
  const tenantId = await pickTenant(installation, options.tenant);
  const stop = new AbortController();
  stopRequested().then(() => stop.abort());
  const summaries: ImportSummary[] = [];
  for (const file of files) {
    if (stop.signal.aborted) break;
    const bar = openBar(file, options.json !== true && process.stderr.isTTY === true);
    try {
      const summary = await importEvents(installation, {
        ...{ tenantId, path: file, map: options.map, timezone: options.timezone, format: options.format },
        ...{ rejectsPath: options.rejects, signal: stop.signal, onProgress: bar.show },
        ...(options.batchSize === undefined ? {} : { batchSize: options.batchSize }),
      });
      summaries.push(summary);
      bar.stop();
      if (options.json !== true) tell(summary, options.rejects);
    } finally {
      bar.stop();
    }
  }
  if (options.json === true) printJson({ stopped: stop.signal.aborted, files: summaries.map(toWire) });
  if (stop.signal.aborted) {
    process.stderr.write("stopped; run the same command again to go on, nothing counts twice\n");
    return exitCodes.stopped;
  }
  return summaries.some((summary) => summary.rejected > 0) ? exitCodes.partial : exitCodes.ok;
}

/** The file of an earlier import is replaced; one that is read is not. */
function prepareRejects(files: readonly string[], rejects: string | undefined): void {
  if (rejects === undefined) return;
  if (files.some((file) => resolve(file) === resolve(rejects))) {
    throw new CliError(exitCodes.badInput, `--rejects names a file that is read: ${rejects}`);
  }
  rmSync(rejects, { force: true });
}

function tell(summary: ImportSummary, rejectsPath: string | undefined): void {
  const { file, rows, accepted, duplicates, unresolved, rejected } = summary;
  const parts = [
    `${accepted} accepted${unresolved > 0 ? ` (${unresolved} wait for their customer or meter)` : ""}`,
    `${duplicates} known already`,
    `${rejected} rejected`,
  ];
  process.stdout.write(`${file}: ${rows} rows, ${parts.join(", ")}\n`);
  if (rejected === 0) return;
  for (const { line, field, reason } of summary.firstRejects) {
    process.stderr.write(`  line ${line}${field === "" ? "" : `, ${field}`}: ${reason}\n`);
  }
  const more = rejected - summary.firstRejects.length;
  if (more > 0) process.stderr.write(`  and ${more} more\n`);
  process.stderr.write(
    rejectsPath === undefined ? "  --rejects FILE keeps them all\n" : `  all of them: ${rejectsPath}\n`,
  );
}

function toWire(summary: ImportSummary): Record<string, unknown> {
  const { file, rows, accepted, duplicates, unresolved, rejected, conflicts, stopped } = summary;
  const counts = { rows, accepted, duplicates, unresolved, rejected, conflicts };
  return { file, ...counts, stopped, first_rejects: summary.firstRejects };
}

function openBar(
  file: string,
  shown: boolean,
): { show: (progress: ImportProgress) => void; stop: () => void } {
  if (!shown) return { show: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format: `  ${file} {bar} {percentage} % | {rows} rows, {rejected} rejected | {duration_formatted}`,
    clearOnComplete: true,
    hideCursor: true,
    stream: process.stderr,
  });
  let started = false;
  return {
    show: ({ bytes, bytesRead, rows, rejected }) => {
      if (!started) bar.start(bytes, bytesRead, { rows, rejected });
      else bar.update(bytesRead, { rows, rejected });
      started = true;
    },
    stop: () => {
      if (started) bar.stop();
      started = false;
    },
  };
}
