import { z } from "zod";
import type { AmountsText } from "#libs/core/proration/amounts-text.ts";
import type { LineAmounts } from "#libs/core/proration/credit-line.ts";

const wholeNumber = z.string().regex(/^-?\d+$/);

/** Reads back what `amountsText` wrote. */
export const storedAmounts: z.ZodType<LineAmounts, AmountsText> = z
  .object({
    amountMinor: wholeNumber,
    discountMinor: wholeNumber,
    taxes: z.record(z.string(), wholeNumber),
  })
  .transform(({ amountMinor, discountMinor, taxes }) => ({
    amountMinor: BigInt(amountMinor),
    discountMinor: BigInt(discountMinor),
    taxes: Object.entries(taxes).map(([taxRateId, tax]) => ({ taxRateId, amountMinor: BigInt(tax) })),
  }));
