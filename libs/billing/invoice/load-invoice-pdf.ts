import { createHash } from "node:crypto";
import { domainError } from "#libs/core/errors.ts";
import { findArtifact } from "#libs/data/artifacts.ts";
import { type DeliveryInvoice, loadDeliveryInvoice } from "#libs/data/invoice-delivery.ts";
import type { Deps } from "../deps.ts";
import { type DeliveryInput, inDelivery } from "./delivery-invoice.ts";

export type InvoicePdf = {
  readonly bytes: Uint8Array;
  /** Lower-case hex, of the bytes; checked. */
  readonly sha256: string;
  readonly fileName: string;
};

/**
 * The PDF of an invoice as it was made: from the artifact, or from the object store once that holds it. Null when
 * it is not made yet, or there is no such invoice.
 * @throws DomainError object_not_found, object_conflict (the store holds other bytes), storage_unavailable, s3_*
 */
export async function loadInvoicePdf(
  deps: Pick<Deps, "database" | "store">,
  input: Pick<DeliveryInput, "tenantId" | "invoiceId">,
): Promise<InvoicePdf | null> {
  const found = await inDelivery(deps, input, "invoice.pdf", async (tx) => ({
    file: await findArtifact(tx, input.invoiceId, "invoice_pdf"),
    invoice: await loadDeliveryInvoice(tx, input.invoiceId),
  }));
  const { file, invoice } = found;
  if (file === null || invoice === null) return null;
  const bytes = file.bytes ?? (await deps.store.get(file.object_key ?? ""));
  if (createHash("sha256").update(bytes).digest("hex") !== file.sha256) {
    throw domainError("object_conflict", `the bytes kept for invoice ${invoice.number} are not those made`);
  }
  return { bytes, sha256: file.sha256, fileName: pdfFileName(invoice) };
}

/** The number as a file name on every system. */
export function pdfFileName(invoice: Pick<DeliveryInvoice, "number">): string {
  return `${invoice.number.replace(/[^A-Za-z0-9._-]/g, "_")}.pdf`;
}
