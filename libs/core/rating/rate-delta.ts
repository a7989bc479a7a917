import { type Decimal, zero } from "../money/decimal.ts";
import { type RoundingMode, roundDecimal } from "../money/rounding.ts";
import { currencyExponent } from "../money/currencies.ts";
import type { PricedEvent } from "../price/charge-models/charge-model.ts";
import { type RatedAmount, type RatePriceInput, ratePrice } from "./rate-price.ts";
import { type RatingStep, ratingStep } from "./rating-step.ts";

export type RateDeltaInput = Omit<RatePriceInput, "buckets" | "tierQuantity"> & {
  /** Usage of the same period that was rated before; `quantity` and `events` are what came since. */
  readonly priorQuantity?: Decimal;
  /** The single events of the prior usage; they come before `events`. */
  readonly priorEvents?: readonly PricedEvent[];
  /** What was billed before, in major units; unset: what the prior usage costs, and nothing when there was none. */
  readonly billedAmount?: Decimal;
  /** Rounds the whole and the prior amount like printed lines before they are compared; unset: exact. */
  readonly rounding?: { readonly currency: string; readonly mode: RoundingMode };
};

export type RatedDelta = {
  /** What is still to be billed, in major units; negative: billed too much. */
  readonly amount: Decimal;
  readonly billedAmount: Decimal;
  /** The whole usage, rated. */
  readonly whole: RatedAmount;
  /** The steps of the whole, then `already_billed`. */
  readonly steps: readonly RatingStep[];
};

/**
 * What later usage adds to a period that was rated before: f(all) - billed, never f(new), so that tiers, packages,
 * allowances, minimum and maximum run over the whole period. A re-rate of everything passes `billedAmount` alone.
 * @throws as `ratePrice`; DomainError currency_unknown
 */
export function rateDelta(input: RateDeltaInput): RatedDelta {
  const { rounding, priorEvents, billedAmount, price, ratio } = input;
  const prior = input.priorQuantity ?? zero;
  const whole = ratePrice({
    ...{ price, ratio, quantity: prior.plus(input.quantity) },
    ...(input.events === undefined ? {} : { events: [...(priorEvents ?? []), ...input.events] }),
  });
  const printed = (amount: Decimal): Decimal =>
    rounding === undefined
      ? amount
      : roundDecimal(amount, currencyExponent(rounding.currency), rounding.mode);
  const ratePrior = (): Decimal => {
    if (prior.isZero() && (priorEvents ?? []).length === 0) return zero;
    const events = priorEvents === undefined ? {} : { events: priorEvents };
    return printed(ratePrice({ price, ratio, quantity: prior, ...events }).exactAmount);
  };
  const billed = billedAmount ?? ratePrior();
  const amount = printed(whole.exactAmount).minus(billed);
  const step = ratingStep(
    "already_billed",
    whole.exactAmount,
    amount,
    `${billed.toFixed()} was billed before`,
  );
  return {
    amount: amount.isZero() ? zero : amount,
    billedAmount: billed,
    whole,
    steps: [...whole.steps, step],
  };
}
