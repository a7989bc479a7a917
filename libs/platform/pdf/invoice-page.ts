import type {
  DocumentLine,
  DocumentStep,
  DocumentTier,
  InvoiceDocument,
} from "#libs/core/invoice/invoice-document.ts";
import { type Html, html, trustedHtml } from "../html.ts";
import { type InvoiceText, invoiceText, isZero, negated } from "../invoice-text.ts";
import { invoiceStyle, pageStyle } from "./invoice-style.ts";

const contentPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
const defaultColor = "#3d4eac";
/** A line with more tiers may be split over pages: kept together it would leave half of one empty. */
const tiersKeptTogether = 20;

/** The page that becomes the PDF, and every character on it (for the check that our fonts have them all). */
export type InvoicePage = { readonly markup: string; readonly text: string };

/** Lays an invoice out as one HTML page with the default template. Reads the document only; the same in, the same out. */
export function invoicePage(document: InvoiceDocument): InvoicePage {
  const text = invoiceText(document);
  const name = documentName(document);
  const body = html`
    <div class="bar"></div>
    ${head(document, text)}
    ${parties(document)}
    ${headline(document, text)}
    ${document.description != null && html`<div class="said" dir="auto">${document.description}</div>`}
    ${lineTable(document, text)}
    ${document.notices.length > 0 && html`<div class="notices">${document.notices.map((notice) => html`<p dir="auto">${notice}</p>`)}</div>`}
    ${closing(document, text)}`;
  const title = `${name} ${document.number}`;
  const page = pageStyle({ size: document.pageSize, title, seller: document.seller.name });
  const markup = html`<!doctype html>
<html lang="${document.locale}" style="--brand: ${brandColor(document)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<title>${title}</title>
<style>${trustedHtml(page + invoiceStyle)}</style>
</head>
<body>${body}</body>
</html>`.markup;
  return { markup, text: `${textOf(body.markup)} ${title} ${document.seller.name} / ` };
}

function documentName(document: InvoiceDocument): "Invoice" | "Credit note" {
  return document.invoiceType === "credit" ? "Credit note" : "Invoice";
}

function head(document: InvoiceDocument, text: InvoiceText): Html {
  const { seller } = document;
  const isInvoice = document.invoiceType !== "credit";
  const logo = seller.logo !== null && isPicture(seller.logo) ? seller.logo : null;
  return html`<div class="head">
    <div>
      <h1>${documentName(document)}</h1>
      <table class="facts">
        ${fact(isInvoice ? "Invoice number" : "Credit note number", document.number)}
        ${document.corrects !== null && fact("For invoice", document.corrects.number)}
        ${document.corrects?.reason != null && fact("Reason", document.corrects.reason)}
        ${fact("Date of issue", text.date(document.issuedAt))}
        ${isInvoice && fact("Date due", text.date(document.dueAt))}
        ${
          document.periodStart !== null &&
          document.periodEnd !== null &&
          fact("Service period", text.period(document.periodStart, document.periodEnd))
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

function parties(document: InvoiceDocument): Html {
  const { seller, customer } = document;
  return html`<div class="parties">
    <div class="party">
      <h2>From</h2>
      <div class="name" dir="auto">${seller.name}</div>
      ${rows(seller.address)}
      ${rows([seller.email, seller.taxId === null ? null : `Tax ID ${seller.taxId}`])}
    </div>
    <div class="party">
      <h2>${document.invoiceType === "credit" ? "Credit to" : "Bill to"}</h2>
      <div class="name" dir="auto">${customer.name}</div>
      ${rows(customer.address)}
      ${rows([customer.email, ...customer.taxIds.map((taxId) => `Tax ID ${taxId}`)])}
    </div>
  </div>`;
}

function rows(values: readonly (string | null)[]): readonly Html[] {
  return values
    .filter((value) => value !== null && value !== "")
    .map((value) => html`<div dir="auto">${value}</div>`);
}

function headline(document: InvoiceDocument, text: InvoiceText): Html {
  if (document.invoiceType === "credit") {
    return html`<div class="headline">${bdi(text.money(document.total))} credited on ${bdi(text.date(document.issuedAt))}</div>`;
  }
  const due = html`<div class="headline">${bdi(text.money(document.amountDue))} due`;
  if (owesMoney(document)) return html`${due} ${bdi(text.date(document.dueAt))}</div>`;
  return html`${due}</div><div class="terms muted">There is nothing to pay on this invoice.</div>`;
}

function owesMoney(document: InvoiceDocument): boolean {
  return (
    document.invoiceType !== "credit" && !isZero(document.amountDue) && !document.amountDue.startsWith("-")
  );
}

/** Keeps the letters of a value, whatever their direction, from reordering the English words around it. */
function bdi(value: string): Html {
  return html`<bdi>${value}</bdi>`;
}

/**
 * Each line is a row group that stays together with its tiers. The last one also holds the totals, in the
 * same unbreakable group: a page that shows the total shows at least one line.
 */
function lineTable(document: InvoiceDocument, text: InvoiceText): Html {
  const rows = document.lines.map((line) => lineRows(line, document, text));
  const group = (index: number, more: readonly Html[] = []) => {
    const isTall = (document.lines[index]?.tiers.length ?? 0) > tiersKeptTogether;
    return html`<tbody class="line ${isTall && "tall"}">${rows.slice(index, index + 1)}${more}</tbody>`;
  };
  const last = Math.max(rows.length - 1, 0);
  return html`<table class="lines">
    <colgroup><col><col class="quantity"><col class="rate"><col class="amount"></colgroup>
    <thead><tr><th>Description</th><th>Quantity</th><th>Unit price</th><th>Amount</th></tr></thead>
    ${rows.slice(0, last).map((_rows, index) => group(index))}
    ${group(last, totalRows(document, text))}
  </table>`;
}

function lineRows(line: DocumentLine, document: InvoiceDocument, text: InvoiceText): Html {
  const about = [line.group, text.period(line.periodStart, line.periodEnd)].filter((part) => part !== "");
  const notes = [
    ...line.steps.map((step) => stepNote(step, text)),
    line.proration === null ? null : prorationNote(line.proration, document.locale),
    isZero(line.discount) ? null : html`Discount ${bdi(text.money(negated(line.discount)))}`,
  ].filter((note) => note !== null);
  return html`<tr>
      <td>
        <div class="what" dir="auto">${line.description}</div>
        <div class="note">${about.map((part, index) => html`${index > 0 && " · "}${bdi(part)}`)}</div>
        ${notes.map((note) => html`<div class="note">${note}</div>`)}
      </td>
      <td>${bdi(text.quantity(line.quantity))}${line.unit !== null && html` <span class="muted">${bdi(line.unit)}</span>`}</td>
      <td>${line.unitAmount === null ? "" : text.rate(line.unitAmount)}</td>
      <td>${text.money(line.amount)}</td>
    </tr>${line.tiers.map((tier) => tierRow(tier, text))}`;
}

/** Says what stands between the printed quantity and price, and the amount. */
function stepNote({ name, before, after }: DocumentStep, text: InvoiceText): Html {
  const [units, charged] = [bdi(text.quantity(before)), bdi(text.quantity(after))];
  if (name === "included_units") return html`${charged} of ${units} charged, the rest is included`;
  if (name === "transform_quantity") return html`${units} counted as ${charged}`;
  if (name === "minimum_amount")
    return html`Raised from ${bdi(text.rate(before))} to the minimum, ${bdi(text.rate(after))}`;
  return html`Lowered from ${bdi(text.rate(before))} to the maximum, ${bdi(text.rate(after))}`;
}

/** Says which part of a full period is charged: seconds are shown as a share of 100 with four decimals, cut off. */
function prorationNote(
  proration: { readonly numerator: string; readonly denominator: string },
  locale: string,
): Html {
  const numerator = BigInt(proration.numerator);
  const denominator = BigInt(proration.denominator);
  const plain = new Intl.NumberFormat(locale);
  const ratio = html`${bdi(plain.format(numerator))} / ${bdi(plain.format(denominator))}`;
  if (denominator <= 0n) return html`Prorated: ${ratio}`;
  const share = (numerator * 1_000_000n) / denominator;
  const decimals = String(share % 10_000n).padStart(4, "0");
  const percent = new Intl.NumberFormat(locale, { style: "unit", unit: "percent", maximumFractionDigits: 4 });
  const part = percent.format(`${share / 10_000n}.${decimals}` as `${number}`);
  return html`Prorated: ${bdi(part)} of the period (${ratio})`;
}

function tierRow(tier: DocumentTier, text: InvoiceText): Html {
  const flat = isZero(tier.flatAmount) ? "" : ` + ${text.rate(tier.flatAmount)}`;
  return html`<tr class="tier">
    <td>${tierName(tier, text)}</td>
    <td>${text.quantity(tier.quantity)}</td>
    <td>${text.rate(tier.unitAmount)}${flat}</td>
    <td>${text.rate(tier.amount)}</td>
  </tr>`;
}

function tierName(tier: DocumentTier, text: InvoiceText): Html {
  if (tier.upTo === null)
    return isZero(tier.from) ? html`All units` : html`Over ${bdi(text.quantity(tier.from))}`;
  if (isZero(tier.from)) return html`First ${bdi(text.quantity(tier.upTo))}`;
  return html`${bdi(text.quantity(tier.from))} to ${bdi(text.quantity(tier.upTo))}`;
}

type Sum = { readonly label: Html; readonly amount: string; readonly style?: "strong" | "strong due" };

function totalRows(document: InvoiceDocument, text: InvoiceText): readonly Html[] {
  const sum = (label: string, amount: string, style?: "strong" | "strong due"): Sum => ({
    label: html`${label}`,
    amount: text.money(amount),
    ...(style === undefined ? {} : { style }),
  });
  const sums: readonly (Sum | false)[] = [
    sum("Subtotal", document.subtotal),
    ...document.discounts.map(({ name, amount }) => ({
      label: html`Discount: ${bdi(name)}`,
      amount: text.money(negated(amount)),
    })),
    ...document.taxes.map((tax) => ({
      label: html`${bdi(tax.name)} ${bdi(text.percent(tax.percentage))} on ${bdi(text.money(tax.taxableAmount))}${tax.inclusive && " (included)"}`,
      amount: text.money(tax.amount),
    })),
    document.taxes.length > 1 && sum("Tax total", document.taxTotal),
    sum("Total", document.total, "strong"),
    !isZero(document.creditTotal) &&
      sum(
        document.creditTotal.startsWith("-") ? "Kept as credit" : "Credit applied",
        negated(document.creditTotal),
      ),
    document.invoiceType !== "credit" && sum("Amount due", document.amountDue, "strong due"),
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
  return html`<div class="closing">
    ${
      owesMoney(document) &&
      html`<p>Payment terms: payable in ${document.currency} by ${bdi(text.date(document.dueAt))}. Please quote ${bdi(document.number)} with your payment.</p>`
    }
    ${document.seller.footer !== null && html`<p dir="auto">${document.seller.footer}</p>`}
  </div>`;
}

function isPicture(url: string): boolean {
  return /^data:image\/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=]+$/.test(url);
}

function brandColor(document: InvoiceDocument): string {
  const { color } = document.seller;
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
