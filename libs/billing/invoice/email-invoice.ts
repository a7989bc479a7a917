import { emitEvents } from "#libs/data/domain-events.ts";
import { markInvoiceSent } from "#libs/data/invoice-delivery.ts";
import type { Deps } from "../deps.ts";
import { composeMail, type MailDeps, payUrlOf } from "./compose-mail.ts";
import { type DeliveryInput, inDelivery, requireDeliveryInvoice } from "./delivery-invoice.ts";
import { type MailOutcome, sendMailOnce } from "./send-mail-once.ts";

export type EmailOutcome = MailOutcome | { readonly skipped: "off" | "no_email" | "voided" };

/**
 * Mails the invoice with its PDF, once. A mail whose delivery cannot be known is kept as `unknown` and never sent
 * again by itself; a customer without an address, and e-mail that is switched off, count as done.
 * Emits invoice.emailed and sets sent_at when the provider took the mail.
 * @throws DomainError pdf_not_ready, mail_unavailable, mail_rejected, effect_in_progress
 */
export async function emailInvoice(
  deps: MailDeps & Pick<Deps, "failpoint" | "leaseMs" | "logger" | "mailer">,
  input: DeliveryInput & {
    /** Names a mail that was asked for; unset: the one that every invoice sends by itself. */
    readonly sendId?: string;
  },
): Promise<EmailOutcome> {
  const { mailer } = deps;
  const { tenantId, invoiceId, sendId } = input;
  if (mailer === null) return { skipped: "off" };
  const invoice = await inDelivery(deps, input, "invoice.email", (tx) =>
    requireDeliveryInvoice(tx, invoiceId),
  );
  if (invoice.customer_email === null || invoice.customer_email === "") return { skipped: "no_email" };
  if (invoice.invoice_status === "voided" && invoice.sent_at === null) return { skipped: "voided" };
  const payUrl = await inDelivery(deps, input, "invoice.email", (tx) => payUrlOf(tx, deps, invoiceId));
  const kind = invoice.document.invoiceType === "credit" ? "credit_note_mail" : "invoice_mail";
  const mail = await composeMail(deps, input, { kind, invoice, to: invoice.customer_email, payUrl });
  const outcome = await sendMailOnce(deps, mailer, {
    ...{ tenantId, invoiceId, number: invoice.number, kind: "email.invoice" },
    businessKey: sendId === undefined ? invoiceId : `${invoiceId}/${sendId}`,
    mail: sendId === undefined ? mail : { ...mail, messageId: `${sendId}.${mail.messageId}` },
  });
  if ("unknown" in outcome) return outcome;
  await inDelivery(deps, input, "invoice.email", async (tx) => {
    if (!(await markInvoiceSent(tx, invoiceId))) return;
    await emitEvents(tx, [{ type: "invoice.emailed", subjectType: "invoice", subjectId: invoiceId }]);
  });
  return outcome;
}
