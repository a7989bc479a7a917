import { findArtifact } from "#libs/data/artifacts.ts";
import { loadDeliveryInvoice } from "#libs/data/invoice-delivery.ts";
import type { ObjectLink } from "#libs/platform/storage/object-store.ts";
import type { Deps } from "../deps.ts";
import { type DeliveryInput, inDelivery } from "./delivery-invoice.ts";
import { pdfFileName } from "./load-invoice-pdf.ts";

/**
 * A link of the object store to the PDF of an invoice. Null when the PDF is not made yet; `link` is null while it is kept in the
 * database alone, or where the store has no links to give.
 * @throws DomainError object_not_found, storage_*, s3_*
 */
export async function linkInvoicePdf(
  deps: Pick<Deps, "database" | "store">,
  input: Pick<DeliveryInput, "tenantId" | "invoiceId">,
): Promise<{ readonly link: ObjectLink | null } | null> {
  const { file, invoice } = await inDelivery(deps, input, "invoice.pdf", async (tx) => ({
    file: await findArtifact(tx, input.invoiceId, "invoice_pdf"),
    invoice: await loadDeliveryInvoice(tx, input.invoiceId),
  }));
  if (file === null || invoice === null) return null;
  if (file.object_key === null) return { link: null };
  return { link: await deps.store.link(file.object_key, pdfFileName(invoice)) };
}
