import {
  type CreditAsked,
  type CreditNoteDecision,
  decideCreditNote,
  type Settlement,
} from "#libs/core/credit-note/decide-credit-note.ts";
import type { CreditedLine } from "#libs/core/credit-note/credit-amounts.ts";
import { domainError } from "#libs/core/errors.ts";
import type { NewLine } from "#libs/core/invoice/new-line.ts";
import { Decimal } from "#libs/core/money/decimal.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { amountsText } from "#libs/core/proration/amounts-text.ts";
import { inputHash } from "#libs/core/rating/input-hash.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import {
  type CorrectedLine,
  type CorrectionFacts,
  listCorrectedLines,
  readCorrectionFacts,
} from "#libs/data/credit-notes.ts";
import { insertCreditGrants } from "#libs/data/credits.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { insertDraftInvoices, type NewInvoice } from "#libs/data/invoices.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";
import { newId } from "#libs/data/new-id.ts";
import { findOpenAttempt } from "#libs/data/payment-attempts.ts";
import { readPaymentState } from "#libs/data/payments.ts";
import type { StoredInvoice } from "#libs/data/stored-invoice.ts";
import { lockSubscriptions } from "#libs/data/subscription-progress.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { finalizeInvoices } from "../invoice/finalize-invoices.ts";
import { requireIssued } from "../invoice/require-invoice.ts";

export type NewCreditNote = {
  readonly invoiceId: string;
  readonly asked: CreditAsked;
  readonly settlement: Settlement;
  /** Printed on it. */
  readonly reason?: string | undefined;
};

/**
 * Takes back a part of an issued invoice: a document of its own with its own number, issued at once. `offset` lowers what is
 * left to pay, `credit` becomes the customer's credit, `refund` is owed to the customer until it is paid out.
 * @returns its id
 * @throws DomainError invoice_not_found, invoice_not_finalized, invoice_already_voided, invoice_is_credit_note,
 *   payment_in_progress, and what `decideCreditNote` refuses
 */
export async function createCreditNote(tx: TenantTx, input: NewCreditNote): Promise<string> {
  const invoice = await requireIssued(tx, { invoiceId: input.invoiceId });
  const number = invoice.number ?? "";
  if (invoice.invoice_type === "credit")
    throw domainError("invoice_is_credit_note", `${number} is a credit note: void it instead.`);
  if (input.settlement === "offset" && (await findOpenAttempt(tx, invoice.id)) !== null) {
    throw domainError("payment_in_progress", `A payment of ${number} is under way; wait until it ends.`);
  }
  // A change gives back parts of the same lines, and holds the subscription while it does.
  if (invoice.subscription_id !== null) await lockSubscriptions(tx, [invoice.subscription_id]);
  const facts = await readCorrectionFacts(tx, invoice.id);
  const lines = await listCorrectedLines(tx, invoice.id);
  const decision = decideCreditNote(
    {
      ...{ number, currency: invoice.currency, totalMinor: invoice.total_minor, lines },
      ...{ amountPaidMinor: invoice.amount_paid_minor, notedMinor: facts.noted_minor },
      ...{
        refundedMinor: facts.refunded_minor,
        creditedMinor: facts.credited_minor,
        creditsUsedMinor: invoice.total_minor - invoice.amount_due_minor,
        taxRates: facts.tax_rates,
        discountNames: facts.discount_names,
      },
      leftToPayMinor: invoice.uncollectible_at === null ? leftToPay(invoice) : 0n,
    },
    input.asked,
    input.settlement,
  );
  const note = await noteOf(tx, { input, invoice, facts, lines, decision });
  await insertDraftInvoices(tx, [note]);
  if (input.settlement === "credit") await grantNote(tx, note);
  await finalizeInvoices(tx, [note.id]);
  await emitWhenSettled(tx, invoice);
  await writeAudit(tx, {
    action: "credit_note.create",
    targetType: "credit_note",
    targetId: note.id,
    after: { ...input, totalMinor: note.assembled.totalMinor },
  });
  return note.id;
}

/** The note as the row that it is: an invoice of type credit, whose lines point at those they take back. */
async function noteOf(
  tx: TenantTx,
  from: {
    readonly input: NewCreditNote;
    readonly invoice: StoredInvoice;
    readonly facts: CorrectionFacts;
    readonly lines: readonly CorrectedLine[];
    readonly decision: CreditNoteDecision;
  },
): Promise<NewInvoice> {
  const { input, invoice, facts, lines, decision } = from;
  const id = newId();
  const { version } = await currentSettings(tx);
  const keyOf = (lineId: string) => `note/${id}/${lineId}`;
  return {
    ...{
      id,
      customerId: invoice.customer_id,
      subscriptionId: invoice.subscription_id,
      invoiceType: "credit",
    },
    ...{ currency: invoice.currency, boundary: null, billingReason: "credit_note", settingsVersion: version },
    ...{ periodStart: null, periodEnd: null, roundingMode: facts.rounding_mode, finalizeAt: null },
    // Nothing is due on it.
    dueAt: tx.now,
    description: input.reason ?? null,
    corrects: { invoiceId: invoice.id, settlement: input.settlement },
    lines: decision.lines.flatMap((credited) => {
      const line = lines.find((each) => each.id === credited.lineId);
      return line === undefined ? [] : [noteLine(line, credited, keyOf(line.id), invoice)];
    }),
    assembled: {
      ...decision.assembled,
      lines: decision.assembled.lines.map((line) => ({ ...line, key: keyOf(line.key) })),
    },
  };
}

function noteLine(
  line: CorrectedLine,
  { amounts }: CreditedLine,
  sourceKey: string,
  { currency, number }: StoredInvoice,
): NewLine {
  const shown = (minor: bigint) => formatMoney({ minor, currency });
  const exactAmount = new Decimal(shown(amounts.amountMinor));
  const inputs = {
    ...{ invoice: number, line: line.id, billed: amountsText(line.billed) },
    ...{ creditedBefore: amountsText(line.credited), credit: amountsText(amounts) },
  };
  const step = {
    ...{
      name: "credit_note" as const,
      before: shown(line.billed.amountMinor),
      after: shown(amounts.amountMinor),
    },
    detail: `taken back of the line, ${shown(line.credited.amountMinor)} was given back before`,
  };
  return {
    ...{ sourceKey, kind: "adjustment", itemId: null, priceId: line.priceId, priceCode: null },
    ...{ billingPeriodId: null, correctsLineId: line.id, group: line.group, description: line.description },
    ...{
      quantity: new Decimal(1),
      unit: null,
      unitAmount: null,
      exactAmount,
      start: line.start,
      end: line.end,
    },
    ...{ ratio: { numerator: 1n, denominator: 1n }, tiers: [], steps: [step] },
    ...{ inputs, inputHash: inputHash(inputs), eventCount: 0n },
  };
}

/** The grant goes with the note when that is void, as an invoice's surplus does. */
async function grantNote(tx: TenantTx, note: NewInvoice): Promise<void> {
  await insertCreditGrants(tx, [
    {
      ...{ id: newId(), customerId: note.customerId, currency: note.currency },
      ...{ amountMinor: note.assembled.totalMinor, priority: 0, costBasis: null, expiresAt: null },
      ...{ reason: "credit_note", sourceInvoiceId: note.id },
    },
  ]);
}

async function emitWhenSettled(tx: TenantTx, before: StoredInvoice): Promise<void> {
  const after = await readPaymentState(tx, before.id);
  if (leftToPay(before) <= 0n || after.payment_status !== "succeeded") return;
  await emitEvents(tx, [{ type: "invoice.paid", subjectType: "invoice", subjectId: before.id }]);
}
