import { domainError } from "#libs/core/errors.ts";
import { type TemplateKind, templateInLocale } from "#libs/core/invoice/document-template.ts";
import type { TenantTx } from "#libs/data/database.ts";
import type { DeliveryInvoice } from "#libs/data/invoice-delivery.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";
import { lockPayableInvoice } from "#libs/data/payments.ts";
import { currentTemplates } from "#libs/data/templates.ts";
import { invoiceMail, type MailReminder } from "#libs/platform/mail/invoice-mail.ts";
import type { OutgoingMail } from "#libs/platform/mail/mailer.ts";
import type { Deps } from "../deps.ts";
import { ensurePaymentLink } from "../payment/ensure-payment-link.ts";
import { type DeliveryInput, inDelivery } from "./delivery-invoice.ts";
import { loadInvoicePdf } from "./load-invoice-pdf.ts";

export type MailDeps = Pick<Deps, "database" | "store" | "mailFrom" | "paymentLinks" | "publicUrl">;

/** The link under which the invoice can be paid; null when there is nothing to pay, or nothing to pay with. Locks the invoice. */
export async function payUrlOf(
  tx: TenantTx,
  deps: Pick<Deps, "paymentLinks" | "publicUrl">,
  invoiceId: string,
): Promise<string | null> {
  if (deps.paymentLinks === null) return null;
  const now = await lockPayableInvoice(tx, invoiceId);
  const isPayable =
    now !== null &&
    now.invoice_status === "finalized" &&
    now.invoice_type !== "credit" &&
    now.uncollectible_at === null &&
    leftToPay(now) > 0n;
  return isPayable ? (await ensurePaymentLink(tx, deps, { invoiceId })).url : null;
}

/**
 * The mail about an invoice with its PDF. It says what the template in force says; only the document is frozen.
 * @throws DomainError pdf_not_ready
 */
export async function composeMail(
  deps: MailDeps,
  input: DeliveryInput,
  of: {
    readonly kind: Extract<TemplateKind, `${string}_mail`>;
    readonly invoice: DeliveryInvoice;
    readonly to: string;
    readonly payUrl: string | null;
    readonly reminder?: MailReminder;
  },
): Promise<OutgoingMail> {
  const { kind, invoice, to, payUrl, reminder } = of;
  const { document } = invoice;
  const pdf = await loadInvoicePdf(deps, input);
  if (pdf === null) throw domainError("pdf_not_ready", `invoice ${invoice.number} has no PDF yet`);
  const templates = await inDelivery(deps, input, "invoice.email", (tx) => currentTemplates(tx, [kind]));
  const from = invoice.email_from ?? deps.mailFrom;
  const body = invoiceMail(document, {
    from: document.seller.name === "" ? from : document.seller.name,
    template: templateInLocale(templates[kind], document.locale),
    ...(payUrl === null ? {} : { payUrl }),
    ...(reminder === undefined ? {} : { reminder }),
  });
  return {
    ...body,
    messageId: `${invoice.id}.${input.tenantId}@${new URL(deps.publicUrl).hostname}`,
    to,
    from,
    attachments: [{ filename: pdf.fileName, contentType: "application/pdf", bytes: pdf.bytes }],
    headers: { "X-Billwright-Invoice": invoice.number },
  };
}
