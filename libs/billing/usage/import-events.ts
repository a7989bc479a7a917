import { domainError } from "#libs/core/errors.ts";
import { withTenantSql } from "#libs/data/database.ts";
import type { Deps } from "../deps.ts";
import { eachBatch } from "./import/each-batch.ts";
import type { ImportRow } from "./import/import-row.ts";
import { openImportSource } from "./import/import-source.ts";
import { checkRowTerms, formatOf, type ImportFormat, openRows } from "./import/open-rows.ts";
import { type ImportReject, openRejectsFile } from "./import/rejects-file.ts";
import { mapBatch, storeBatch, toReject } from "./import/store-batch.ts";
import { BATCH_MAX } from "./ingest-events.ts";

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
  /** Rows in one transaction, 1 to 20,000. */
  readonly batchSize?: number;
  /** NDJSON, added to; made only when there is something to write. */
  readonly rejectsPath?: string | undefined;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Stops after the batch in hand, which is stored. */
  readonly signal?: AbortSignal;
};

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
  const batchSize = input.batchSize ?? BATCH_MAX;
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > BATCH_MAX) {
    throw domainError("fields_invalid", `batchSize is 1 to ${BATCH_MAX}, got ${batchSize}`);
  }
  const format = input.format ?? formatOf(input.path);
  const terms = { format, map: input.map, timezone: input.timezone };
  checkRowTerms(terms);
  const file = openRows(await openImportSource(input.path), terms);
  const rejects = openRejectsFile(input.rejectsPath);
  const counts = { rows: 0, accepted: 0, duplicates: 0, unresolved: 0, rejected: 0, conflicts: 0 };
  const firstRejects: ImportReject[] = [];
  const scope = { tenantId: input.tenantId, timeoutMs: 120_000 };
  const prepare = (rows: readonly ImportRow[]) => ({
    rows,
    batch: mapBatch(rows, file.mapRow),
    bytesRead: file.source.bytesRead(),
  });
  const store = async ({ rows, batch, bytesRead }: ReturnType<typeof prepare>) => {
    const answer = await withTenantSql(deps.database, scope, (tx) => storeBatch(tx, batch));
    const refused = answer.refused.map((refusal) => toReject(input.path, file, rows[refusal.index], refusal));
    await rejects.write(refused);
    firstRejects.push(...refused.slice(0, FIRST_REJECTS - firstRejects.length));
    counts.rows += rows.length;
    counts.accepted += answer.accepted;
    counts.duplicates += answer.duplicates;
    counts.unresolved += answer.unresolved;
    counts.rejected += refused.length;
    counts.conflicts += answer.conflicts;
    input.onProgress?.({ ...counts, bytesRead, bytes: file.source.size });
  };
  try {
    const stopped = await eachBatch(file.rows, batchSize, input.signal, prepare, store);
    const summary = { file: input.path, ...counts, stopped, firstRejects };
    const { firstRejects: _, ...figures } = summary;
    deps.logger.info("usage imported", { tenant_id: input.tenantId, ...figures });
    return summary;
  } finally {
    await rejects.close();
  }
}
