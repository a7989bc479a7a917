import { DomainError, domainError, type ErrorCode } from "#libs/core/errors.ts";
import { withTenant, withTenantSql } from "#libs/data/database.ts";
import {
  advanceEventImport,
  endEventImport,
  type EventImportRow,
  findEventImport,
  forgetImportParts,
  type ImportFileRow,
} from "#libs/data/event-imports.ts";
import type { Deps } from "../deps.ts";
import { eachBatch } from "./import/each-batch.ts";
import type { ImportRow, ImportRows } from "./import/import-row.ts";
import { sourceOf } from "./import/import-source.ts";
import { type OpenRows, openRows } from "./import/open-rows.ts";
import { BATCH_MAX } from "./ingest-events.ts";
import { mapBatch, storeBatch, toReject } from "./import/store-batch.ts";
import { readParts, removeParts } from "./import/stored-parts.ts";

/** What no further try can mend; everything else is tried again from the checkpoint. */
const hopeless: ReadonlySet<ErrorCode> = new Set([
  "file_unreadable",
  "import_map_invalid",
  "timezone_unknown",
  "object_not_found",
]);

type RunDeps = Pick<Deps, "database" | "failpoint" | "logger" | "store">;
type RunInput = { readonly tenantId: string; readonly importId: string };

/**
 * Imports a stored file from where it stands. The checkpoint moves in the transaction of each batch, so whatever ends the
 * process, no row is decided twice and none is left out; of two workers one goes on. A file that cannot be read or whose
 * map does not fit makes the import a failed one, with its rows before the break kept; the files after it are still imported.
 * @throws DomainError import_not_found, import_taken_over, storage_unavailable, s3_*
 */
export async function runImport(
  deps: RunDeps,
  input: RunInput,
): Promise<{ readonly state: "completed" | "failed" }> {
  const scope = scopeOf(input);
  const row = await withTenant(deps.database, scope, (tx) => findEventImport(tx, input.importId));
  if (row === null) throw domainError("import_not_found", `There is no import ${input.importId}.`);
  if (row.state === "completed" || row.state === "failed") {
    await removeStored(deps, input, row);
    return { state: row.state };
  }
  const at = { rows: Number(row.rows_read), files: [...row.files] };
  for (const [place, file] of row.files.entries()) {
    if (file.ended) continue;
    const error = await importFile(deps, input, row, at, place);
    at.files[place] = { ...(at.files[place] ?? file), ended: true, error };
  }
  const ended = await withTenant(deps.database, scope, (tx) =>
    endEventImport(tx, input.importId, at.rows, at.files),
  );
  if (!ended) throw takenOver(input.importId);
  const failed = at.files.filter((file) => file.error !== null);
  deps.logger.info("usage import ended", {
    ...{ tenant_id: input.tenantId, import_id: input.importId, rows: at.rows },
    failed: failed.map(({ name, error }) => ({ name, error })),
  });
  deps.failpoint("usage.import:ended");
  await removeStored(deps, input, row);
  return { state: failed.length === 0 ? "completed" : "failed" };
}

/** The file of an import that has ended is of no use. The row points to it until it is gone: a retry finds what is left. */
async function removeStored(deps: RunDeps, input: RunInput, row: EventImportRow): Promise<void> {
  if (row.part_count === 0) return;
  await removeParts(deps.store, input, row.part_count);
  await withTenant(deps.database, scopeOf(input), (tx) => forgetImportParts(tx, input.importId));
}

/** Where the import stands: moves with each batch that is committed. */
type Checkpoint = { rows: number; readonly files: ImportFileRow[] };

/** Imports one file from where it stands; answers why it cannot be read, with its rows before the break kept. */
async function importFile(
  deps: RunDeps,
  input: RunInput,
  row: EventImportRow,
  at: Checkpoint,
  place: number,
): Promise<ImportFileRow["error"]> {
  try {
    await importFrom(deps, input, row, at, place);
    return null;
  } catch (thrown) {
    if (!(thrown instanceof DomainError) || !hopeless.has(thrown.code)) throw thrown;
    return { code: thrown.code, message: thrown.message };
  }
}

async function importFrom(
  deps: RunDeps,
  input: RunInput,
  row: EventImportRow,
  at: Checkpoint,
  place: number,
): Promise<void> {
  const stored = at.files[place];
  if (stored === undefined) return;
  const file = await openStored(deps, input, row, stored);
  const bytesBefore = at.files.slice(0, place).reduce((sum, each) => sum + each.size_bytes, 0);
  const prepare = (rows: readonly ImportRow[]) => ({
    rows,
    batch: mapBatch(rows, file.mapRow),
    byteOffset: Math.min(file.source.bytesRead(), file.source.size),
  });
  const store = async ({ rows, batch, byteOffset }: ReturnType<typeof prepare>) => {
    const files = await withTenantSql(deps.database, scopeOf(input), async (tx) => {
      const { refused, ...counts } = await storeBatch(tx, batch);
      const rejects = refused.map((each) =>
        JSON.stringify(toReject(stored.name, file, rows[each.index], each)),
      );
      const moved = at.files.with(place, {
        ...(at.files[place] ?? stored),
        ...addCounts(at.files[place] ?? stored, rows.length, counts, rejects.length),
        byte_offset: byteOffset,
      });
      const step = {
        ...counts,
        rows: rows.length,
        byteOffset: bytesBefore + byteOffset,
        rejects,
        files: moved,
      };
      if (!(await advanceEventImport(tx, input.importId, at.rows, step))) throw takenOver(input.importId);
      deps.failpoint("usage.import:before-commit");
      return moved;
    });
    at.rows += rows.length;
    at.files.splice(0, files.length, ...files);
    deps.failpoint("usage.import:committed");
  };
  await eachBatch(skipRows(file.rows, stored.rows_read), BATCH_MAX, undefined, prepare, store);
}

function addCounts(
  file: ImportFileRow,
  rows: number,
  counts: { readonly accepted: number; readonly duplicates: number },
  rejected: number,
) {
  return {
    rows_read: file.rows_read + rows,
    accepted: file.accepted + counts.accepted,
    duplicates: file.duplicates + counts.duplicates,
    rejected: file.rejected + rejected,
  };
}

async function openStored(
  deps: RunDeps,
  input: RunInput,
  { map, timezone }: EventImportRow,
  file: ImportFileRow,
): Promise<OpenRows> {
  const head = { ...file, part_count: Math.min(file.part_count, 1) };
  const { value: start } = await readParts(deps.store, input, head).next();
  const known = { name: file.name, start: start ?? new Uint8Array(), size: file.size_bytes };
  const source = sourceOf(known, () => readParts(deps.store, input, file));
  return openRows(source, { format: file.format, map: map ?? undefined, timezone: timezone ?? undefined });
}

/** Rows before the checkpoint are read again, since lines, quotes and gzip go by what stands before them, but not decided again. */
async function* skipRows(rows: ImportRows, count: number): ImportRows {
  let left = count;
  for await (const some of rows) {
    if (left >= some.length) left -= some.length;
    else {
      yield left === 0 ? some : some.slice(left);
      left = 0;
    }
  }
}

function scopeOf({ tenantId }: RunInput) {
  return { tenantId, actor: "job:usage.import", timeoutMs: 120_000 };
}

function takenOver(id: string): DomainError {
  return domainError("import_taken_over", `another worker goes on with the import ${id}`);
}
