import { localDate } from "#libs/core/calendar/timezone.ts";
import { type IssueDate, numberParts, parseNumberTemplate } from "#libs/core/invoice/number-template.ts";
import { seriesKey } from "#libs/core/invoice/number-series.ts";
import { creditNotePostings, invoicePostings, type Posting } from "#libs/core/ledger/postings.ts";
import { oncePerText } from "#libs/core/once-per-text.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents, type NewEvent } from "#libs/data/domain-events.ts";
import {
  type DraftInvoiceRow,
  type Finalization,
  type FinalizedRow,
  issueInvoices,
  lockDraftInvoices,
} from "#libs/data/invoice-finalization.ts";
import { postLedger } from "#libs/data/ledger.ts";
import { currentTemplates, type VersionedTemplate } from "#libs/data/templates.ts";
import { currentSettings, type VersionedSettings } from "#libs/data/tenant-settings.ts";
import { settleCredits } from "../credit/settle-credits.ts";
import { buildDocument } from "./build-document.ts";

/**
 * Turns drafts into numbered, immutable invoices: credits, ledger, events and, last, number and frozen document. Invoices
 * that are no drafts any more are left as they are, so a second call does nothing.
 * @returns the invoices issued by this call, in the order of their numbers
 */
export async function finalizeInvoices(tx: TenantTx, ids: readonly string[]): Promise<FinalizedRow[]> {
  return finalizeDrafts(tx, await lockDraftInvoices(tx, ids));
}

/** As `finalizeInvoices`, of drafts that are locked by this transaction, or were written in it. */
export async function finalizeDrafts(
  tx: TenantTx,
  locked: readonly DraftInvoiceRow[],
): Promise<FinalizedRow[]> {
  if (locked.length === 0) return [];
  const drafts = await settleCredits(tx, [...locked].sort(inOrderOfIssue));
  const settings = await currentSettings(tx);
  const templates = await currentTemplates(tx, ["invoice_pdf", "credit_note_pdf"]);
  await postLedger(
    tx,
    drafts.map((draft) => ({
      kind: draft.settlement === null ? "invoice.finalized" : "credit_note.issued",
      ref: draft.id,
      customerId: draft.customer_id,
      invoiceId: draft.id,
      postings: postingsOf(draft),
    })),
  );
  await emitEvents(tx, drafts.flatMap(eventsOf));
  const { year, month, day } = localDate(tx.now, settings.settings.timezone);
  const terms = { settings, templates, issuedOn: { year, month, day } };
  return issueInvoices(
    tx,
    drafts.map((draft) => finalizationOf(draft, terms)),
  );
}

function postingsOf(draft: DraftInvoiceRow): Posting[] {
  const { currency, settlement, total_minor: totalMinor, tax_total_minor: taxMinor } = draft;
  return settlement === null
    ? invoicePostings({ currency, totalMinor, taxMinor, creditMinor: draft.credit_total_minor })
    : creditNotePostings({ currency, totalMinor, taxMinor, settlement });
}

function eventsOf(draft: DraftInvoiceRow): NewEvent[] {
  const { id: subjectId, customer_id, settlement, corrects } = draft;
  if (settlement !== null) {
    const data = { customer_id, settlement, invoice_id: corrects?.id ?? null };
    return [{ type: "credit_note.issued", subjectType: "credit_note", subjectId, data }];
  }
  const subject = { subjectType: "invoice" as const, subjectId };
  const finalized = { type: "invoice.finalized" as const, ...subject, data: { customer_id } };
  return draft.amount_due_minor > 0n ? [finalized] : [finalized, { type: "invoice.paid", ...subject }];
}

/** Numbers follow customers and their boundaries, so that the same month gives the same numbers. */
function inOrderOfIssue(a: DraftInvoiceRow, b: DraftInvoiceRow): number {
  const keyOf = (draft: DraftInvoiceRow) =>
    `${draft.customer.external_id ?? draft.customer_id} ${String(draft.billing_sequence ?? 0).padStart(9, "0")} ${draft.id}`;
  return keyOf(a) < keyOf(b) ? -1 : 1;
}

type FinalTerms = {
  readonly settings: VersionedSettings;
  readonly templates: Readonly<Record<"invoice_pdf" | "credit_note_pdf", VersionedTemplate>>;
  readonly issuedOn: IssueDate;
};

const numberTemplate = oncePerText(parseNumberTemplate);

function finalizationOf(draft: DraftInvoiceRow, terms: FinalTerms): Finalization {
  const { settings } = terms.settings;
  const credit = draft.invoice_type === "credit";
  const template = numberTemplate(
    credit ? settings.creditNoteNumberTemplate : settings.invoiceNumberTemplate,
  );
  const prefix = draft.customer.invoice_number_prefix ?? "";
  const parts = numberParts(template, { issuedOn: terms.issuedOn, prefix });
  const { invoice_pdf: ofInvoice, credit_note_pdf: ofCreditNote } = terms.templates;
  return {
    invoiceId: draft.id,
    series: seriesKey({ document: credit ? "credit_note" : "invoice", template, ...parts }),
    prefix: parts.prefix,
    pad: parts.pad,
    suffix: parts.suffix,
    termsDays: draft.customer.payment_terms_days ?? settings.paymentTermsDays,
    document: buildDocument(draft, terms.settings, draft.settlement === null ? ofInvoice : ofCreditNote),
  };
}
