import { DomainError, type ErrorPlace } from "../errors.ts";
import { isCurrency } from "../money/currencies.ts";
import { parseMoney } from "../money/money.ts";
import { chargeModelOf } from "./charge-model-catalog.ts";
import type { Plan } from "./plan.ts";
import type { Interval, Price } from "./price.ts";
import { compareDecimalTexts, validateDecimal } from "./validate-decimal.ts";
import { validateMoneyTerms } from "./validate-money-terms.ts";
import { validatePriceOptions } from "./validate-price-options.ts";

const largestIntervalCount = 999;
export const longestTrialDays = 3650;

/**
 * Everything that makes the price impossible to bill, in the sender's (snake_case) field names under `path`; an empty
 * list means that it can be rated at any quantity.
 */
export function validatePrice(price: Price, path: string): ErrorPlace[] {
  return [
    ...requireText(price.code, `${path}.code`),
    ...requireText(price.name, `${path}.name`),
    ...validateKind(price, path),
    ...validateInterval(price.interval, `${path}.interval`),
    ...chargeModelOf(price.chargeModel.model).validate(
      price.chargeModel,
      `${path}.${price.chargeModel.model}`,
    ),
    ...validateSeats(price, path),
    ...validatePriceOptions(price, path),
    ...validateLimits(price.minimumAmount, price.maximumAmount, path),
  ];
}

/** As `validatePrice`, for a whole plan version: its own terms, every price, and codes that are unique within it. */
export function validatePlan(plan: Plan, path: string): ErrorPlace[] {
  const at = (field: string): string => (path === "" ? field : `${path}.${field}`);
  const seen = new Set<string>();
  const duplicates = plan.prices.flatMap((price, index): ErrorPlace[] => {
    if (!seen.has(price.code)) {
      seen.add(price.code);
      return [];
    }
    const message = `two prices of the plan have the code ${JSON.stringify(price.code)}`;
    return [{ path: at(`prices.${index}.code`), code: "price_code_duplicate", message }];
  });
  return [
    ...requireText(plan.code, at("code")),
    ...requireText(plan.name, at("name")),
    ...validatePlanMoney(plan, at),
    ...validateInterval(plan.interval, at("interval")),
    ...validateTrial(plan.trialDays, at("trial_days")),
    ...(plan.prices.length > 0
      ? []
      : [{ path: at("prices"), code: "plan_prices_empty", message: "a plan needs at least one price" }]),
    ...duplicates,
    ...validateLimitedInterval(plan, at),
    ...plan.prices.flatMap((price, index) => [
      ...validatePrice(price, at(`prices.${index}`)),
      ...validateMoneyTerms(price, plan.currency, at(`prices.${index}`)),
    ]),
  ];
}

/** The limits of a plan are settled where a period of its own interval ends: some price must have that interval. */
function validateLimitedInterval(plan: Plan, at: (field: string) => string): ErrorPlace[] {
  const { unit, count } = plan.interval;
  const isOwn = ({ kind, interval = plan.interval }: Price) =>
    kind !== "one_time" && interval.unit === unit && interval.count === count;
  if (plan.prices.some(isOwn)) return [];
  const fields = { minimum_commitment: plan.minimumCommitment, maximum_amount: plan.maximumAmount };
  return Object.entries(fields).flatMap(([field, amount]): ErrorPlace[] => {
    if (amount === undefined) return [];
    const message = `needs a recurring or usage price with the plan's interval, every ${count} ${unit}`;
    return [{ path: at(field), code: "price_interval_missing", message }];
  });
}

function requireText(text: string, path: string): ErrorPlace[] {
  return text.trim() === "" ? [{ path, code: "text_empty", message: "must not be empty" }] : [];
}

function validateKind(price: Price, path: string): ErrorPlace[] {
  if (price.kind === "usage") {
    const places: ErrorPlace[] = [];
    if (price.meter === undefined || price.meter === "") {
      places.push({
        path: `${path}.meter`,
        code: "price_meter_missing",
        message: "a usage price needs a meter",
      });
    }
    if (price.billing === "in_advance") {
      const message = "usage is known only afterwards: a usage price must be billed in_arrears";
      places.push({ path: `${path}.billing`, code: "price_usage_in_advance", message });
    }
    return places;
  }
  const places: ErrorPlace[] = [];
  if (price.meter !== undefined) {
    const message = `only usage prices have a meter; this one is ${price.kind}`;
    places.push({ path: `${path}.meter`, code: "price_meter_unexpected", message });
  }
  if (price.kind === "one_time" && price.interval !== undefined) {
    const message = "a one_time price is billed once and has no interval";
    places.push({ path: `${path}.interval`, code: "price_interval_unexpected", message });
  }
  return places;
}

function validateInterval(interval: Interval | undefined, path: string): ErrorPlace[] {
  if (interval === undefined) return [];
  if (Number.isInteger(interval.count) && interval.count >= 1 && interval.count <= largestIntervalCount)
    return [];
  const message = `must be a whole number from 1 to ${largestIntervalCount}, got ${interval.count}`;
  return [{ path: `${path}.count`, code: "invalid_interval_count", message }];
}

function validateTrial(days: number | undefined, path: string): ErrorPlace[] {
  if (days === undefined || (Number.isInteger(days) && days >= 0 && days <= longestTrialDays)) return [];
  const message = `must be a whole number from 0 to ${longestTrialDays}, got ${days}`;
  return [{ path, code: "plan_trial_days_invalid", message }];
}

function validateSeats(price: Price, path: string): ErrorPlace[] {
  const places: ErrorPlace[] = [];
  const hasQuantity = price.kind !== "usage" && price.chargeModel.model !== "flat";
  if (price.quantity !== undefined) {
    places.push(...validateDecimal(price.quantity, `${path}.quantity`));
    if (!hasQuantity) {
      const message = "a quantity (seats) needs a recurring or one_time price whose charge model is not flat";
      places.push({ path: `${path}.quantity`, code: "price_quantity_unexpected", message });
    }
  }
  return places;
}

function validateLimits(
  minimum: string | undefined,
  maximum: string | undefined,
  path: string,
): ErrorPlace[] {
  const places = [
    ...(minimum === undefined ? [] : validateDecimal(minimum, `${path}.minimum_amount`)),
    ...(maximum === undefined ? [] : validateDecimal(maximum, `${path}.maximum_amount`)),
  ];
  if (minimum !== undefined && maximum !== undefined && compareDecimalTexts(minimum, maximum) === 1) {
    const message = `must not be below minimum_amount ${minimum}, got ${maximum}`;
    places.push({ path: `${path}.maximum_amount`, code: "price_maximum_below_minimum", message });
  }
  return places;
}

function validatePlanMoney(plan: Plan, at: (field: string) => string): ErrorPlace[] {
  if (!isCurrency(plan.currency)) {
    const message = `${JSON.stringify(plan.currency)} is not an active ISO 4217 currency, such as "USD"`;
    return [{ path: at("currency"), code: "currency_unknown", message }];
  }
  const places = [
    ...validateAmount(plan.minimumCommitment, plan.currency, at("minimum_commitment")),
    ...validateAmount(plan.maximumAmount, plan.currency, at("maximum_amount")),
  ];
  const { minimumCommitment: minimum, maximumAmount: maximum } = plan;
  if (minimum !== undefined && maximum !== undefined && compareDecimalTexts(minimum, maximum) === 1) {
    const message = `must not be below minimum_commitment ${minimum}, got ${maximum}`;
    places.push({ path: at("maximum_amount"), code: "plan_maximum_below_minimum", message });
  }
  return places;
}

function validateAmount(text: string | undefined, currency: string, path: string): ErrorPlace[] {
  if (text === undefined) return [];
  try {
    if (parseMoney(text, currency).minor >= 0n) return [];
    return [{ path, code: "decimal_negative", message: `must not be negative, got ${text}` }];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return [{ path, code: error.code, message: error.message }];
  }
}
