import { domainError } from "../errors.ts";
import { currencyExponent } from "./currencies.ts";
import { formatMoney, type Money } from "./money.ts";

/**
 * For people: `"$1,234.56"`, `"¥1,200"`, `"1.234,56 €"`. Exact at any size (the number never becomes a float), with the
 * currency's ISO 4217 decimals.
 * @throws DomainError currency_unknown, locale_unknown
 */
export function displayMoney(m: Money, locale: string): string {
  const exponent = currencyExponent(m.currency);
  const format = currencyFormat(locale, {
    style: "currency",
    currency: m.currency,
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  });
  return format.format(formatMoney(m) as `${number}`);
}

function currencyFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  try {
    return new Intl.NumberFormat(locale, options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw domainError("locale_unknown", `${JSON.stringify(locale)} is not a BCP 47 locale such as "en-US"`);
  }
}
