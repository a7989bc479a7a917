import { placesOf } from "../assert-places.ts";
import type { ErrorPlace } from "../errors.ts";
import { isCurrency } from "../money/currencies.ts";
import { parseMoney } from "../money/money.ts";
import { chargeModelOf } from "./charge-model-catalog.ts";
import type { Price } from "./price.ts";
import { validateDecimal } from "./validate-decimal.ts";

/**
 * Money among the terms of a price that its currency cannot express, such as 49.005 JPY. Money is what stands on a line
 * as it is, or bounds what does: the amount of `flat` and of a whole package, the flat amounts of tiers, the fixed and free
 * amount and the bounds of single events, the minimum and maximum of the price. What is multiplied first is a rate and keeps
 * its 12 decimals: `unit_amount` (also that of a tier's package), percents. Asked where terms come in and not where they are
 * billed, so that terms which were taken once stay billable. Amounts that are no decimals are left to `validatePrice`.
 */
export function validateMoneyTerms(
  terms: Partial<Pick<Price, "chargeModel" | "minimumAmount" | "maximumAmount">>,
  currency: string,
  path: string,
): ErrorPlace[] {
  if (!isCurrency(currency)) return [];
  const { chargeModel, minimumAmount, maximumAmount } = terms;
  const own = chargeModel === undefined ? {} : chargeModelOf(chargeModel.model).moneyTerms(chargeModel);
  const amounts = [
    ...Object.entries(own).map(([field, text]) => [`${chargeModel?.model}.${field}`, text] as const),
    ["minimum_amount", minimumAmount] as const,
    ["maximum_amount", maximumAmount] as const,
  ];
  return amounts.flatMap(([field, text]) =>
    text === undefined || validateDecimal(text, field).length > 0
      ? []
      : placesOf(`${path}.${field}`, () => parseMoney(text, currency)),
  );
}
