import type { DocumentLine, InvoiceDocument } from "#libs/core/invoice/invoice-document.ts";
import { DomainError } from "#libs/core/errors.ts";
import { formatMoney, type Money, money } from "#libs/core/money/money.ts";
import { stripeAmount } from "#libs/core/money/stripe-minor-units.ts";
import type { OpenedLink } from "#libs/billing/payment/open-payment-link.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";
import { type Html, html, trustedHtml } from "#libs/platform/html.ts";
import { type InvoiceText, invoiceText, isZero, negated } from "#libs/platform/invoice-text.ts";
import type { StripeBrowser } from "#libs/platform/stripe/stripe-browser.ts";
import { brandColors } from "./pay-color.ts";
import { assetBase, type PageBrand, payLayout } from "./pay-layout.ts";

/** More lines than these are folded away, so that a phone shows the form. */
const linesShown = 6;

/** The page where a customer pays: what for on one side, how on the other. Only for links that show their invoice. */
export function payPage(
  opened: OpenedLink,
  page: { readonly publicUrl: string; readonly browser: StripeBrowser; readonly pdfUrl: string },
): string {
  const { invoice, brand: settings } = opened;
  const { document } = invoice;
  const text = invoiceText(document);
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
    <p class="eyebrow">Invoice <bdi>${invoice.number}</bdi></p>
    <h1><bdi>${text.money(formatMoney(left))}</bdi></h1>
    <p class="due ${isLate && "late"}">${isLate ? "was due" : "due"} <bdi>${text.date(document.dueAt)}</bdi></p>
    <dl class="facts">
      <dt>For</dt><dd dir="auto">${document.customer.name}</dd>
      <dt>From</dt><dd dir="auto">${brand.name}</dd>
      <dt>Issued</dt><dd><bdi>${text.date(document.issuedAt)}</bdi></dd>
    </dl>
    <a class="pdf" href="${page.pdfUrl}">${icon("M12 4v11m0 0l-4.5-4.5M12 15l4.5-4.5M5 19.5h14")}Invoice as PDF</a>
  </section>`;
  return payLayout({
    title: `Invoice ${invoice.number}${brand.name === "" ? "" : ` from ${brand.name}`}`,
    publicUrl: page.publicUrl,
    brand,
    scripts: [page.browser.scriptUrl, `${assetBase(page.publicUrl)}/pay.js`],
    body: html`<div class="columns">${about}${payCard(opened, { left, text, brand, browser: page.browser })}${lines(opened, text)}</div>`,
  });
}

type PayCard = {
  readonly left: Money;
  readonly text: InvoiceText;
  readonly brand: PageBrand;
  readonly browser: StripeBrowser;
};

function payCard({ state }: OpenedLink, { left, text, brand, browser }: PayCard): Html {
  const amount = amountForStripe(left);
  if (amount === null) {
    return html`<section class="pay card"><h2>Pay this invoice</h2>
    <p>This amount cannot be paid online. Please pay as the PDF says.</p></section>`;
  }
  const isOpen = state !== "processing";
  return html`<section class="pay card" id="pay" data-state="${state}" data-key="${browser.publishableKey}"
    data-amount="${amount}" data-currency="${left.currency.toLowerCase()}" data-color="${brandColors(brand.color).brand}">
  <form id="pay-form" novalidate${!isOpen && trustedHtml(" hidden")}>
    <h2>Pay this invoice</h2>
    <div class="alert" id="pay-alert" role="alert"${state !== "failed" && trustedHtml(" hidden")}>${state === "failed" && "The last try to pay did not go through. Nothing was charged; please try again, perhaps another way."}</div>
    <div id="pay-element"><div class="waiting" id="pay-waiting"><span class="spin big"></span></div></div>
    <button id="pay-button" type="submit" aria-disabled="true"><span class="spin" id="pay-spin" hidden></span><span>Pay <bdi>${text.money(formatMoney(left))}</bdi></span></button>
    <p class="secure">${icon("M7 11V8a5 5 0 0 1 10 0v3M5.5 11h13v9h-13z", 15)}Encrypted, and handled by Stripe</p>
  </form>
  <div class="progress" id="pay-progress" role="status" tabindex="-1"${isOpen && trustedHtml(" hidden")}>
    <span class="spin big"></span>
    <h2>Your payment is being processed</h2>
    <p id="pay-told">${isOpen ? "" : "A payment of this invoice is under way. Nothing else is needed; you may close this page."}</p>
  </div>
  <noscript><p class="alert">To pay here, please switch JavaScript on. The PDF says how to pay otherwise.</p></noscript>
</section>`;
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
  const count = document.lines.length === 1 ? "1 line" : `${document.lines.length} lines`;
  return html`<section class="lines card"><details${isShort && trustedHtml(" open")}>
    <summary><h2>What it is for</h2><span class="eyebrow">${count}</span></summary>
    <ul class="rows">${document.lines.map((line) => row(line, text))}</ul>
  </details>${sums(document, invoice, text)}</section>`;
}

function row(line: DocumentLine, text: InvoiceText): Html {
  const times =
    line.unitAmount === null
      ? [text.quantity(line.quantity), line.unit].filter((part) => part !== null).join(" ")
      : `${text.quantity(line.quantity)}${line.unit === null ? "" : ` ${line.unit}`} × ${text.rate(line.unitAmount)}`;
  const notes = [line.group, times, text.period(line.periodStart, line.periodEnd)].filter(
    (part) => part !== "",
  );
  return html`<li><span class="what" dir="auto">${line.description}</span><span class="much">${text.money(line.amount)}</span>
    <span class="note">${notes.map((note, at) => html`${at > 0 && " · "}<bdi>${note}</bdi>`)}</span></li>`;
}

function sums(document: InvoiceDocument, invoice: OpenedLink["invoice"], text: InvoiceText): Html {
  const { currency } = invoice;
  const left = leftToPay(invoice);
  const minor = (value: bigint) => formatMoney(money(value, currency));
  const rows: readonly (readonly [label: string, amount: string, style?: string] | false)[] = [
    document.subtotal !== document.total && ["Subtotal", document.subtotal],
    ...document.discounts.map(({ name, amount }) => [`Discount: ${name}`, negated(amount)] as const),
    ...document.taxes.map(
      (tax) =>
        [
          `${tax.name} ${text.percent(tax.percentage)}${tax.inclusive ? " (included)" : ""}`,
          tax.amount,
        ] as const,
    ),
    document.total !== minor(left) && ["Total", document.total, "strong"],
    !isZero(document.creditTotal) && ["Credit applied", negated(document.creditTotal)],
    invoice.amount_offset_minor > 0n && ["Credit notes", minor(-invoice.amount_offset_minor)],
    invoice.amount_paid_minor > 0n && ["Paid so far", minor(-invoice.amount_paid_minor)],
    ["Left to pay", minor(left), document.subtotal === minor(left) ? "strong last" : "strong last rule"],
  ];
  return html`<dl class="sums">${rows
    .filter((each) => each !== false)
    .map(
      ([label, amount, style = ""]) =>
        html`<dt class="${style}" dir="auto">${label}</dt><dd class="${style}">${text.money(amount)}</dd>`,
    )}</dl>`;
}

function icon(path: string, size = 18): Html {
  return trustedHtml(
    `<svg width="${size}" height="${size}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${path}"/></svg>`,
  );
}
