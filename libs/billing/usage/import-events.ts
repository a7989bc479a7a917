import { domainError } from "#libs/core/errors.ts";
import { type TenantTx, withTenant } from "#libs/data/database.ts";
import type { Deps } from "../deps.ts";
import { readCsvHeader, readCsvRows } from "./import/csv-rows.ts";
import { parseEventMap } from "./import/event-map.ts";
import type { ImportRow, ImportRows } from "./import/import-row.ts";
import { type ImportSource, openImportSource } from "./import/import-source.ts";
import { importTimeReader } from "./import/import-time.ts";
import { type ColumnNames, csvRowMapper, ndjsonRowMapper, type RowMapper } from "./import/map-row.ts";
import { readNdjsonRows } from "./import/ndjson-rows.ts";
import { type ImportReject, openRejectsFile } from "./import/rejects-file.ts";
import { EVENTS_MAX, ingestEvents } from "./ingest-events.ts";
import type { EventRefusal, UsageEventInput } from "./usage-event-input.ts";

export type ImportFormat = "csv" | "ndjson";

export type ImportCounts = {
  /** Rows that were read and decided. */
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  /** Of the accepted: kept until their customer or meter appears. */
  readonly unresolved: number;
  readonly rejected: number;
  /** Of the rejected: the id is stored with other content. */
  readonly conflicts: number;
};

export type ImportProgress = ImportCounts & {
  /** Of the file as it lies on disk. */
  readonly bytesRead: number;
  readonly bytes: number;
};

export type ImportSummary = ImportCounts & {
  readonly file: string;
  /** Whether `signal` ended it before the file did. */
  readonly stopped: boolean;
  /** The first rejects, up to 10. */
  readonly firstRejects: readonly ImportReject[];
};

export type ImportInput = {
  readonly tenantId: string;
  /** CSV or NDJSON, plain or gzip. */
  readonly path: string;
  /** Default: by the file's name. */
  readonly format?: ImportFormat | undefined;
  /** See `parseEventMap`; without it the file uses the API's own names. */
  readonly map?: string | undefined;
  /** IANA zone of times without offset. */
  readonly timezone?: string | undefined;
  /** Rows in one transaction, 1 to 10,000. */
  readonly batchSize?: number;
  /** NDJSON, added to; made only when there is something to write. */
  readonly rejectsPath?: string | undefined;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Stops after the batch in hand, which is stored. */
  readonly signal?: AbortSignal;
};

const BATCH = 5_000;
const FIRST_REJECTS = 10;

/**
 * Imports usage events from a file, streaming: memory does not grow with the file. Each batch is its own transaction, and
 * whatever is imported again counts once, so an import that was stopped or failed is simply repeated. Bad rows do not keep
 * good ones out.
 * @throws `file_unreadable`, `import_map_invalid`, `timezone_unknown`, `fields_invalid` (format or batch size),
 * `tenant_not_found`; of these only a file that breaks off leaves something behind: the rows before the break
 */
export async function importEvents(
  deps: Pick<Deps, "database" | "logger">,
  input: ImportInput,
): Promise<ImportSummary> {
  const batchSize = input.batchSize ?? BATCH;
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > EVENTS_MAX) {
    throw domainError("fields_invalid", `batchSize is 1 to ${EVENTS_MAX}, got ${batchSize}`);
  }
  const file = await openFile(input);
  const rejects = openRejectsFile(input.rejectsPath);
  const counts = { rows: 0, accepted: 0, duplicates: 0, unresolved: 0, rejected: 0, conflicts: 0 };
  const firstRejects: ImportReject[] = [];
  const scope = { tenantId: input.tenantId, actor: "import", timeoutMs: 120_000 };
  const store = async (rows: readonly ImportRow[]) => {
    const batch = mapBatch(rows, file.mapRow);
    const answer = await withTenant(deps.database, scope, (tx) => storeBatch(tx, batch));
    const refused = answer.refused.map((refusal) => toReject(input.path, file, rows[refusal.index], refusal));
    await rejects.write(refused);
    firstRejects.push(...refused.slice(0, FIRST_REJECTS - firstRejects.length));
    counts.rows += rows.length;
    counts.accepted += answer.accepted;
    counts.duplicates += answer.duplicates;
    counts.unresolved += answer.unresolved;
    counts.rejected += refused.length;
    counts.conflicts += answer.conflicts;
    input.onProgress?.({ ...counts, bytesRead: file.source.bytesRead(), bytes: file.source.size });
  };
  try {
    const stopped = await eachBatch(file.rows, batchSize, input.signal, store);
    const summary = { file: input.path, ...counts, stopped, firstRejects };
    const { firstRejects: _, ...figures } = summary;
    deps.logger.info("usage imported", { tenant_id: input.tenantId, ...figures });
    return summary;
  } finally {
    await rejects.close();
  }
}

type OpenFile = {
  readonly source: ImportSource;
  readonly rows: ImportRows;
  readonly mapRow: RowMapper;
  readonly names: ColumnNames;
  readonly columns: readonly string[];
};

async function openFile(input: ImportInput): Promise<OpenFile> {
  const format = input.format ?? formatOf(input.path);
  const origins = input.map === undefined ? null : parseEventMap(input.map);
  const readTime = importTimeReader(input.timezone);
  const source = await openImportSource(input.path);
  if (format === "ndjson") {
    return { source, rows: readNdjsonRows(source), columns: [], ...ndjsonRowMapper(origins, readTime) };
  }
  const { delimiter, columns } = readCsvHeader(source.head);
  const mapper = csvRowMapper(columns, origins, readTime);
  return { source, rows: readCsvRows(source, delimiter, columns.length), columns, ...mapper };
}

function formatOf(path: string): ImportFormat {
  const name = path.toLowerCase().replace(/\.gz$/, "");
  if (/\.(csv|tsv|txt)$/.test(name)) return "csv";
  if (/\.(ndjson|jsonl|json)$/.test(name)) return "ndjson";
  throw domainError(
    "fields_invalid",
    `the name of ${path} does not tell its format: .csv, .tsv, .txt, .ndjson, .jsonl, each also with .gz; or name the format`,
  );
}

/** Hands on batches while the next one is read: one is stored, one grows. Returns whether it was stopped. */
async function eachBatch(
  rows: ImportRows,
  size: number,
  signal: AbortSignal | undefined,
  store: (batch: readonly ImportRow[]) => Promise<void>,
): Promise<boolean> {
  let batch: ImportRow[] = [];
  let storing: Promise<void> = Promise.resolve();
  const hand = async () => {
    await storing;
    const full = batch;
    batch = [];
    storing = store(full);
    storing.catch(() => undefined);
  };
  try {
    for await (const some of rows) {
      for (const row of some) {
        batch.push(row);
        if (batch.length >= size) await hand();
      }
      if (signal?.aborted) return true;
    }
    if (batch.length > 0) await hand();
    return false;
  } finally {
    await storing;
  }
}

type Batch = { readonly events: readonly UsageEventInput[]; readonly refused: readonly EventRefusal[] };

function mapBatch(rows: readonly ImportRow[], mapRow: RowMapper): Batch {
  const events: UsageEventInput[] = [];
  const refused: EventRefusal[] = [];
  for (const [index, row] of rows.entries()) {
    const checked = mapRow(index, row);
    if ("event" in checked) events.push(checked.event);
    else refused.push(checked.refused);
  }
  return { events, refused };
}

type Refused = Omit<EventRefusal, "code"> & { readonly code: string };

async function storeBatch(
  tx: TenantTx,
  batch: Batch,
): Promise<{
  accepted: number;
  duplicates: number;
  unresolved: number;
  conflicts: number;
  refused: Refused[];
}> {
  const answer = await ingestEvents(tx, batch.events, batch.refused);
  const { accepted, duplicates, unresolved, rejected, conflicts } = answer;
  const refused = [...rejected, ...conflicts.map((conflict) => ({ ...conflict, path: "id" }))];
  refused.sort((a, b) => a.index - b.index);
  return { accepted, duplicates, unresolved, conflicts: conflicts.length, refused };
}

function toReject(file: string, open: OpenFile, row: ImportRow | undefined, refused: Refused): ImportReject {
  const { path: field, code, message: reason } = refused;
  const column = open.names.get(field);
  const content = row?.content;
  const shown = Array.isArray(content)
    ? Object.fromEntries(content.map((cell: string, at) => [open.columns[at] ?? `column ${at + 1}`, cell]))
    : content;
  return {
    ...{ file, line: row?.line ?? 0, field },
    ...(column === undefined ? {} : { column }),
    ...{ code, reason, row: shown },
  };
}
