import type { InvoiceTax, TaxRate } from "./tax-lines.ts";

export type CarriedTax = { readonly rate: TaxRate; readonly amountMinor: bigint };

/**
 * An invoice's taxes with those that lines carry added to the sums of their rates; a rate that no other line has gets a
 * sum of its own, at the end.
 * @param lines amount after discounts, and the carried taxes of each
 */
export function withCarriedTaxes(
  taxes: readonly InvoiceTax[],
  lines: readonly { readonly baseMinor: bigint; readonly carried: readonly CarriedTax[] }[],
): InvoiceTax[] {
  const keyOf = (taxRateId: string, inclusive: boolean) => `${taxRateId}/${inclusive}`;
  const sums = new Map(taxes.map((tax) => [keyOf(tax.taxRateId, tax.inclusive), tax]));
  for (const { baseMinor, carried } of lines) {
    const inclusive = carried
      .filter(({ rate }) => rate.inclusive)
      .reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
    for (const { rate, amountMinor } of carried) {
      const { id: taxRateId, name, percentage } = rate;
      const nothing = {
        taxRateId,
        name,
        percentage,
        inclusive: rate.inclusive,
        taxableMinor: 0n,
        amountMinor: 0n,
      };
      const key = keyOf(rate.id, rate.inclusive);
      const sum = sums.get(key) ?? nothing;
      sums.set(key, {
        ...sum,
        taxableMinor: sum.taxableMinor + baseMinor - inclusive,
        amountMinor: sum.amountMinor + amountMinor,
      });
    }
  }
  return [...sums.values()];
}
