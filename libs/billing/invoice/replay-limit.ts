import { z } from "zod";
import type { NewLine } from "#libs/core/invoice/new-line.ts";
import { parseMoney } from "#libs/core/money/money.ts";
import { limitLine } from "#libs/core/rating/plan-limits.ts";
import { toInstant } from "#libs/data/database.ts";
import type { InvoiceLineView } from "#libs/data/invoice-reads.ts";

const wholeNumber = z.string().regex(/^\d+$/);
const limitInputs = z.object({
  limits: z.object({ minimumCommitment: z.string().nullable(), maximumAmount: z.string().nullable() }),
  billed: z.string(),
  ratio: z.object({ numerator: wholeNumber, denominator: wholeNumber }),
});

/**
 * How to settle a plan's limits again from what is stored with the line: the limits, the period's share, and what was
 * billed towards them. Null for other lines; the answer is null when the limits are kept.
 */
export function replayedLimit(line: InvoiceLineView, currency: string): (() => NewLine | null) | null {
  const inputs = limitInputs.safeParse(line.inputs);
  if (!inputs.success) return null;
  const { limits, billed, ratio } = inputs.data;
  const minor = (text: string | null) => (text === null ? null : parseMoney(text, currency).minor);
  return () =>
    limitLine({
      key: line.source_key,
      limits: {
        minimumCommitmentMinor: minor(limits.minimumCommitment),
        maximumAmountMinor: minor(limits.maximumAmount),
      },
      period: {
        ...{ start: toInstant(line.period_start), end: toInstant(line.period_end) },
        ratio: { numerator: BigInt(ratio.numerator), denominator: BigInt(ratio.denominator) },
      },
      billedMinor: parseMoney(billed, currency).minor,
      currency,
    });
}
