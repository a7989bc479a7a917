import { domainError } from "../errors.ts";
import type { Price } from "./price.ts";
import { validatePrice } from "./validate-price.ts";

/** What one subscription pays instead of its plan's terms. What is billed and when stays as the plan says. */
export type PriceOverride = { readonly price: string } & Partial<
  Pick<
    Price,
    | "name"
    | "chargeModel"
    | "quantity"
    | "includedUnits"
    | "includedMode"
    | "transformQuantity"
    | "negativeQuantity"
    | "ratePer"
    | "prorateAllowances"
    | "minimumAmount"
    | "maximumAmount"
    | "zeroUsage"
    | "taxBehavior"
  >
>;

/** The price with the override of its code, if there is one, on top. */
export function applyPriceOverride(price: Price, overrides: readonly PriceOverride[]): Price {
  const override = overrides.find((candidate) => candidate.price === price.code);
  if (override === undefined) return price;
  const { price: _code, ...terms } = override;
  return { ...price, ...terms };
}

/**
 * Checks that every override names a price of the plan, once, and leaves terms that can be billed.
 * Throws `fields_invalid` with a place for each fault, under `price_overrides`.
 */
export function assertPriceOverrides(prices: readonly Price[], overrides: readonly PriceOverride[]): void {
  const codes = prices.map((price) => price.code);
  const errors = overrides.flatMap((override, index) => {
    const path = `price_overrides.${index}`;
    const price = prices.find((candidate) => candidate.code === override.price);
    if (price === undefined) {
      const message = `the plan has no price ${JSON.stringify(override.price)}; it has ${codes.join(", ")}`;
      return [{ path: `${path}.price`, code: "price_unknown", message }];
    }
    if (overrides.findIndex((other) => other.price === override.price) !== index) {
      const message = `${JSON.stringify(override.price)} is overridden twice; give all its terms at once`;
      return [{ path: `${path}.price`, code: "duplicate", message }];
    }
    return validatePrice(applyPriceOverride(price, [override]), path);
  });
  if (errors.length > 0) throw domainError("fields_invalid", errors[0]?.message, { errors });
}
