import { domainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { type TenantScope, withTenant } from "#libs/data/database.ts";
import { planJobs } from "#libs/data/domain-events.ts";
import { type ImportFileRow, insertEventImport, setImportJob } from "#libs/data/event-imports.ts";
import { newId } from "#libs/data/new-id.ts";
import type { Deps } from "../deps.ts";
import { checkRowTerms, type ImportFormat, type RowTerms } from "./import/open-rows.ts";
import { type ImportPlace, removeParts, storeParts } from "./import/stored-parts.ts";

export type RequestedImport = { readonly importId: string; readonly jobId: string };

/** A file as it comes; it is read before the next one is asked for. */
export type SentFile = {
  readonly name: string;
  readonly format: ImportFormat;
  readonly content: AsyncIterable<Uint8Array>;
};

/**
 * Stores files of usage events as they come and writes the job that imports them, one after the other.
 * @throws DomainError import_map_invalid, timezone_unknown, body_malformed (empty), body_too_large, storage_unavailable, s3_*
 */
export async function requestImport(
  deps: Pick<Deps, "database" | "store">,
  scope: TenantScope,
  input: Pick<RowTerms, "map" | "timezone"> & { readonly files: AsyncIterable<SentFile> },
): Promise<RequestedImport> {
  const { map = null, timezone = null } = input;
  checkRowTerms(input);
  const importId = newId();
  const { files, parts, sizeBytes } = await storeFiles(
    deps.store,
    { tenantId: scope.tenantId, importId },
    input.files,
  );
  const [first] = files;
  if (first === undefined || parts === 0)
    throw domainError("body_malformed", "The body is empty; it is the file to import.");
  const { name: fileName, format } = first;
  return withTenant(deps.database, scope, async (tx) => {
    const stored = { size_bytes: BigInt(sizeBytes), part_count: parts, files };
    await insertEventImport(tx, { id: importId, file_name: fileName, format, map, timezone, ...stored });
    const [jobId] = await planJobs(tx, [
      { type: "event_import.requested", subjectType: "event_import", subjectId: importId },
    ]);
    if (jobId === undefined) throw new Error("no job is caused by event_import.requested");
    await setImportJob(tx, importId, jobId);
    await writeAudit(tx, {
      action: "event_import.create",
      targetType: "event_import",
      targetId: importId,
      after: { file_names: files.map((file) => file.name), map, timezone, size_bytes: String(sizeBytes) },
    });
    return { importId, jobId };
  });
}

const FILES_MAX = 100;
const nothingYet = {
  rows_read: 0,
  accepted: 0,
  duplicates: 0,
  rejected: 0,
  byte_offset: 0,
  ended: false,
  error: null,
};

async function storeFiles(store: Deps["store"], place: ImportPlace, sent: AsyncIterable<SentFile>) {
  const files: ImportFileRow[] = [];
  let stored = { parts: 0, sizeBytes: 0 };
  try {
    for await (const { name, format, content } of sent) {
      if (files.length === FILES_MAX)
        throw domainError("body_too_large", `An import has up to ${FILES_MAX} files.`);
      const after = await storeParts(store, place, content, stored);
      const own = { first_part: stored.parts + 1, part_count: after.parts - stored.parts };
      files.push({ name, format, size_bytes: after.sizeBytes - stored.sizeBytes, ...own, ...nothingYet });
      stored = after;
    }
    return { files, ...stored };
  } catch (error) {
    await removeParts(store, place, stored.parts).catch(() => undefined); // what broke it is told
    throw error;
  }
}
