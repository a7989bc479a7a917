import type { DocumentLine, InvoiceDocument } from "#libs/core/invoice/invoice-document.ts";
import { DomainError } from "#libs/core/errors.ts";
import { printedLanguage } from "#libs/core/locale.ts";
import { formatMoney, type Money, money } from "#libs/core/money/money.ts";
import { stripeAmount } from "#libs/core/money/stripe-minor-units.ts";
import type { OpenedLink } from "#libs/billing/payment/open-payment-link.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";
import { type Html, html, trustedHtml } from "#libs/platform/html.ts";
import { type InvoiceText, invoiceText, isZero, negated } from "#libs/platform/invoice-text.ts";
import type { StripeBrowser } from "#libs/platform/stripe/stripe-browser.ts";
import type { InvoiceWords } from "#libs/platform/words/english.ts";
import { plainSentence, sentence } from "#libs/platform/words/invoice-words.ts";
import { lineName } from "#libs/platform/words/line-name.ts";
import { brandColors } from "./pay-color.ts";
import { assetBase, type PageBrand, payLayout } from "./pay-layout.ts";

/** More lines than these are folded away, so that a phone shows the form. */
const linesShown = 6;

/** The page where a customer pays: what for on one side, how on the other. Only for links that show their invoice. */
export function payPage(
  opened: OpenedLink,
  page: {
    readonly publicUrl: string;
    readonly browser: StripeBrowser;
    readonly pdfUrl: string;
    /** The language of the page, with its numbers and dates. */
    readonly locale: string;
  },
): string {
  const { invoice, brand: settings } = opened;
  const { document } = invoice;
  const text = invoiceText({ ...document, locale: page.locale });
  const { words } = text;
  const { seller } = document;
  const brand: PageBrand = {
    name: settings.name || seller.name,
    logo: settings.logo ?? seller.logo,
    color: settings.color ?? seller.color,
    address: seller.address,
    email: seller.email,
  };
  const left = money(leftToPay(invoice), invoice.currency);
  const isLate = invoice.due_at !== null && invoice.due_at.getTime() < opened.now.epochMilliseconds;
  const about = html`<section class="sum">
    <p class="eyebrow">${words.invoice} <bdi>${invoice.number}</bdi></p>
    <h1><bdi>${text.money(formatMoney(left))}</bdi></h1>
    <p class="due ${isLate && "late"}">${sentence(isLate ? words.mailWasDue : words.mailDue, { date: text.date(document.dueAt) })}</p>
    <dl class="facts">
      <dt>${words.billTo}</dt><dd><bdi>${document.customer.name}</bdi></dd>
      <dt>${words.from}</dt><dd><bdi>${brand.name}</bdi></dd>
      <dt>${words.issuedOn}</dt><dd><bdi>${text.date(document.issuedAt)}</bdi></dd>
    </dl>
    <a class="pdf" href="${page.pdfUrl}">${icon("M12 4v11m0 0l-4.5-4.5M12 15l4.5-4.5M5 19.5h14")}${words.payPdf}</a>
  </section>`;
  return payLayout({
    title: titleOf(words, invoice.number, brand.name),
    ...{ locale: text.locale, words },
    publicUrl: page.publicUrl,
    brand,
    scripts: [page.browser.scriptUrl, `${assetBase(page.publicUrl)}/pay.js`],
    body: html`<div class="columns">${about}${payCard(opened, { left, text, brand, browser: page.browser })}${lines(opened, text)}</div>`,
  });
}

function titleOf(words: InvoiceWords, number: string, seller: string): string {
  if (seller === "") return `${words.invoice} ${number}`;
  return plainSentence(words.mailSubject, { document: words.invoice, number, seller });
}

type PayCard = {
  readonly left: Money;
  readonly text: InvoiceText;
  readonly brand: PageBrand;
  readonly browser: StripeBrowser;
};

function payCard({ state }: OpenedLink, { left, text, brand, browser }: PayCard): Html {
  const { words, locale } = text;
  const amount = amountForStripe(left);
  if (amount === null) {
    return html`<section class="pay card"><h2>${words.mailPay}</h2>
    <p>${words.payNotOnline}</p></section>`;
  }
  const isOpen = state !== "processing";
  return html`<section class="pay card" id="pay" data-state="${state}" data-key="${browser.publishableKey}"
    data-amount="${amount}" data-currency="${left.currency.toLowerCase()}" data-color="${brandColors(brand.color).brand}"
    data-language="${printedLanguage(locale)}" data-words="${JSON.stringify(scriptWords(words))}">
  <form id="pay-form" novalidate${!isOpen && trustedHtml(" hidden")}>
    <h2>${words.mailPay}</h2>
    <div class="alert" id="pay-alert" role="alert"${state !== "failed" && trustedHtml(" hidden")}>${state === "failed" && words.payTriedBefore}</div>
    <div id="pay-element"><div class="waiting" id="pay-waiting"><span class="spin big"></span></div></div>
    <button id="pay-button" type="submit" aria-disabled="true"><span class="spin" id="pay-spin" hidden></span><span>${sentence(words.payAmount, { amount: text.money(formatMoney(left)) })}</span></button>
    <p class="secure">${icon("M7 11V8a5 5 0 0 1 10 0v3M5.5 11h13v9h-13z", 15)}${words.paySecure}</p>
  </form>
  <div class="progress" id="pay-progress" role="status" tabindex="-1"${isOpen && trustedHtml(" hidden")}>
    <span class="spin big"></span>
    <h2>${words.payProcessing}</h2>
    <p id="pay-told">${isOpen ? "" : words.payUnderWay}</p>
  </div>
  <noscript><p class="alert">${words.payNoScript}</p></noscript>
</section>`;
}

/** What the script of the page says, in the language of the page. */
function scriptWords(words: InvoiceWords) {
  return {
    ...{ underWay: words.payUnderWay, moment: words.payMoment, bank: words.payBank },
    ...{ manyTries: words.payManyTries, notStarted: words.payNotStarted, lost: words.payConnectionLost },
    ...{ notThrough: words.payNotThrough, formMissing: words.payFormMissing },
  };
}

/** Null: Stripe cannot express it, so it has to be paid otherwise. */
function amountForStripe(left: Money): string | null {
  try {
    return stripeAmount(left).toString();
  } catch (error) {
    if (error instanceof DomainError && error.code === "stripe_amount_inexpressible") return null;
    throw error;
  }
}

function lines({ invoice }: OpenedLink, text: InvoiceText): Html {
  const { document } = invoice;
  const isShort = document.lines.length <= linesShown;
  const count = text.quantity(String(document.lines.length));
  return html`<section class="lines card"><details${isShort && trustedHtml(" open")}>
    <summary><h2>${text.words.payContents}</h2><span class="eyebrow">${sentence(text.words.payLines, { count })}</span></summary>
    <ul class="rows">${document.lines.map((line) => row(line, text))}</ul>
  </details>${sums(document, invoice, text)}</section>`;
}

function row(line: DocumentLine, text: InvoiceText): Html {
  const unit = line.unit === null ? null : text.unit(line.unit, line.quantity);
  const quantity = html`<bdi>${text.quantity(line.quantity)}</bdi>${unit !== null && html` <bdi>${unit}</bdi>`}`;
  const times = html`${quantity}${line.unitAmount !== null && html` × <bdi>${text.rate(line.unitAmount)}</bdi>`}`;
  const notes = [html`${line.group}`, times, html`${text.period(line.periodStart, line.periodEnd)}`].filter(
    ({ markup }) => markup !== "",
  );
  return html`<li><span class="what"><bdi>${lineName(line, text.words)}</bdi></span><span class="much"><bdi>${text.money(line.amount)}</bdi></span>
    <span class="note">${notes.map((note, at) => html`${at > 0 && " · "}<bdi>${note}</bdi>`)}</span></li>`;
}

function sums(document: InvoiceDocument, invoice: OpenedLink["invoice"], text: InvoiceText): Html {
  const { currency } = invoice;
  const left = leftToPay(invoice);
  const minor = (value: bigint) => formatMoney(money(value, currency));
  const { words } = text;
  const rows: readonly (readonly [label: Html | string, amount: string, style?: string] | false)[] = [
    document.subtotal !== document.total && [words.subtotal, document.subtotal],
    ...document.discounts.map(
      ({ name, amount }) => [sentence(words.discountNamed, { name }), negated(amount)] as const,
    ),
    ...document.taxes.map((tax) => [taxLabel(tax, text), tax.amount] as const),
    document.total !== minor(left) && [words.total, document.total, "strong"],
    !isZero(document.creditTotal) && [words.creditApplied, negated(document.creditTotal)],
    invoice.amount_offset_minor > 0n && [words.payCreditNotes, minor(-invoice.amount_offset_minor)],
    invoice.amount_paid_minor > 0n && [words.payPaidSoFar, minor(-invoice.amount_paid_minor)],
    [words.payLeft, minor(left), document.subtotal === minor(left) ? "strong last" : "strong last rule"],
  ];
  return html`<dl class="sums">${rows
    .filter((each) => each !== false)
    .map(
      ([label, amount, style = ""]) =>
        html`<dt class="${style}">${label}</dt><dd class="${style}"><bdi>${text.money(amount)}</bdi></dd>`,
    )}</dl>`;
}

function taxLabel(tax: InvoiceDocument["taxes"][number], { words, percent, money }: InvoiceText): Html {
  return sentence(tax.inclusive ? words.taxIncluded : words.taxOn, {
    ...{ tax: tax.name, percent: percent(tax.percentage), base: money(tax.taxableAmount) },
  });
}

function icon(path: string, size = 18): Html {
  return trustedHtml(
    `<svg width="${size}" height="${size}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${path}"/></svg>`,
  );
}
