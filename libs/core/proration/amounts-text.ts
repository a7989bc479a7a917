import type { LineAmounts } from "./credit-line.ts";

/** Amounts as a line stores them among its inputs: minor units as text, taxes by the id of their rate. */
export type AmountsText = {
  readonly amountMinor: string;
  readonly discountMinor: string;
  readonly taxes: Readonly<Record<string, string>>;
};

export function amountsText({ amountMinor, discountMinor, taxes }: LineAmounts): AmountsText {
  return {
    amountMinor: `${amountMinor}`,
    discountMinor: `${discountMinor}`,
    taxes: Object.fromEntries(taxes.map((tax) => [tax.taxRateId, `${tax.amountMinor}`])),
  };
}
