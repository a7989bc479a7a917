import { domainError } from "#libs/core/errors.ts";
import { paymentLinkSeconds, paymentLinkToken } from "#libs/core/payment/payment-link-token.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";
import {
  findPaymentLink,
  insertPaymentLink,
  type PaymentLinkRow,
  revokePaymentLinkRow,
} from "#libs/data/payment-links.ts";
import { lockPayableInvoice } from "#libs/data/payments.ts";
import type { Deps, PaymentLinks } from "../deps.ts";

export type PaymentLink = { readonly url: string; readonly expiresAt: Date };

/**
 * The link under which an invoice can be paid: the one that it has, or a new one for 30 days when there is none, it has
 * expired, or its key is no longer there. Locks the invoice, so that two askers get the same one.
 * @throws DomainError payment_links_off, invoice_not_found, invoice_is_credit_note, invoice_not_finalized,
 *   invoice_already_voided, invoice_already_paid, invoice_already_uncollectible
 */
export async function ensurePaymentLink(
  tx: TenantTx,
  deps: Pick<Deps, "paymentLinks" | "publicUrl">,
  input: { readonly invoiceId: string },
): Promise<PaymentLink> {
  const { paymentLinks } = deps;
  if (paymentLinks === null) {
    throw domainError(
      "payment_links_off",
      "Payment links need Stripe (INVOICE_ENABLE_STRIPE, STRIPE_PUBLISHABLE_KEY) and PAYMENT_LINK_SECRET.",
    );
  }
  await requirePayable(tx, input.invoiceId);
  const found = await findPaymentLink(tx, input.invoiceId);
  if (found !== null) {
    const token = found.is_expired ? null : tokenOf(paymentLinks, found);
    if (token !== null) return linkTo(deps.publicUrl, token, found);
    await revokePaymentLinkRow(tx, found.id);
  }
  const { keys } = paymentLinks;
  const made = await insertPaymentLink(tx, {
    invoiceId: input.invoiceId,
    keyId: keys[0].id,
    seconds: paymentLinkSeconds,
  });
  await writeAudit(tx, {
    action: "payment_link.create",
    targetType: "payment_link",
    targetId: made.id,
    after: { invoice_id: input.invoiceId, expires_at: made.expires_at.toISOString() },
  });
  const token = tokenOf(paymentLinks, made);
  if (token === null) throw new Error("a new link is signed by the first key");
  return linkTo(deps.publicUrl, token, made);
}

async function requirePayable(tx: TenantTx, invoiceId: string): Promise<void> {
  const invoice = await lockPayableInvoice(tx, invoiceId);
  if (invoice === null) throw domainError("invoice_not_found", `There is no invoice ${invoiceId}.`);
  const name = `Invoice ${invoice.number ?? "(draft)"}`;
  if (invoice.invoice_type === "credit") {
    throw domainError("invoice_is_credit_note", `${invoice.number ?? "It"} is a credit note.`);
  }
  if (invoice.invoice_status === "draft") {
    throw domainError("invoice_not_finalized", `${name} can be paid once it is finalized.`);
  }
  if (invoice.invoice_status === "voided") throw domainError("invoice_already_voided", `${name} is void.`);
  if (leftToPay(invoice) <= 0n) {
    throw domainError("invoice_already_paid", `Nothing is left to pay on ${name}.`);
  }
  if (invoice.uncollectible_at !== null) {
    throw domainError("invoice_already_uncollectible", `${name} is written off.`);
  }
}

function tokenOf({ keys }: PaymentLinks, row: PaymentLinkRow): string | null {
  const expiresAtSeconds = Math.floor(row.expires_at.getTime() / 1_000);
  return paymentLinkToken(keys, { linkId: row.id, keyId: row.key_id, expiresAtSeconds });
}

function linkTo(publicUrl: string, token: string, row: PaymentLinkRow): PaymentLink {
  return { url: `${publicUrl}/public/pay/${token}`, expiresAt: row.expires_at };
}
