import { findOrphanKeys, sampleStoredFiles } from "#libs/data/reconciliations.ts";
import { invoiceFolder } from "#libs/platform/storage/object-store.ts";
import type { Deps } from "../deps.ts";
import type { CheckReport, ReconciliationScope } from "./check-report.ts";

const sampleSize = 200;
const mostKeys = 10_000;

/**
 * Asks the object store for a sample of the files that it is to hold, by size and hash, and for what it holds under the tenant's
 * prefix that no invoice knows. @throws DomainError storage_unavailable, s3_*
 */
export async function reconcileStorage(
  { store }: Pick<Deps, "store">,
  { tenantId, since, stopping, inTenant }: ReconciliationScope,
): Promise<CheckReport> {
  const files = await inTenant((tx) => sampleStoredFiles(tx, { since, limit: sampleSize }));
  const findings: NonNullable<CheckReport>["findings"][number][] = [];
  for (const file of files) {
    stopping?.throwIfAborted();
    const held = await store.head(file.object_key);
    if (held !== null && held.sha256 === file.sha256 && held.sizeBytes === file.size_bytes) continue;
    findings.push({
      ...{ severity: "error", subjectType: "invoice", subjectId: file.invoice_id },
      code: held === null ? "object_missing" : "object_differs",
      detail:
        held === null
          ? `the PDF of ${file.number} is not in the store, under ${file.object_key}`
          : `the PDF of ${file.number} is ${held.sizeBytes} bytes with hash ${held.sha256}, it was stored with ${file.size_bytes} bytes and hash ${file.sha256}`,
      repair:
        "bring the object back from the bucket's versions or a backup: a stored PDF is never made anew by itself",
    });
  }
  const keys = await store.list(invoiceFolder(tenantId), mostKeys);
  const orphans = await inTenant((tx) => findOrphanKeys(tx, keys));
  findings.push(
    ...orphans.map((key) => ({
      ...{ code: "object_orphan", severity: "warning" as const, subjectType: "object", subjectId: null },
      detail: `no invoice has the object ${key}`,
      repair:
        "an upload whose record was lost, or a file put there by hand: look at it, then remove it from the bucket",
    })),
  );
  return { objects: files.length + keys.length, findings };
}
