import type { TemplateField } from "#libs/core/invoice/document-template.ts";
import type {
  DocumentLine,
  DocumentStep,
  DocumentTier,
  InvoiceDocument,
} from "#libs/core/invoice/invoice-document.ts";
import { type Html, html, trustedHtml } from "../html.ts";
import { type InvoiceText, invoiceText, isZero, negated } from "../invoice-text.ts";
import { numberFormat } from "../kept-formats.ts";
import { templateValues } from "../words/template-values.ts";
import { sentence } from "../words/invoice-words.ts";
import { lineName } from "../words/line-name.ts";
import { startMark } from "./split-pdf.ts";
import { invoiceStyle, pageStyle } from "./invoice-style.ts";

const contentPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
const defaultColor = "#3d4eac";
/** A line with more tiers may be split over pages: kept together it would leave half of one empty. */
const tiersKeptTogether = 20;

/** One document of the page that becomes the PDF, and every character of it (for the check that our fonts have them all). */
export type InvoicePage = {
  readonly section: Html;
  readonly title: string;
  readonly seller: string;
  readonly direction: "ltr" | "rtl";
  readonly locale: string;
  readonly issuedAt: string;
  readonly size: "A4" | "Letter";
  readonly text: string;
};

/** Lays an invoice out with the default template. Reads the document only; the same in, the same out. */
export function invoicePage(document: InvoiceDocument): InvoicePage {
  const text = invoiceText(document);
  const body = html`
    <div class="bar"></div>
    ${head(document, text)}
    ${parties(document, text)}
    ${headline(document, text)}
    ${said(document, text, "intro")}
    ${document.description != null && html`<div class="said" dir="auto">${document.description}</div>`}
    ${lineTable(document, text)}
    ${document.notices.length > 0 && html`<div class="notices">${document.notices.map((notice) => html`<p dir="auto">${notice}</p>`)}</div>`}
    ${closing(document, text)}`;
  const title = `${documentName(document, text)} ${document.number}`;
  const seller = document.seller.name;
  return {
    section: html`<section class="invoice" lang="${text.locale}" dir="${text.direction}" style="--brand: ${brandColor(document)}"><a class="start" href="${startMark}"></a>${body}</section>`,
    ...{ title, seller, size: document.pageSize },
    ...{ direction: text.direction, locale: text.locale, issuedAt: document.issuedAt },
    text: `${textOf(body.markup)} ${title} ${seller} · / `,
  };
}

/** What the browser prints at once: each document begins a page of its own, with the mark that it is cut at. */
export function pagesMarkup(pages: readonly InvoicePage[]): string {
  const styles = pages.map((page, index) => pageStyle(`p${index}`, page)).join("");
  return html`<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<style>${trustedHtml(styles + invoiceStyle)}</style>
</head>
<body>${pages.map(({ section }, index) => html`<div style="page: p${index}">${section}</div>`)}</body>
</html>`.markup;
}

function documentName(document: InvoiceDocument, { words }: InvoiceText): string {
  return document.template?.texts.title ?? (isCredit(document) ? words.creditNote : words.invoice);
}

/** What the seller's template says in a place, its values filled in; nothing where it says nothing. */
function said(document: InvoiceDocument, text: InvoiceText, field: TemplateField): Html | false {
  const written = document.template?.texts[field] ?? "";
  return (
    written !== "" &&
    html`<p class="said" dir="auto">${sentence(written, templateValues(document, text))}</p>`
  );
}

function isCredit(document: InvoiceDocument): boolean {
  return document.invoiceType === "credit";
}

function head(document: InvoiceDocument, text: InvoiceText): Html {
  const { seller, corrects } = document;
  const { words } = text;
  const logo = seller.logo !== null && isPicture(seller.logo) ? seller.logo : null;
  return html`<div class="head">
    <div>
      <h1>${documentName(document, text)}</h1>
      <table class="facts">
        ${fact(isCredit(document) ? words.creditNoteNumber : words.invoiceNumber, document.number)}
        ${corrects !== null && fact(words.forInvoice, corrects.number)}
        ${corrects?.reason != null && fact(words.reason, corrects.reason)}
        ${fact(words.issuedOn, text.date(document.issuedAt))}
        ${!isCredit(document) && fact(words.dueOn, text.date(document.dueAt))}
        ${
          document.periodStart !== null &&
          document.periodEnd !== null &&
          fact(words.servicePeriod, text.period(document.periodStart, document.periodEnd))
        }
      </table>
    </div>
    ${
      logo === null
        ? html`<div class="wordmark" dir="auto">${seller.name}</div>`
        : html`<img class="logo" alt="" src="${logo}">`
    }
  </div>`;
}

function fact(label: string, value: string): Html {
  return html`<tr><th>${label}</th><td>${bdi(value)}</td></tr>`;
}

function parties(document: InvoiceDocument, { words }: InvoiceText): Html {
  const { seller, customer } = document;
  const taxId = (value: string) => html`<div>${words.taxId} ${bdi(value)}</div>`;
  return html`<div class="parties">
    <div class="party">
      <h2>${words.from}</h2>
      <div class="name" dir="auto">${seller.name}</div>
      ${rows([...seller.address, seller.email])}
      ${seller.taxId !== null && taxId(seller.taxId)}
    </div>
    <div class="party">
      <h2>${isCredit(document) ? words.creditTo : words.billTo}</h2>
      <div class="name" dir="auto">${customer.name}</div>
      ${rows([...customer.address, customer.email])}
      ${customer.taxIds.map(taxId)}
    </div>
  </div>`;
}

function rows(values: readonly (string | null)[]): readonly Html[] {
  return values
    .filter((value) => value !== null && value !== "")
    .map((value) => html`<div dir="auto">${value}</div>`);
}

function headline(document: InvoiceDocument, text: InvoiceText): Html {
  const { words } = text;
  const line = (words: string, values: Record<string, string>) =>
    html`<div class="headline">${sentence(words, values)}</div>`;
  const amount = text.money(isCredit(document) ? document.total : document.amountDue);
  if (isCredit(document)) return line(words.creditedOn, { amount, date: text.date(document.issuedAt) });
  if (owesMoney(document)) return line(words.dueByDate, { amount, date: text.date(document.dueAt) });
  return html`${line(words.due, { amount })}<div class="terms muted">${words.nothingToPay}</div>`;
}

function owesMoney(document: InvoiceDocument): boolean {
  return !isCredit(document) && !isZero(document.amountDue) && !document.amountDue.startsWith("-");
}

/** Keeps the letters of a value, whatever their direction, from reordering the words around it. */
function bdi(value: string): Html {
  return html`<bdi>${value}</bdi>`;
}

/**
 * Each line is a row group that stays together with its tiers. The last one also holds the totals, in the
 * same unbreakable group: a page that shows the total shows at least one line.
 */
function lineTable(document: InvoiceDocument, text: InvoiceText): Html {
  const { words } = text;
  const rows = document.lines.map((line) => lineRows(line, text));
  const group = (index: number, more: readonly Html[] = []) => {
    const isTall = (document.lines[index]?.tiers.length ?? 0) > tiersKeptTogether;
    return html`<tbody class="line ${isTall && "tall"}">${rows.slice(index, index + 1)}${more}</tbody>`;
  };
  const last = Math.max(rows.length - 1, 0);
  return html`<table class="lines">
    <colgroup><col><col class="quantity"><col class="rate"><col class="amount"></colgroup>
    <thead><tr><th>${words.description}</th><th>${words.quantity}</th><th>${words.unitPrice}</th><th>${words.amount}</th></tr></thead>
    ${rows.slice(0, last).map((_rows, index) => group(index))}
    ${group(last, totalRows(document, text))}
  </table>`;
}

function lineRows(line: DocumentLine, text: InvoiceText): Html {
  const { words } = text;
  const about = [line.group, text.period(line.periodStart, line.periodEnd)].filter((part) => part !== "");
  const notes = [
    ...line.steps.map((step) => stepNote(step, text)),
    line.proration === null ? null : prorationNote(line.proration, text),
    isZero(line.discount) ? null : html`${words.discount} ${bdi(text.money(negated(line.discount)))}`,
  ].filter((note) => note !== null);
  return html`<tr>
      <td>
        <div class="what" dir="auto">${lineName(line, words)}</div>
        <div class="note">${about.map((part, index) => html`${index > 0 && " · "}${bdi(part)}`)}</div>
        ${notes.map((note) => html`<div class="note">${note}</div>`)}
      </td>
      <td>${bdi(text.quantity(line.quantity))}${line.unit !== null && html` <span class="muted">${bdi(text.unit(line.unit, line.quantity))}</span>`}</td>
      <td>${line.unitAmount !== null && bdi(text.rate(line.unitAmount))}</td>
      <td>${bdi(text.money(line.amount))}</td>
    </tr>${line.tiers.map((tier) => tierRow(tier, text))}`;
}

/** Says what stands between the printed quantity and price, and the amount. */
function stepNote({ name, before, after }: DocumentStep, { words, quantity, rate }: InvoiceText): Html {
  const units = () => ({ units: quantity(before), charged: quantity(after) });
  const amounts = () => ({ before: rate(before), after: rate(after) });
  if (name === "included_units") return sentence(words.included, units());
  if (name === "transform_quantity") return sentence(words.transformed, units());
  return sentence(name === "minimum_amount" ? words.raised : words.lowered, amounts());
}

/** Says which part of a full period is charged: seconds are shown as a share of 100 with four decimals, cut off. */
function prorationNote(
  proration: { readonly numerator: string; readonly denominator: string },
  { words, locale }: InvoiceText,
): Html {
  const numerator = BigInt(proration.numerator);
  const denominator = BigInt(proration.denominator);
  const plain = numberFormat(locale);
  const ratio = html`${bdi(plain.format(numerator))} / ${bdi(plain.format(denominator))}`;
  if (denominator <= 0n) return sentence(words.proratedRatio, { ratio });
  const share = (numerator * 1_000_000n) / denominator;
  const decimals = String(share % 10_000n).padStart(4, "0");
  const percent = numberFormat(locale, { style: "unit", unit: "percent", maximumFractionDigits: 4 });
  const part = percent.format(`${share / 10_000n}.${decimals}` as `${number}`);
  return sentence(words.prorated, { part, ratio });
}

function tierRow(tier: DocumentTier, text: InvoiceText): Html {
  const flat = isZero(tier.flatAmount) ? "" : ` + ${text.rate(tier.flatAmount)}`;
  return html`<tr class="tier">
    <td>${tierName(tier, text)}</td>
    <td>${bdi(text.quantity(tier.quantity))}</td>
    <td>${bdi(`${text.rate(tier.unitAmount)}${flat}`)}</td>
    <td>${bdi(text.rate(tier.amount))}</td>
  </tr>`;
}

function tierName(tier: DocumentTier, { words, quantity }: InvoiceText): Html {
  const from = quantity(tier.from);
  if (tier.upTo === null) return isZero(tier.from) ? html`${words.allUnits}` : sentence(words.over, { from });
  const upTo = quantity(tier.upTo);
  return isZero(tier.from) ? sentence(words.first, { upTo }) : sentence(words.fromTo, { from, upTo });
}

type Sum = { readonly label: Html; readonly amount: string; readonly style?: "strong" | "strong due" };

function totalRows(document: InvoiceDocument, text: InvoiceText): readonly Html[] {
  const { words } = text;
  const sum = (label: string, amount: string, style?: "strong" | "strong due"): Sum => ({
    label: html`${label}`,
    amount: text.money(amount),
    ...(style === undefined ? {} : { style }),
  });
  const sums: readonly (Sum | false)[] = [
    sum(words.subtotal, document.subtotal),
    ...document.discounts.map(({ name, amount }) => ({
      label: sentence(words.discountNamed, { name }),
      amount: text.money(negated(amount)),
    })),
    ...document.taxes.map((tax) => ({
      label: sentence(tax.inclusive ? words.taxIncluded : words.taxOn, {
        tax: tax.name,
        percent: text.percent(tax.percentage),
        base: text.money(tax.taxableAmount),
      }),
      amount: text.money(tax.amount),
    })),
    document.taxes.length > 1 && sum(words.taxTotal, document.taxTotal),
    sum(words.total, document.total, "strong"),
    !isZero(document.creditTotal) &&
      sum(
        document.creditTotal.startsWith("-") ? words.keptAsCredit : words.creditApplied,
        negated(document.creditTotal),
      ),
    !isCredit(document) && sum(words.amountDue, document.amountDue, "strong due"),
  ];
  return sums
    .filter((row) => row !== false)
    .map(
      (row, index) => html`<tr class="sums ${index === 0 && "first-sum"} ${row.style ?? ""}">
      <td></td><td class="sum label ${row.style ?? ""}" colspan="2">${row.label}</td><td class="sum ${row.style ?? ""}">${bdi(row.amount)}</td>
    </tr>`,
    );
}

function closing(document: InvoiceDocument, text: InvoiceText): Html {
  const terms = { currency: document.currency, date: text.date(document.dueAt), number: document.number };
  const texts = document.template?.texts ?? {};
  const { footer } = document.seller;
  const standard = () => html`<p>${sentence(text.words.paymentTerms, terms)}</p>`;
  return html`<div class="closing">
    ${owesMoney(document) && (texts.terms === undefined ? standard() : said(document, text, "terms"))}
    ${said(document, text, "closing")}
    ${texts.footer === undefined ? footer !== null && html`<p dir="auto">${footer}</p>` : said(document, text, "footer")}
  </div>`;
}

function isPicture(url: string): boolean {
  return /^data:image\/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=]+$/.test(url);
}

function brandColor(document: InvoiceDocument): string {
  const color = document.template?.color ?? document.seller.color;
  return color !== null && /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(color) ? color : defaultColor;
}

/** The characters of a page without its tags: what must have a glyph. */
function textOf(markup: string): string {
  return markup
    .replace(/<[^>]*>/g, " ")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, "&");
}
