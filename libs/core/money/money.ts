import { domainError } from "../errors.ts";
import type { DecimalString } from "../price/price.ts";
import { currencyExponent } from "./currencies.ts";
import { Decimal } from "./decimal.ts";

/** An amount in whole minor units of one currency: `{ minor: 12345n, currency: "USD" }` is 123.45 dollars. */
export type Money = { readonly minor: bigint; readonly currency: string };

const largestMinor = 10n ** 18n;
const plainAmount = /^(-?)(\d+)(?:\.(\d+))?$/;

/**
 * Returns `minor` when it fits into the database: |minor| <= 10^18.
 * @throws DomainError amount_out_of_range
 */
export function checkMinorRange(minor: bigint, currency: string): bigint {
  if (minor > largestMinor || minor < -largestMinor) {
    throw domainError(
      "amount_out_of_range",
      `${minor} minor units of ${currency} are beyond the limit of ${largestMinor} either way`,
    );
  }
  return minor;
}

/**
 * Makes money of minor units.
 * @throws DomainError currency_unknown, amount_out_of_range
 */
export function money(minor: bigint, currency: string): Money {
  currencyExponent(currency);
  return { minor: checkMinorRange(minor, currency), currency };
}

/** @throws DomainError currency_mismatch, amount_out_of_range */
export function addMoney(a: Money, b: Money): Money {
  checkSameCurrency(a.currency, b.currency);
  return money(a.minor + b.minor, a.currency);
}

/** `a - b`. @throws DomainError currency_mismatch, amount_out_of_range */
export function subtractMoney(a: Money, b: Money): Money {
  checkSameCurrency(a.currency, b.currency);
  return money(a.minor - b.minor, a.currency);
}

/** The same amount with the other sign; 0 stays 0. */
export function negateMoney(a: Money): Money {
  return { minor: -a.minor, currency: a.currency };
}

/**
 * Sum of `list` in `currency`, which also names the currency of an empty sum.
 * @throws DomainError currency_mismatch, amount_out_of_range
 */
export function sumMoney(list: readonly Money[], currency: string): Money {
  return list.reduce(addMoney, money(0n, currency));
}

/** -1, 0 or 1, as `a` is less than, equal to or more than `b`. @throws DomainError currency_mismatch */
export function compareMoney(a: Money, b: Money): -1 | 0 | 1 {
  checkSameCurrency(a.currency, b.currency);
  if (a.minor === b.minor) return 0;
  return a.minor < b.minor ? -1 : 1;
}

/** True for 0 of any currency. */
export function isZeroMoney(a: Money): boolean {
  return a.minor === 0n;
}

/**
 * Reads an amount in major units: `parseMoney("100.00", "USD")`. Nothing is rounded: more decimals than the
 * currency has are refused, even zeros.
 * @throws DomainError amount_syntax, amount_precision, amount_out_of_range, currency_unknown
 */
export function parseMoney(text: string, currency: string): Money {
  const exponent = currencyExponent(currency);
  const parts = typeof text === "string" ? plainAmount.exec(text) : null;
  if (parts === null) {
    throw domainError(
      "amount_syntax",
      `an amount must be a plain decimal string such as "100.00", got ${JSON.stringify(text)?.slice(0, 60)}`,
    );
  }
  const [, sign, whole = "", fraction = ""] = parts;
  if (fraction.length > exponent) {
    throw domainError(
      "amount_precision",
      `${currency} allows ${exponent === 0 ? "no" : `at most ${exponent}`} decimals, got ${fraction.length} in "${text.slice(0, 60)}"`,
    );
  }
  if (whole.length > 40) {
    throw domainError(
      "amount_out_of_range",
      `an amount has at most 18 digits of minor units, got ${whole.length}`,
    );
  }
  const minor = BigInt(whole + fraction.padEnd(exponent, "0"));
  return { minor: checkMinorRange(sign === "-" ? -minor : minor, currency), currency };
}

/** Major units with exactly the currency's decimals: `"100.00"`, `"-0.05"`, `"1200"` (JPY). */
export function formatMoney(m: Money): DecimalString {
  const exponent = currencyExponent(m.currency);
  const digits = (m.minor < 0n ? -m.minor : m.minor).toString().padStart(exponent + 1, "0");
  const sign = m.minor < 0n ? "-" : "";
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** The same amount as an exact decimal in major units. */
export function moneyToDecimal(m: Money): Decimal {
  return new Decimal(formatMoney(m));
}

function checkSameCurrency(a: string, b: string): void {
  if (a !== b) throw domainError("currency_mismatch", `amounts in ${a} and ${b} cannot be added or compared`);
}
