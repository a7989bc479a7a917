import { z } from "zod";
import type { NewLine } from "#libs/core/invoice/new-line.ts";
import type { RoundingMode } from "#libs/core/money/rounding.ts";
import { limitLine } from "#libs/core/rating/limit-line.ts";
import { toInstant } from "#libs/data/database.ts";
import type { InvoiceLineView } from "#libs/data/invoice-reads.ts";

const wholeNumber = z.string().regex(/^\d+$/);
const limitInputs = z.object({
  limit: z.enum(["minimum_commitment", "maximum_amount"]),
  grid: z.string(),
  parts: z.array(
    z.object({
      ...{ planVersionId: z.string(), limit: z.string(), counted: z.string(), waived: z.string() },
      ratio: z.object({ numerator: wholeNumber, denominator: wholeNumber }),
    }),
  ),
  ...{ billedBefore: z.string(), takenBack: z.string(), discountMinor: wholeNumber },
  settlementNo: z.number(),
});

/**
 * How to settle a plan's limit again from what is stored with the line: the limit, its share and what counted of each
 * version, and what earlier lines billed. Null for other lines; the answer is null when the limit asks for nothing.
 */
export function replayedLimit(line: InvoiceLineView, currency: string): (() => NewLine | null) | null {
  const inputs = limitInputs.safeParse(line.inputs);
  if (!inputs.success) return null;
  const place = {
    key: line.source_key,
    ...{ start: toInstant(line.period_start), end: toInstant(line.period_end) },
  };
  return () => limitLine(inputs.data, place, { currency, mode: line.rounding_mode as RoundingMode });
}
