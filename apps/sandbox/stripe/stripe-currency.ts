import { parameterError, stateError } from "./stripe-error.ts";

/**
 * Stripe's own table of minor units, which is not ISO 4217's: ISK and UGX have no decimals but are sent
 * with two (always 00), and three-decimal currencies must end in 0. Source: docs.stripe.com/currencies.
 */
const zeroDecimal = words("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf");
const threeDecimal = words("bhd jod kwd omr tnd");
const wholeButTwoDecimal = words("isk ugx");
const twoDecimal = words(
  `aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop crc cve
  czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr jmd kes kgs khr kyd kzt lak
  lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar
  ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah usd uyu uzs wst xcd yer zar zmw`,
);

/** The least amount Stripe charges, in minor units, where it publishes one. */
const leastCharge: Readonly<Record<string, number>> = {
  usd: 50,
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
};

/** At most eight digits; a few currencies of small units may have more. */
const mostDigits: Readonly<Record<string, number>> = { cop: 10, huf: 10, idr: 12, inr: 9, jpy: 10, lbp: 12 };

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/));
}

/** The lower-case currency. @throws StripeError for one that Stripe does not take */
export function readCurrency(currency: string, param: string): string {
  const code = currency.toLowerCase();
  const known = [zeroDecimal, threeDecimal, wholeButTwoDecimal, twoDecimal].some((group) => group.has(code));
  if (known) return code;
  throw parameterError(`Invalid currency: ${currency}. Stripe currently supports other currencies only.`, {
    param,
  });
}

/** Checks what every charged, refunded or invoiced total must keep: size and representable minor units. */
export function checkRepresentable(amount: number, currency: string, param: string): void {
  if (String(Math.abs(amount)).length > (mostDigits[currency] ?? 8)) {
    const most = showAmount(10 ** (mostDigits[currency] ?? 8) - 1, currency);
    throw stateError(`Amount must be no more than ${most}`, { code: "amount_too_large", param });
  }
  if (threeDecimal.has(currency) && amount % 10 !== 0) {
    throw stateError(
      `Invalid amount: ${amount}. Amounts in ${currency.toUpperCase()} must be divisible by 10.`,
      {
        code: "parameter_invalid_integer",
        param,
      },
    );
  }
  if (wholeButTwoDecimal.has(currency) && amount % 100 !== 0) {
    throw stateError(
      `Invalid amount: ${amount}. Amounts in ${currency.toUpperCase()} must be divisible by 100.`,
      {
        code: "parameter_invalid_integer",
        param,
      },
    );
  }
}

/** Checks an amount that is to be charged. @throws StripeError amount_too_small, amount_too_large */
export function checkChargeable(amount: number, currency: string, param: string): void {
  if (amount < 1) {
    throw parameterError("This value must be greater than or equal to 1.", {
      code: "parameter_invalid_integer",
      param,
    });
  }
  checkRepresentable(amount, currency, param);
  const least = leastChargeOf(currency);
  if (amount < least) {
    throw stateError(`Amount must be at least ${showAmount(least, currency)} ${currency}`, {
      code: "amount_too_small",
      param,
    });
  }
}

/** The least chargeable amount in minor units (1 where Stripe publishes none). */
export function leastChargeOf(currency: string): number {
  return leastCharge[currency] ?? 1;
}

function showAmount(amount: number, currency: string): string {
  const decimals = zeroDecimal.has(currency) ? 0 : threeDecimal.has(currency) ? 3 : 2;
  return `${currency === "usd" ? "$" : ""}${(amount / 10 ** decimals).toLocaleString("en-US", { minimumFractionDigits: decimals })}`;
}
