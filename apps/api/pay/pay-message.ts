import { printedLanguage } from "#libs/core/locale.ts";
import { type Html, html, trustedHtml } from "#libs/platform/html.ts";
import type { InvoiceWords } from "#libs/platform/words/english.ts";
import { invoiceWords } from "#libs/platform/words/invoice-words.ts";
import { noBrand, type PageBrand, payLayout } from "./pay-layout.ts";

const messages = {
  paid: ["payPaidTitle", "payPaid"],
  expired: ["payExpiredTitle", "payExpired"],
  revoked: ["payRevokedTitle", "payRevoked"],
  void: ["payVoidTitle", "payVoid"],
  closed: ["payClosedTitle", "payClosed"],
  unknown: ["payUnknownTitle", "payUnknown"],
  busy: ["payBusyTitle", "payBusy"],
  no_pdf: ["payNoPdfTitle", "payNoPdf"],
  unavailable: ["payUnavailableTitle", "payUnavailable"],
} as const satisfies Readonly<Record<string, readonly [keyof InvoiceWords, keyof InvoiceWords]>>;

export type PayMessage = keyof typeof messages;

/** A page that says one thing and shows nothing of any invoice. @param page.locale one of those that are printed */
export function payMessagePage(
  message: PayMessage,
  page: { readonly publicUrl: string; readonly locale: string; readonly brand?: PageBrand },
): string {
  const words = invoiceWords[printedLanguage(page.locale)];
  const [titleWord, textWord] = messages[message];
  const title = words[titleWord];
  const { publicUrl, locale, brand = noBrand } = page;
  return payLayout({
    ...{ title: brand.name === "" ? title : `${title} · ${brand.name}`, publicUrl, locale, words, brand },
    scripts: [],
    body: html`<section class="card message">${sign(message === "paid")}<h1>${title}</h1><p>${words[textWord]}</p></section>`,
  });
}

function sign(isGood: boolean): Html {
  const path = isGood ? "M5 12.5l4.5 4.5L19 7.5" : "M12 6.5v7M12 17.2v.1";
  return html`<span class="sign ${isGood && "ok"}">${trustedHtml(
    `<svg width="28" height="28" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${path}"/></svg>`,
  )}</span>`;
}
