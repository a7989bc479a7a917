import type { InvoiceDocument } from "#libs/core/invoice/invoice-document.ts";
import type { DecimalString } from "#libs/core/price/price.ts";
import { printedLanguage, printedLocale } from "#libs/core/locale.ts";
import { dateFormat, numberFormat } from "./kept-formats.ts";
import type { InvoiceWords } from "./words/english.ts";
import { directionOfLocale, invoiceWords } from "./words/invoice-words.ts";
import { unitWord } from "./words/unit-words.ts";

/** The words an invoice prints its numbers and dates with: one document, one locale, one zone. */
export type InvoiceText = {
  /** Of words, dates and numbers alike. */
  readonly locale: string;
  readonly direction: "ltr" | "rtl";
  readonly words: InvoiceWords;
  /** An amount with exactly the decimals it has: never rounded, never through a JS number. */
  readonly money: (amount: DecimalString) => string;
  /** A rate: at least the currency's decimals, at most all it has. */
  readonly rate: (amount: DecimalString) => string;
  readonly quantity: (quantity: DecimalString) => string;
  /** The unit as the quantity asks for it: `request` for 1, `requests` for 2. */
  readonly unit: (unit: string, quantity: DecimalString) => string;
  readonly percent: (percentage: DecimalString) => string;
  /** The local date of an instant. */
  readonly date: (instant: string) => string;
  /** First to last local day of `[start, end)`; the end's own instant is not served any more. */
  readonly period: (start: string, end: string) => string;
};

/** Formatters for one document: amounts in its currency, dates in its zone, both in its locale. */
export function invoiceText(document: InvoiceDocument): InvoiceText {
  const { currency, timezone } = document;
  const locale = printedLocale(document.locale);
  const direction = directionOfLocale(locale);
  const currencyDecimals = numberFormat(locale, { style: "currency", currency }).resolvedOptions()
    .maximumFractionDigits;
  const long = dateFormat(locale, { dateStyle: "long", timeZone: timezone });
  const medium = dateFormat(locale, { dateStyle: "medium", timeZone: timezone });
  const currencyFormat = (decimals: number) =>
    numberFormat(locale, {
      style: "currency",
      currency,
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
  const byDecimals = new Map<number, Intl.NumberFormat>();
  const formatMoney = (amount: string, decimals: number) => {
    const format = byDecimals.get(decimals) ?? currencyFormat(decimals);
    byDecimals.set(decimals, format);
    return direction === "ltr"
      ? format.format(exactNumber(amount))
      : format.formatToParts(exactNumber(amount)).map(rightToLeftPart).join("");
  };
  const plain = numberFormat(locale, { maximumFractionDigits: 20 });
  const percentFormat = numberFormat(locale, {
    style: "unit",
    unit: "percent",
    maximumFractionDigits: 20,
  });
  return {
    locale,
    direction,
    words: invoiceWords[printedLanguage(locale)],
    unit: (unit, quantity) => unitWord(unit, quantity, { locale, own: document.template?.units }),
    money: (amount) => formatMoney(amount, decimalsOf(amount)),
    rate: (amount) => {
      const trimmed = amount.includes(".") ? amount.replace(/0+$/, "") : amount;
      return formatMoney(amount, Math.max(currencyDecimals ?? 0, decimalsOf(trimmed)));
    },
    quantity: (quantity) => plain.format(exactNumber(quantity)),
    percent: (percentage) => percentFormat.format(exactNumber(percentage)),
    date: (instant) => long.format(new Date(instant)),
    period: (start, end) => {
      const first = new Date(start);
      const last = new Date(Math.max(first.getTime(), new Date(end).getTime() - 1));
      return medium.formatRange(first, last);
    },
  };
}

const leftToRightMark = "\u200e";

/**
 * A part of an amount that is written from right to left. A currency such as `US$` ends in a sign that has no direction of its own:
 * with a mark behind it, it stays behind its letters. Source: Unicode Standard Annex 9, "Implicit Directional Marks".
 */
function rightToLeftPart({ type, value }: Intl.NumberFormatPart): string {
  return type === "currency" && /\p{Script=Latin}/u.test(value) ? `${value}${leftToRightMark}` : value;
}

/** Whether a decimal string is zero: `"0"`, `"-0.00"`. */
export function isZero(amount: DecimalString): boolean {
  return !/[1-9]/.test(amount);
}

/** The opposite of a decimal string: `"5.00"` -> `"-5.00"`. */
export function negated(amount: DecimalString): DecimalString {
  if (isZero(amount)) return amount;
  return amount.startsWith("-") ? amount.slice(1) : `-${amount}`;
}

function decimalsOf(amount: string): number {
  const point = amount.indexOf(".");
  return point < 0 ? 0 : amount.length - point - 1;
}

/** Intl reads a numeric string digit by digit and exactly; only its type wants to be told. */
function exactNumber(decimal: string): `${number}` {
  if (!/^-?\d+(\.\d+)?$/.test(decimal)) throw new TypeError(`not a decimal string: ${decimal}`);
  return decimal as `${number}`;
}
