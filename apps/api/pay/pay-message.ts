import { type Html, html, trustedHtml } from "#libs/platform/html.ts";
import { noBrand, type PageBrand, payLayout } from "./pay-layout.ts";

export type PayMessage =
  | "paid"
  | "expired"
  | "revoked"
  | "void"
  | "closed"
  | "unknown"
  | "busy"
  | "no_pdf"
  | "unavailable";

const words: Readonly<Record<PayMessage, { readonly title: string; readonly text: string }>> = {
  paid: { title: "Paid, thank you", text: "This invoice is paid. There is nothing left to do." },
  expired: {
    title: "This link has expired",
    text: "For your safety, payment links work for 30 days. Please ask for a new one.",
  },
  revoked: {
    title: "This link no longer works",
    text: "It was withdrawn by whoever sent it. A newer one may be in your mailbox.",
  },
  void: { title: "Nothing to pay", text: "This invoice was cancelled. Please do not pay it." },
  closed: {
    title: "This invoice is closed",
    text: "It can no longer be paid here. Please get in touch with whoever sent it.",
  },
  unknown: {
    title: "This link is not valid",
    text: "Please check that it was copied whole, or open it from the e-mail again.",
  },
  busy: { title: "One moment, please", text: "This page was opened too often. Try again in a minute." },
  no_pdf: { title: "The PDF is not ready", text: "It is being made. Try again in a minute." },
  unavailable: {
    title: "Out of order for a moment",
    text: "Nothing was charged. Please try again in a few minutes.",
  },
};

/** A page that says one thing and shows nothing of any invoice. */
export function payMessagePage(
  message: PayMessage,
  page: { readonly publicUrl: string; readonly brand?: PageBrand },
): string {
  const { title, text } = words[message];
  const brand = page.brand ?? noBrand;
  return payLayout({
    ...{ title: brand.name === "" ? title : `${title} · ${brand.name}`, publicUrl: page.publicUrl, brand },
    scripts: [],
    body: html`<section class="card message">${sign(message === "paid")}<h1>${title}</h1><p>${text}</p></section>`,
  });
}

function sign(isGood: boolean): Html {
  const path = isGood ? "M5 12.5l4.5 4.5L19 7.5" : "M12 6.5v7M12 17.2v.1";
  return html`<span class="sign ${isGood && "ok"}">${trustedHtml(
    `<svg width="28" height="28" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${path}"/></svg>`,
  )}</span>`;
}
