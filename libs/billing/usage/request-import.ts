import { domainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { type TenantScope, withTenant } from "#libs/data/database.ts";
import { planJobs } from "#libs/data/domain-events.ts";
import { insertEventImport, setImportJob } from "#libs/data/event-imports.ts";
import { newId } from "#libs/data/new-id.ts";
import type { Deps } from "../deps.ts";
import { checkRowTerms, type RowTerms } from "./import/open-rows.ts";
import { storeParts } from "./import/stored-parts.ts";

export type RequestedImport = { readonly importId: string; readonly jobId: string };

/**
 * Stores a file of usage events as it comes and writes the job that imports it.
 * @throws DomainError import_map_invalid, timezone_unknown, body_malformed (empty), body_too_large, storage_unavailable, s3_*
 */
export async function requestImport(
  deps: Pick<Deps, "database" | "store">,
  scope: TenantScope,
  input: RowTerms & { readonly fileName: string; readonly content: AsyncIterable<Uint8Array> },
): Promise<RequestedImport> {
  const { format, map = null, timezone = null, fileName } = input;
  checkRowTerms(input);
  const importId = newId();
  const stored = await storeParts(deps.store, { tenantId: scope.tenantId, importId }, input.content);
  if (stored.parts === 0) throw domainError("body_malformed", "The body is empty; it is the file to import.");
  return withTenant(deps.database, scope, async (tx) => {
    const file = { size_bytes: BigInt(stored.sizeBytes), part_count: stored.parts };
    await insertEventImport(tx, { id: importId, file_name: fileName, format, map, timezone, ...file });
    const [jobId] = await planJobs(tx, [
      { type: "event_import.requested", subjectType: "event_import", subjectId: importId },
    ]);
    if (jobId === undefined) throw new Error("no job is caused by event_import.requested");
    await setImportJob(tx, importId, jobId);
    await writeAudit(tx, {
      action: "event_import.create",
      targetType: "event_import",
      targetId: importId,
      after: { file_name: fileName, format, map, timezone, size_bytes: String(stored.sizeBytes) },
    });
    return { importId, jobId };
  });
}
