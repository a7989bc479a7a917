import type { DocumentTemplate } from "#libs/core/invoice/document-template.ts";
import type { InvoiceDocument } from "#libs/core/invoice/invoice-document.ts";
import { type Html, html } from "../html.ts";
import { type InvoiceText, invoiceText, isZero } from "../invoice-text.ts";
import { templateValues } from "../words/template-values.ts";
import { plainSentence } from "../words/invoice-words.ts";

export type InvoiceMail = { readonly subject: string; readonly html: string; readonly text: string };

/** Reminds of an invoice: days since it was due, 0 or less before it is late, and what is left to pay in major units. */
export type MailReminder = { readonly day: number; readonly left: string };

/**
 * The mail that brings an invoice, or reminds of it: what is due and when, a button to pay where there is a link, and the PDF beside it.
 * `from` is the name the mail speaks with, usually the seller's. Reads the document only.
 */
export function invoiceMail(
  document: InvoiceDocument,
  options: {
    readonly from: string;
    readonly payUrl?: string;
    readonly template?: DocumentTemplate;
    readonly reminder?: MailReminder;
  },
): InvoiceMail {
  const text = invoiceText(document);
  const words = mailWords(document, text, options);
  const payUrl = words.owes ? safeUrl(options.payUrl) : null;
  return {
    subject: words.subject,
    html: mailMarkup(document, words, payUrl),
    text: mailText(document, words, payUrl),
  };
}

type MailWords = {
  readonly locale: string;
  readonly direction: "ltr" | "rtl";
  readonly subject: string;
  readonly from: string;
  readonly owes: boolean;
  readonly amount: string;
  readonly amountNote: string;
  readonly greeting: string;
  readonly sentence: string;
  readonly color: string | null;
  /** The tenant's own; null: who sends it. */
  readonly footer: string | null;
  readonly pay: string;
  /** Before and after the address. */
  readonly questions: readonly [before: string, after: string];
  readonly facts: readonly (readonly [string, string])[];
};

function mailWords(
  document: InvoiceDocument,
  text: InvoiceText,
  {
    from,
    template,
    reminder,
  }: { readonly from: string; readonly template?: DocumentTemplate; readonly reminder?: MailReminder },
): MailWords {
  const { words, locale, direction } = text;
  const isCredit = document.invoiceType === "credit";
  const owes = !isCredit && !isZero(document.amountDue) && !document.amountDue.startsWith("-");
  const period =
    document.periodStart === null || document.periodEnd === null
      ? []
      : ([[words.servicePeriod, text.period(document.periodStart, document.periodEnd)]] as const);
  const date = text.date(document.dueAt);
  const due = owes ? ([[words.dueOn, date]] as const) : [];
  const isLate = reminder !== undefined && reminder.day > 0;
  const owed = owes ? plainSentence(isLate ? words.mailWasDue : words.mailDue, { date }) : words.mailNothing;
  const about = { number: document.number, seller: from, customer: document.customer.name, date };
  const purpose = purposeOf(words, { isCredit, isReminder: reminder !== undefined, isLate });
  const name = isCredit ? words.creditNote : words.invoice;
  const { subject, greeting, message, footer } = template?.texts ?? {};
  const values = { ...templateValues(document, text), seller: from };
  const [before = "", after = ""] = words.mailQuestions.split("{email}");
  return {
    ...{ locale, direction, from, owes },
    color: template?.color ?? document.seller.color,
    footer: footer === undefined ? null : plainSentence(footer, values),
    subject:
      subject === undefined
        ? plainSentence(purpose.subject, { ...about, document: name })
        : plainSentence(subject, values),
    amount: text.money(reminder?.left ?? (isCredit ? document.total : document.amountDue)),
    amountNote: isCredit ? words.mailCredited : owed,
    greeting:
      greeting === undefined ? plainSentence(words.mailGreeting, about) : plainSentence(greeting, values),
    sentence: message === undefined ? plainSentence(purpose.message, about) : plainSentence(message, values),
    pay: words.mailPay,
    questions: [before, after],
    facts: [
      [isCredit ? words.creditNoteNumber : words.invoiceNumber, document.number],
      ...(document.corrects === null ? [] : ([[words.forInvoice, document.corrects.number]] as const)),
      [words.issuedOn, text.date(document.issuedAt)],
      ...due,
      ...period,
      [words.total, text.money(document.total)],
    ],
  };
}

function purposeOf(
  words: InvoiceText["words"],
  is: { readonly isCredit: boolean; readonly isReminder: boolean; readonly isLate: boolean },
): { readonly subject: string; readonly message: string } {
  if (is.isLate) return { subject: words.mailReminderSubject, message: words.mailOverdue };
  if (is.isReminder) return { subject: words.mailReminderSubject, message: words.mailReminder };
  return { subject: words.mailSubject, message: is.isCredit ? words.mailCreditNote : words.mailInvoice };
}

/** Only web addresses become links. */
function safeUrl(url: string | undefined): string | null {
  return url !== undefined && /^https?:\/\//.test(url) ? url : null;
}

const font =
  "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";
/** Mid greys keep their contrast when a mail program turns the page dark. */
const muted = "color:#6b7385";

function mailMarkup(document: InvoiceDocument, words: MailWords, payUrl: string | null): string {
  const brand = brandColor(words.color);
  const footer = words.footer ?? [document.seller.name, ...document.seller.address].join(" · ");
  return html`<!doctype html>
<html lang="${words.locale}" dir="${words.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${words.subject}</title>
</head>
<body style="margin:0;padding:0;background-color:#f4f6f8">
<div style="display:none;max-height:0;overflow:hidden">${words.amount} ${words.amountNote}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:#f4f6f8">
<tr><td align="center" style="padding:32px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px;background-color:#ffffff;border-radius:8px;border-top:4px solid ${brand}">
<tr><td style="${font};font-size:15px;font-weight:600;color:#1a1f36;padding:28px 32px 0"><bdi>${words.from}</bdi></td></tr>
<tr><td style="${font};font-size:34px;line-height:40px;font-weight:700;color:#1a1f36;padding:24px 32px 0">${words.amount}</td></tr>
<tr><td style="${font};font-size:15px;line-height:22px;${muted};padding:2px 32px 0">${words.amountNote}</td></tr>
<tr><td dir="auto" style="${font};font-size:15px;line-height:23px;color:#1a1f36;white-space:pre-line;padding:24px 32px 0">${words.greeting}<br>${words.sentence}</td></tr>
${payUrl !== null && payButton(payUrl, brand, words.pay)}
<tr><td style="padding:24px 32px 0">${factTable(words)}</td></tr>
${document.notices.map((notice) => html`<tr><td dir="auto" style="${font};font-size:13px;line-height:20px;${muted};padding:16px 32px 0">${notice}</td></tr>`)}
<tr><td style="${font};font-size:12px;line-height:18px;${muted};white-space:pre-line;padding:28px 32px 28px"><bdi>${footer}</bdi>${document.seller.email !== null && html`<br>${words.questions[0]}<a href="mailto:${document.seller.email}" style="${muted}">${document.seller.email}</a>${words.questions[1]}`}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`.markup;
}

function payButton(payUrl: string, brand: string, label: string): Html {
  return html`<tr><td style="padding:24px 32px 0">
<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>
<td align="center" bgcolor="${brand}" style="border-radius:6px;background-color:${brand}"><a href="${payUrl}" style="${font};display:inline-block;padding:12px 28px;font-size:15px;font-weight:600;color:#ffffff;text-decoration:none;border-radius:6px">${label}</a></td>
</tr></table>
</td></tr>`;
}

function factTable(words: MailWords): Html {
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="border-top:1px solid #e3e8ee">
${words.facts.map(
  ([label, value]) => html`<tr>
<td style="${font};font-size:14px;line-height:20px;${muted};padding:9px 0;border-bottom:1px solid #e3e8ee">${label}</td>
<td align="${words.direction === "rtl" ? "left" : "right"}" style="${font};font-size:14px;line-height:20px;color:#1a1f36;padding:9px 0;border-bottom:1px solid #e3e8ee">${value}</td>
</tr>`,
)}
</table>`;
}

function brandColor(color: string | null): string {
  return color !== null && /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(color) ? color : "#3d4eac";
}

function mailText(document: InvoiceDocument, words: MailWords, payUrl: string | null): string {
  const width = Math.max(...words.facts.map(([label]) => label.length)) + 2;
  const facts = words.facts.map(([label, value]) => `${`${label}:`.padEnd(width)} ${value}`);
  return [
    `${words.greeting}`,
    words.sentence,
    "",
    `${words.amount} ${words.amountNote}`,
    ...(payUrl === null ? [] : ["", `${words.pay}:`, payUrl]),
    "",
    ...facts,
    ...document.notices.flatMap((notice) => ["", notice]),
    "",
    "-- ",
    ...(words.footer === null ? [document.seller.name, ...document.seller.address] : [words.footer]),
    ...(document.seller.email === null ? [] : [document.seller.email]),
    "",
  ].join("\n");
}
