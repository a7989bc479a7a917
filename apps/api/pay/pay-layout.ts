import type { Settings } from "#libs/core/settings.ts";
import { type Html, html } from "#libs/platform/html.ts";
import type { StripeBrowser } from "#libs/platform/stripe/stripe-browser.ts";
import { directionOfLocale, sentence } from "#libs/platform/words/invoice-words.ts";
import type { InvoiceWords } from "#libs/platform/words/english.ts";

/** Whose page it is; all null on pages that must not say. */
export type PageBrand = {
  readonly name: string;
  readonly logo: string | null;
  readonly color: string | null;
  readonly address: readonly string[];
  readonly email: string | null;
};

export const noBrand: PageBrand = { name: "", logo: null, color: null, address: [], email: null };

/** Where the files of the page lie, below the path of PUBLIC_URL. */
export function assetBase(publicUrl: string): string {
  return `${new URL(publicUrl).pathname.replace(/\/+$/, "")}/public/assets`;
}

/** The brand of now, as settings say: a page that shows no invoice has no document to read. */
export function brandOf(brand: Settings["brand"]): PageBrand {
  return { name: brand.name, logo: brand.logo, color: brand.color, address: [], email: null };
}

/** One whole page: nothing in it is executed or styled in place, so that its policy can forbid both. */
export function payLayout(page: {
  readonly title: string;
  readonly publicUrl: string;
  /** Of its words, which say which way it is read. */
  readonly locale: string;
  readonly words: InvoiceWords;
  readonly brand: PageBrand;
  readonly body: Html;
  /** Scripts to load, in order. */
  readonly scripts: readonly string[];
}): string {
  const { brand, body } = page;
  const style = `${assetBase(page.publicUrl)}/pay.css${brand.color === null ? "" : `?color=${encodeURIComponent(brand.color)}`}`;
  return html`<!doctype html>
<html lang="${page.locale}" dir="${directionOfLocale(page.locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${page.title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${style}">
${page.scripts.map((source) => html`<script src="${source}" defer></script>\n`)}</head>
<body>
<header class="head">${heading(brand)}</header>
<main>${body}</main>
<footer>${footer(brand, page.words)}</footer>
</body>
</html>
`.markup;
}

function heading(brand: PageBrand): Html {
  const isPicture = /^data:image\/(png|jpeg|svg\+xml);base64,[A-Za-z0-9+/=]+$/.test(brand.logo ?? "");
  if (brand.logo !== null && isPicture) return html`<img src="${brand.logo}" alt="${brand.name}">`;
  return html`<span class="name"><bdi>${brand.name}</bdi></span>`;
}

function footer(brand: PageBrand, words: InvoiceWords): Html {
  const line = [brand.name, ...brand.address].filter((part) => part !== "").join(" · ");
  return html`${line !== "" && html`<p><bdi>${line}</bdi></p>`}${
    brand.email !== null && html`<p>${sentence(words.mailQuestions, { email: brand.email })}</p>`
  }`;
}

/** What a payment page may load and do; with `browser` it may speak to Stripe, and to nobody else. */
export function payPolicy(browser: StripeBrowser | null): string {
  const sources = browser?.sources ?? { script: [], connect: [], frame: [] };
  const directive = (name: string, values: readonly string[]) =>
    `${name} ${values.length === 0 ? "'none'" : values.join(" ")}`;
  return [
    "default-src 'none'",
    directive("script-src", ["'self'", ...sources.script]),
    "style-src 'self'",
    "img-src 'self' data:",
    directive("connect-src", ["'self'", ...sources.connect]),
    directive("frame-src", sources.frame),
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
