import { domainError } from "#libs/core/errors.ts";
import { reversePostings } from "#libs/core/ledger/postings.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { lockSurplusUsed } from "#libs/data/credits.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { voidClaims } from "#libs/data/invoice-claims.ts";
import { findCorrection, listPostingsToVoid, markVoided } from "#libs/data/invoice-ends.ts";
import { forgetSettled } from "#libs/data/late-usage.ts";
import { postLedger } from "#libs/data/ledger.ts";
import { findMaximumOver } from "#libs/data/limit-lines.ts";
import { findOpenAttempt } from "#libs/data/payment-attempts.ts";
import type { StoredInvoice } from "#libs/data/stored-invoice.ts";
import { assertNotAmended } from "./assert-not-amended.ts";
import { type InvoiceTarget, requireInvoice } from "./require-invoice.ts";

/**
 * Voids an invoice that nobody has paid: its number stays, everything that was posted for it is posted back, and its
 * periods are left visibly unbilled. A draft can be voided too; it never had a number.
 * @throws DomainError invoice_not_found, version_conflict, and what `assertVoidable` refuses
 */
export async function voidInvoice(
  tx: TenantTx,
  input: InvoiceTarget & { readonly reason: string },
): Promise<void> {
  const invoice = await requireInvoice(tx, input);
  await assertVoidable(tx, invoice);
  await assertNoMaximumOver(tx, invoice);
  await voidClaims(tx, invoice.id);
  await reverseInvoice(tx, invoice, input.reason);
  await writeAudit(tx, {
    action: "invoice.void",
    targetType: "invoice",
    targetId: invoice.id,
    before: invoice,
    after: { reason: input.reason },
  });
}

/** What a maximum takes off counts on all that was billed of its period; an invoice that is made again settles it anew. */
async function assertNoMaximumOver(tx: TenantTx, invoice: StoredInvoice): Promise<void> {
  const later = await findMaximumOver(tx, invoice.id);
  if (later === null) return;
  throw domainError(
    "invoice_amended",
    `Invoice ${later.number ?? "(draft)"} takes off what is above the plan's maximum together with invoice ${invoice.number ?? "(draft)"}: void that first.`,
  );
}

/**
 * Whether an invoice, locked, can be voided.
 * @throws DomainError invoice_already_voided, invoice_already_paid, invoice_partly_paid, payment_in_progress,
 *   invoice_corrected, invoice_amended, invoice_is_credit_note, credit_already_used
 */
export async function assertVoidable(tx: TenantTx, invoice: StoredInvoice): Promise<void> {
  const { number, amount_paid_minor: paid, amount_due_minor: due, currency } = invoice;
  const name = `Invoice ${number ?? "(draft)"}`;
  if (invoice.invoice_type === "credit")
    throw domainError("invoice_is_credit_note", `${number} is a credit note: void it as one.`);
  if (invoice.invoice_status === "voided")
    throw domainError("invoice_already_voided", `${name} is void already.`);
  const shown = formatMoney({ minor: paid, currency });
  if (paid > 0n && paid >= due) {
    throw domainError(
      "invoice_already_paid",
      `${name} is paid (${shown} ${currency}): refund it, or correct it with a credit note.`,
    );
  }
  if (paid > 0n) {
    throw domainError(
      "invoice_partly_paid",
      `${shown} of ${formatMoney({ minor: due, currency })} ${currency} of ${name} are paid: refund that first, or correct it with a credit note.`,
    );
  }
  if ((await findOpenAttempt(tx, invoice.id)) !== null) {
    throw domainError("payment_in_progress", `A payment of ${name} is under way; wait until it ends.`);
  }
  if ((await lockSurplusUsed(tx, invoice.id)) > 0n) {
    throw domainError(
      "credit_already_used",
      `The credit that ${name} gave has been used; correct it with an invoice of its own.`,
    );
  }
  await assertNotAmended(tx, invoice);
  const correction = await findCorrection(tx, invoice.id);
  if (correction !== null) {
    throw domainError(
      "invoice_corrected",
      `${name} is corrected by ${correction.number ?? "a draft"}: void that first.`,
    );
  }
}

/** Takes back what an invoice did, once it is certain that it may: state, ledger, event. */
export async function reverseInvoice(tx: TenantTx, invoice: StoredInvoice, reason: string): Promise<void> {
  await markVoided(tx, invoice.id, reason);
  await forgetSettled(tx, invoice.id);
  const posted = await listPostingsToVoid(tx, invoice.id);
  await postLedger(tx, [
    {
      kind: "invoice.voided",
      ref: invoice.id,
      customerId: invoice.customer_id,
      invoiceId: invoice.id,
      postings: reversePostings(posted),
    },
  ]);
  const subject = { subjectType: "invoice", subjectId: invoice.id } as const;
  const data = { customer_id: invoice.customer_id, reason, number: invoice.number };
  await emitEvents(tx, [{ type: "invoice.voided", ...subject, data }]);
}
