import { domainError } from "#libs/core/errors.ts";
import { type ArtifactRow, findArtifact, markArtifactStored } from "#libs/data/artifacts.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { invoiceObjectKey } from "#libs/platform/storage/object-store.ts";
import type { Deps } from "../deps.ts";
import { runEffect } from "../effect/run-effect.ts";
import { type DeliveryInput, inDelivery, requireDeliveryInvoice } from "./delivery-invoice.ts";

type Stored = { readonly key: string; readonly url: string };

/**
 * Puts the PDF into the object store under a key made of invoice and content, looks that it is whole, notes where it
 * is and lets go of the bytes. Emits invoice.pdf_stored. Safe to repeat.
 * @throws DomainError pdf_not_ready, object_conflict, storage_unavailable, s3_*
 */
export async function storeInvoicePdf(
  deps: Pick<Deps, "database" | "failpoint" | "leaseMs" | "store">,
  input: DeliveryInput,
): Promise<{ readonly objectKey: string; readonly sha256: string }> {
  const { file, invoice } = await inDelivery(deps, input, "invoice.store_pdf", async (tx) => ({
    file: await findArtifact(tx, input.invoiceId, "invoice_pdf"),
    invoice: await requireDeliveryInvoice(tx, input.invoiceId),
  }));
  if (file === null) throw domainError("pdf_not_ready", `invoice ${invoice.number} has no PDF yet`);
  if (file.stored_at !== null) return { objectKey: file.object_key ?? "", sha256: file.sha256 };
  const key = invoiceObjectKey({
    tenantId: input.tenantId,
    number: invoice.number,
    sha256: file.sha256,
  });
  const stored = await runEffect<Stored>(deps, {
    tenantId: input.tenantId,
    kind: "storage.put_pdf",
    businessKey: input.invoiceId,
    requestHash: file.sha256,
    // The key is made of the content: putting again is asking.
    probe: async () => null,
    act: async () => ({ outcome: "done", value: await putWhole(deps, key, file) }),
    externalId: (value) => value.key,
  });
  if (stored.outcome === "unknown") throw domainError("storage_unavailable", stored.reason);
  const { value } = stored;
  await inDelivery(deps, input, "invoice.store_pdf", async (tx) => {
    const place = { objectKey: value.key, objectUrl: value.url };
    if (!(await markArtifactStored(tx, file.id, place))) return;
    await emitEvents(tx, [
      { type: "invoice.pdf_stored", subjectType: "invoice", subjectId: input.invoiceId },
    ]);
  });
  return { objectKey: value.key, sha256: file.sha256 };
}

async function putWhole(deps: Pick<Deps, "store">, key: string, file: ArtifactRow): Promise<Stored> {
  if (file.bytes === null)
    throw domainError("object_not_found", `the bytes of ${key} are neither here nor there`);
  const { url } = await deps.store.put({
    key,
    bytes: file.bytes,
    sha256: file.sha256,
    contentType: "application/pdf",
  });
  const kept = await deps.store.head(key);
  if (kept?.sha256 !== file.sha256 || kept.sizeBytes !== file.size_bytes) {
    throw domainError("storage_unavailable", `${key} was stored but reads back as ${JSON.stringify(kept)}`);
  }
  return { key, url };
}
