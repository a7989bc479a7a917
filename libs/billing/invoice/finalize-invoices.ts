import { localDate } from "#libs/core/calendar/timezone.ts";
import { numberParts, parseNumberTemplate } from "#libs/core/invoice/number-template.ts";
import { invoicePostings } from "#libs/core/ledger/postings.ts";
import type { Settings } from "#libs/core/settings.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import {
  type DraftInvoiceRow,
  type Finalization,
  type FinalizedRow,
  issueInvoices,
  lockDraftInvoices,
} from "#libs/data/invoice-finalization.ts";
import { postLedger } from "#libs/data/ledger.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { settleCredits } from "../credit/settle-credits.ts";
import { buildDocument } from "./build-document.ts";

/**
 * Turns drafts into numbered, immutable invoices: credits, ledger, events and, last, number and frozen document. Invoices
 * that are no drafts any more are left as they are, so a second call does nothing.
 * @returns the invoices issued by this call, in the order of their numbers
 */
export async function finalizeInvoices(tx: TenantTx, ids: readonly string[]): Promise<FinalizedRow[]> {
  const locked = await lockDraftInvoices(tx, ids);
  if (locked.length === 0) return [];
  const drafts = await settleCredits(tx, [...locked].sort(inOrderOfIssue));
  const { settings, version } = await currentSettings(tx);
  await postLedger(
    tx,
    drafts.map((draft) => ({
      kind: "invoice.finalized",
      ref: draft.id,
      customerId: draft.customer_id,
      invoiceId: draft.id,
      postings: invoicePostings({
        currency: draft.currency,
        totalMinor: draft.total_minor,
        taxMinor: draft.tax_total_minor,
        creditMinor: draft.credit_total_minor,
      }),
    })),
  );
  await emitEvents(
    tx,
    drafts.flatMap((draft) => {
      const subject = { subjectType: "invoice" as const, subjectId: draft.id };
      const finalized = {
        type: "invoice.finalized" as const,
        ...subject,
        data: { customer_id: draft.customer_id },
      };
      return draft.amount_due_minor > 0n
        ? [finalized]
        : [finalized, { type: "invoice.paid" as const, ...subject }];
    }),
  );
  return issueInvoices(
    tx,
    drafts.map((draft) => finalizationOf(tx, draft, settings, version)),
  );
}

/** Numbers follow customers and their boundaries, so that the same month gives the same numbers. */
function inOrderOfIssue(a: DraftInvoiceRow, b: DraftInvoiceRow): number {
  const keyOf = (draft: DraftInvoiceRow) =>
    `${draft.customer.external_id ?? draft.customer_id} ${String(draft.billing_sequence ?? 0).padStart(9, "0")} ${draft.id}`;
  return keyOf(a) < keyOf(b) ? -1 : 1;
}

function finalizationOf(
  tx: TenantTx,
  draft: DraftInvoiceRow,
  settings: Settings,
  settingsVersion: number,
): Finalization {
  const credit = draft.invoice_type === "credit";
  const template = parseNumberTemplate(
    credit ? settings.creditNoteNumberTemplate : settings.invoiceNumberTemplate,
  );
  const customerPrefix = draft.customer.invoice_number_prefix ?? "";
  const { year, month, day } = localDate(tx.now, settings.timezone);
  const parts = numberParts(template, { issuedOn: { year, month, day }, prefix: customerPrefix });
  return {
    invoiceId: draft.id,
    series: [credit ? "credit_note" : "invoice", template.source, parts.prefix, parts.resetPeriod].join("|"),
    prefix: parts.prefix,
    pad: parts.pad,
    suffix: parts.suffix,
    termsDays: draft.customer.payment_terms_days ?? settings.paymentTermsDays,
    document: buildDocument(draft, settings, settingsVersion),
  };
}
