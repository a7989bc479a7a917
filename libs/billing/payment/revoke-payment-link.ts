import { domainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { findPaymentLink, revokePaymentLinkRow } from "#libs/data/payment-links.ts";
import { lockPayableInvoice } from "#libs/data/payments.ts";

/**
 * Ends the link of an invoice. What a payer has begun through it and not confirmed is withdrawn at the provider, by the
 * job that payment_link.revoked causes.
 * @throws DomainError invoice_not_found; payment_link_not_found when there is no active one
 */
export async function revokePaymentLink(tx: TenantTx, input: { readonly invoiceId: string }): Promise<void> {
  const invoice = await lockPayableInvoice(tx, input.invoiceId);
  if (invoice === null) throw domainError("invoice_not_found", `There is no invoice ${input.invoiceId}.`);
  const link = await findPaymentLink(tx, invoice.id);
  if (link === null || link.is_expired) {
    throw domainError("payment_link_not_found", `Invoice ${invoice.number ?? "(draft)"} has no active link.`);
  }
  await revokePaymentLinkRow(tx, link.id);
  await writeAudit(tx, {
    action: "payment_link.revoke",
    targetType: "payment_link",
    targetId: link.id,
    before: { invoice_id: invoice.id, expires_at: link.expires_at.toISOString() },
  });
  await emitEvents(tx, [
    {
      type: "payment_link.revoked",
      subjectType: "invoice",
      subjectId: invoice.id,
      data: { payment_link_id: link.id },
    },
  ]);
}
