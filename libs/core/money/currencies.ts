import { domainError } from "../errors.ts";

const codesByExponent: readonly (readonly [exponent: number, codes: string])[] = [
  [0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"],
  [
    2,
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE " +
      "CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL " +
      "HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR " +
      "MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK " +
      "SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD " +
      "XCG YER ZAR ZMW ZWG",
  ],
  [3, "BHD IQD JOD KWD LYD OMR TND"],
  [4, "CLF UYW"],
];

/** Currencies that were withdrawn while terms of ours may still name them: since when, and what followed. */
const withdrawn: ReadonlyMap<string, { readonly since: string; readonly successor: string }> = new Map([
  ["ANG", { since: "2025-03-31", successor: "XCG" }],
  ["BGN", { since: "2026-01-01", successor: "EUR" }],
]);

/**
 * The currencies of ISO 4217 that have a minor unit, with the number of its decimals.
 * Codes without one (gold, XDR, XTS) are not money that anybody is invoiced in. Source: ISO 4217 list one (active codes) and, for
 * those that were withdrawn and go on where they stand, list three (historic denominations).
 */
export const currencyExponents: ReadonlyMap<string, number> = new Map(
  codesByExponent.flatMap(([exponent, codes]) => codes.split(" ").map((code) => [code, exponent] as const)),
);

/** Whether amounts can be written in `code`, an ISO 4217 currency; upper case only. */
export function isCurrency(code: string): boolean {
  return currencyExponents.has(code);
}

/**
 * Decimals of the currency's minor unit: USD 2, JPY 0, KWD 3.
 * @throws DomainError currency_unknown
 */
export function currencyExponent(code: string): number {
  const exponent = currencyExponents.get(code);
  if (exponent === undefined) {
    throw domainError(
      "currency_unknown",
      `${JSON.stringify(code)} is not an active ISO 4217 currency; codes are three capitals such as "USD"`,
    );
  }
  return exponent;
}

/**
 * Checks a currency that new terms are to be in: prices, customers, settings, coupons. What stands in a withdrawn one goes on.
 * @throws DomainError currency_unknown, currency_withdrawn
 */
export function assertCurrencyForNew(code: string): void {
  currencyExponent(code);
  const gone = withdrawn.get(code);
  if (gone === undefined) return;
  throw domainError(
    "currency_withdrawn",
    `${code} was replaced by ${gone.successor} on ${gone.since}: what stands in it goes on, and what is new is in ${gone.successor}`,
  );
}
