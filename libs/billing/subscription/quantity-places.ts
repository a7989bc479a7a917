import type { ErrorPlace } from "#libs/core/errors.ts";
import type { DecimalString, Price } from "#libs/core/price/price.ts";
import { validateDecimal } from "#libs/core/price/validate-decimal.ts";

/** What is wrong with seats by price code: a price that takes none, or a number that is none. */
export function quantityPlaces(
  prices: readonly Price[],
  quantities: Readonly<Record<string, DecimalString>>,
): ErrorPlace[] {
  const countable = prices
    .filter((price) => price.kind !== "usage" && price.chargeModel.model !== "flat")
    .map((price) => price.code);
  return Object.entries(quantities).flatMap(([code, quantity]): ErrorPlace[] => {
    const path = `quantities.${code}`;
    if (countable.includes(code)) return validateDecimal(quantity, path);
    const allowed =
      countable.length === 0
        ? "the plan has no price with a quantity"
        : `allowed are ${countable.join(", ")}`;
    return [
      { path, code: "price_unknown", message: `${JSON.stringify(code)} takes no quantity; ${allowed}` },
    ];
  });
}
