import { formatMoney } from "#libs/core/money/money.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";
import { lockPayableInvoice } from "#libs/data/payments.ts";
import { cancelReminders, findOpenReminder, finishReminder } from "#libs/data/reminders.ts";
import type { Deps } from "../deps.ts";
import { composeMail, type MailDeps, payUrlOf } from "../invoice/compose-mail.ts";
import { type DeliveryInput, inDelivery, requireDeliveryInvoice } from "../invoice/delivery-invoice.ts";
import { type MailOutcome, sendMailOnce } from "../invoice/send-mail-once.ts";

export type ReminderOutcome = MailOutcome | { readonly skipped: "off" | "no_email" | "settled" };

/**
 * Sends one reminder of an invoice, once, with its PDF and the link to pay it. Whether anything is left to pay is read
 * under the invoice's lock just before: what was paid, voided or written off, and a customer whose reminders are paused,
 * calls it off. Emits invoice.reminded when the provider took the mail.
 * @throws DomainError pdf_not_ready, mail_unavailable, mail_rejected, effect_in_progress
 */
export async function sendReminder(
  deps: MailDeps & Pick<Deps, "failpoint" | "leaseMs" | "logger" | "mailer">,
  input: DeliveryInput & { readonly reminderId: string },
): Promise<ReminderOutcome> {
  const { mailer } = deps;
  if (mailer === null) return { skipped: "off" };
  const actor = "invoice.remind";
  const due = await inDelivery(deps, input, actor, (tx) => readDue(tx, deps, input));
  if (due === null) return { skipped: "settled" };
  const { invoice, ...rest } = due;
  if (invoice.customer_email === null || invoice.customer_email === "") return { skipped: "no_email" };
  const mail = await composeMail(deps, input, {
    ...{ ...rest, invoice, to: invoice.customer_email, kind: "reminder_mail" },
  });
  const outcome = await sendMailOnce(deps, mailer, {
    ...{ tenantId: input.tenantId, invoiceId: input.invoiceId, number: invoice.number },
    ...{ kind: "email.reminder", businessKey: input.reminderId },
    mail: { ...mail, messageId: `${input.reminderId}.${mail.messageId}` },
  });
  if ("unknown" in outcome) return outcome;
  await inDelivery(deps, input, actor, async (tx) => {
    if (!(await finishReminder(tx, input.reminderId))) return;
    const subject = { subjectType: "invoice", subjectId: input.invoiceId } as const;
    await emitEvents(tx, [{ type: "invoice.reminded", ...subject, data: { day: due.reminder.day } }]);
  });
  return outcome;
}

async function readDue(
  tx: TenantTx,
  deps: Pick<Deps, "paymentLinks" | "publicUrl">,
  { invoiceId, reminderId }: { readonly invoiceId: string; readonly reminderId: string },
) {
  const now = await lockPayableInvoice(tx, invoiceId);
  const reminder = await findOpenReminder(tx, reminderId);
  const isOwed =
    now !== null &&
    now.invoice_status === "finalized" &&
    now.uncollectible_at === null &&
    leftToPay(now) > 0n;
  if (!isOwed || reminder === null) {
    await cancelReminders(tx, invoiceId);
    return null;
  }
  const left = formatMoney({ minor: leftToPay(now), currency: now.currency });
  return {
    invoice: await requireDeliveryInvoice(tx, invoiceId),
    payUrl: await payUrlOf(tx, deps, invoiceId),
    reminder: { day: reminder.day, left },
  };
}
