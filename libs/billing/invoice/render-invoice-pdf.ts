import { findArtifact, insertArtifact } from "#libs/data/artifacts.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import type { Deps } from "../deps.ts";
import { type DeliveryInput, inDelivery, requireDeliveryInvoice } from "./delivery-invoice.ts";

/**
 * Prints an issued invoice from its frozen document, once: a stored PDF is the truth and is never made anew. Emits
 * invoice.pdf_rendered with the file. Safe to repeat; of two workers the first file stays.
 * @throws DomainError invoice_not_found, pdf_*
 */
export async function renderInvoicePdf(
  deps: Pick<Deps, "database" | "failpoint" | "pdf">,
  input: DeliveryInput,
): Promise<{ readonly sha256: string; readonly pages: number; readonly made: boolean }> {
  const actor = "invoice.render_pdf";
  const before = await inDelivery(deps, input, actor, async (tx) => ({
    file: await findArtifact(tx, input.invoiceId, "invoice_pdf"),
    invoice: await requireDeliveryInvoice(tx, input.invoiceId),
  }));
  if (before.file !== null) {
    return { sha256: before.file.sha256, pages: before.file.page_count, made: false };
  }
  const pdf = await deps.pdf.render(before.invoice.document);
  deps.failpoint("pdf.render:rendered");
  return inDelivery(deps, input, actor, async (tx) => {
    const made = await insertArtifact(tx, { ...pdf, invoiceId: input.invoiceId, kind: "invoice_pdf" });
    if (made) {
      await emitEvents(tx, [
        { type: "invoice.pdf_rendered", subjectType: "invoice", subjectId: input.invoiceId },
      ]);
      return { sha256: pdf.sha256, pages: pdf.pageCount, made };
    }
    const kept = await findArtifact(tx, input.invoiceId, "invoice_pdf");
    return { sha256: kept?.sha256 ?? pdf.sha256, pages: kept?.page_count ?? pdf.pageCount, made };
  });
}
