import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import type { NewLine } from "#libs/core/invoice/new-line.ts";
import { parseDecimal } from "#libs/core/money/decimal.ts";
import type { RoundingMode } from "#libs/core/money/rounding.ts";
import type { BillableItem } from "#libs/core/rating/billable-item.ts";
import { changeCredit } from "#libs/core/subscription/change-credit.ts";
import { toInstant } from "#libs/data/database.ts";
import type { InvoiceLineView } from "#libs/data/invoice-reads.ts";
import { storedAmounts } from "./stored-amounts.ts";
import { isStoredPrice } from "./stored-price.ts";

const creditKey = /^(?:r\d+:)?([0-9a-f-]{36})\/(\d+)\/(\d+)\/credit\/(\d+)$/;
const creditInputs = z.object({
  price: isStoredPrice,
  period: z.object({ start: z.string(), end: z.string() }),
  billed: z.intersection(
    storedAmounts,
    z.object({ exactAmount: z.string(), quantity: z.string(), unitAmount: z.string().nullable() }),
  ),
  creditedBefore: storedAmounts,
});

/**
 * How to give a part of a claimed period back again: by the share from where it begins, of what was billed for the period
 * less what earlier credits took, as they are stored with the line. Null for other lines; the answer is undefined when
 * nothing is left to give back.
 */
export function replayedCredit(
  line: InvoiceLineView,
  items: readonly BillableItem[],
  currency: string,
): (() => NewLine | undefined) | null {
  const [, itemId = "", scheduleNo, index, creditNo] = creditKey.exec(line.source_key) ?? [];
  const inputs = creditInputs.safeParse(line.inputs);
  const found = items.find((each) => each.itemId === itemId && each.scheduleNo === Number(scheduleNo));
  if (found === undefined || !inputs.success) return null;
  const { price, period, billed, creditedBefore } = inputs.data;
  return () => {
    const { exactAmount, quantity, unitAmount, ...amounts } = billed;
    const claim = {
      ...{ itemId, scheduleNo: Number(scheduleNo), index: Number(index), claimId: null },
      ...{ start: Temporal.Instant.from(period.start), end: Temporal.Instant.from(period.end) },
      billed: {
        exactAmount: parseDecimal(exactAmount, "what was billed"),
        amounts,
        credited: creditedBefore,
        taxRates: [],
        quantity: parseDecimal(quantity, "the billed quantity"),
        unitAmount: unitAmount === null ? null : parseDecimal(unitAmount, "the billed unit amount"),
      },
    };
    return changeCredit({
      ...{ claim, item: { ...found, price }, at: toInstant(line.period_start), by: price.proration },
      ...{ scheduleNo: Number(creditNo), currency, roundingMode: line.rounding_mode as RoundingMode },
    })?.line;
  };
}
