import { printedLanguage, type PrintedLanguage } from "#libs/core/locale.ts";
import { type Html, html } from "../html.ts";
import { arabic } from "./arabic.ts";
import { english, type InvoiceWords } from "./english.ts";
import { french } from "./french.ts";
import { german } from "./german.ts";
import { japanese } from "./japanese.ts";
import { polish } from "./polish.ts";
import { spanish } from "./spanish.ts";

/** By language. */
export const invoiceWords: Readonly<Record<PrintedLanguage, InvoiceWords>> = {
  ...{ ar: arabic, de: german, en: english, es: spanish },
  ...{ fr: french, ja: japanese, pl: polish },
};

export function directionOfLocale(locale: string): "ltr" | "rtl" {
  return printedLanguage(locale) === "ar" ? "rtl" : "ltr";
}

/** Puts values into a sentence, each isolated, so that its letters never reorder those of the sentence. */
export function sentence(words: string, values: Readonly<Record<string, string | Html>>): Html {
  const parts = words.split(/\{(\w+)\}/);
  return html`${parts.map((part, at) => {
    const value = at % 2 === 1 ? values[part] : part;
    return at % 2 === 1 ? html`<bdi>${value ?? ""}</bdi>` : html`${value ?? ""}`;
  })}`;
}

/** Puts values into a sentence of plain text. */
export function plainSentence(words: string, values: Readonly<Record<string, string>>): string {
  return words.replace(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? "");
}
