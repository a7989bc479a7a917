import { domainError } from "../errors.ts";
import { currencyExponent } from "./currencies.ts";
import { formatMoney, type Money, money } from "./money.ts";

/** Stripe's decimals where they differ from ISO 4217: MGA has none, ISK and UGX are sent with two. */
const stripeExponents: ReadonlyMap<string, number> = new Map([
  ["ISK", 2],
  ["MGA", 0],
  ["UGX", 2],
]);
const largestAmount = 99_999_999n;

/**
 * The amount as Stripe's API wants it: its own smallest unit, an integer of at most 8 digits. Currencies with
 * three decimals must end in 0; ISK and UGX are sent as if they had two decimals, MGA has none.
 * @throws DomainError stripe_amount_inexpressible
 * Source: Stripe's page "Supported currencies", sections on zero-decimal, three-decimal and special cases.
 */
export function stripeAmount(m: Money): bigint {
  const exponent = stripeExponent(m);
  const shift = exponent - currencyExponent(m.currency);
  const factor = 10n ** BigInt(Math.abs(shift));
  if (shift < 0 && m.minor % factor !== 0n) {
    throw inexpressible(m, `Stripe takes ${m.currency} without decimals`);
  }
  const amount = shift < 0 ? m.minor / factor : m.minor * factor;
  if (exponent === 3 && amount % 10n !== 0n) {
    throw inexpressible(m, `Stripe takes ${m.currency} only with a last decimal of 0`);
  }
  if (amount > largestAmount || amount < -largestAmount) {
    throw inexpressible(m, "Stripe takes at most 8 digits (99999999) of its smallest unit");
  }
  return amount;
}

/**
 * The reverse of `stripeAmount`, for what Stripe reports; `currency` in either case.
 * @throws DomainError stripe_amount_inexpressible ISK or UGX with decimals; currency_unknown
 */
export function fromStripeAmount(amount: bigint, currency: string): Money {
  const code = currency.toUpperCase();
  const isoExponent = currencyExponent(code);
  const shift = isoExponent - (stripeExponents.get(code) ?? isoExponent);
  const factor = 10n ** BigInt(Math.abs(shift));
  if (shift >= 0) return money(amount * factor, code);
  if (amount % factor !== 0n) {
    throw domainError(
      "stripe_amount_inexpressible",
      `Stripe reported ${amount} for ${code}, which must be a multiple of ${factor}`,
    );
  }
  return money(amount / factor, code);
}

function stripeExponent(m: Money): number {
  const exponent = stripeExponents.get(m.currency) ?? currencyExponent(m.currency);
  if (exponent > 3) throw inexpressible(m, `Stripe does not take ${m.currency}`);
  return exponent;
}

function inexpressible(m: Money, why: string): Error {
  return domainError("stripe_amount_inexpressible", `${formatMoney(m)} ${m.currency} cannot be sent: ${why}`);
}
