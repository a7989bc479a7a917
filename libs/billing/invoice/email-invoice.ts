import { domainError } from "#libs/core/errors.ts";
import { type DocumentTemplate, templateInLocale } from "#libs/core/invoice/document-template.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { type DeliveryInvoice, markInvoiceSent } from "#libs/data/invoice-delivery.ts";
import { currentTemplates } from "#libs/data/templates.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";
import { lockPayableInvoice } from "#libs/data/payments.ts";
import { invoiceMail } from "#libs/platform/mail/invoice-mail.ts";
import type { Mailer, OutgoingMail } from "#libs/platform/mail/mailer.ts";
import type { Deps } from "../deps.ts";
import { type EffectResult, runEffect } from "../effect/run-effect.ts";
import { ensurePaymentLink } from "../payment/ensure-payment-link.ts";
import { type DeliveryInput, inDelivery, requireDeliveryInvoice } from "./delivery-invoice.ts";
import { loadInvoicePdf } from "./load-invoice-pdf.ts";

type Sent = { readonly messageId: string; readonly providerId: string };

export type EmailOutcome =
  | { readonly sent: string }
  | { readonly skipped: "off" | "no_email" | "voided" }
  /** It may or may not arrive; it is not sent again by itself. */
  | { readonly unknown: string };

/**
 * Mails the invoice with its PDF, once. A mail whose delivery cannot be known is kept as `unknown` and never sent
 * again by itself; a customer without an address, and e-mail that is switched off, count as done.
 * Emits invoice.emailed and sets sent_at when the provider took the mail.
 * @throws DomainError pdf_not_ready, mail_unavailable, mail_rejected, effect_in_progress
 */
export async function emailInvoice(
  deps: Pick<
    Deps,
    | "database"
    | "failpoint"
    | "leaseMs"
    | "logger"
    | "mailer"
    | "mailFrom"
    | "paymentLinks"
    | "publicUrl"
    | "store"
  >,
  input: DeliveryInput & {
    /** Names a mail that was asked for; unset: the one that every invoice sends by itself. */
    readonly sendId?: string;
  },
): Promise<EmailOutcome> {
  const { mailer } = deps;
  if (mailer === null) return { skipped: "off" };
  const invoice = await inDelivery(deps, input, "invoice.email", (tx) =>
    requireDeliveryInvoice(tx, input.invoiceId),
  );
  if (invoice.customer_email === null || invoice.customer_email === "") return { skipped: "no_email" };
  if (invoice.invoice_status === "voided" && invoice.sent_at === null) return { skipped: "voided" };
  const found = await inDelivery(deps, input, "invoice.email", async (tx) => ({
    payUrl: await payUrlOf(tx, deps, input.invoiceId),
    template: await mailTemplate(tx, invoice),
  }));
  const mail = await composeMail(deps, input, { invoice, to: invoice.customer_email, ...found });
  const messageId = input.sendId === undefined ? mail.messageId : `${input.sendId}.${mail.messageId}`;
  const businessKey = input.sendId === undefined ? input.invoiceId : `${input.invoiceId}/${input.sendId}`;
  const result = await sendOnce(deps, { ...input, businessKey }, mailer, { ...mail, messageId });
  if (result.outcome === "unknown") {
    deps.logger.warn("it is unknown whether a mail was delivered", {
      tenant_id: input.tenantId,
      invoice_id: input.invoiceId,
      number: invoice.number,
      reason: result.reason,
    });
    return { unknown: result.reason };
  }
  await inDelivery(deps, input, "invoice.email", async (tx) => {
    if (!(await markInvoiceSent(tx, input.invoiceId))) return;
    await emitEvents(tx, [{ type: "invoice.emailed", subjectType: "invoice", subjectId: input.invoiceId }]);
  });
  return { sent: result.value.messageId };
}

/** The link under which the invoice can be paid; null when there is nothing to pay, or nothing to pay with. */
async function payUrlOf(
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

/** A mail says what the template in force says; only the document is frozen. */
async function mailTemplate(tx: TenantTx, { document }: DeliveryInvoice): Promise<DocumentTemplate> {
  const kind = document.invoiceType === "credit" ? "credit_note_mail" : "invoice_mail";
  return templateInLocale((await currentTemplates(tx, [kind]))[kind], document.locale);
}

function sendOnce(
  deps: Pick<Deps, "database" | "failpoint" | "leaseMs">,
  input: DeliveryInput & { readonly businessKey: string },
  mailer: Mailer,
  mail: OutgoingMail,
): Promise<EffectResult<Sent>> {
  return runEffect<Sent>(deps, {
    tenantId: input.tenantId,
    kind: "email.invoice",
    businessKey: input.businessKey,
    probe: async ({ wasInFlight }) =>
      wasInFlight
        ? { outcome: "unknown", reason: "the process ended while it was handing the mail over" }
        : null,
    act: async () => {
      const answer = await mailer.send(mail);
      if (answer.outcome === "unknown") return answer;
      return {
        outcome: "done",
        value: { messageId: mail.messageId, providerId: answer.providerId },
      };
    },
    externalId: (value) => value.messageId,
    isRefusalCertain: true,
  });
}

async function composeMail(
  deps: Pick<Deps, "database" | "store" | "mailFrom" | "publicUrl">,
  input: DeliveryInput,
  of: {
    readonly invoice: DeliveryInvoice;
    readonly to: string;
    readonly payUrl: string | null;
    readonly template: DocumentTemplate;
  },
): Promise<OutgoingMail> {
  const { invoice, to, payUrl, template } = of;
  const pdf = await loadInvoicePdf(deps, input);
  if (pdf === null) throw domainError("pdf_not_ready", `invoice ${invoice.number} has no PDF yet`);
  const { document } = invoice;
  const from = invoice.email_from ?? deps.mailFrom;
  const body = invoiceMail(document, {
    from: document.seller.name === "" ? from : document.seller.name,
    template,
    ...(payUrl === null ? {} : { payUrl }),
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
