import { z } from "zod";
import { lineOfRated, type NewLine } from "#libs/core/invoice/new-line.ts";
import { parseDecimal } from "#libs/core/money/decimal.ts";
import { parseMoney } from "#libs/core/money/money.ts";
import type { RoundingMode } from "#libs/core/money/rounding.ts";
import { periodShare } from "#libs/core/proration/period-share.ts";
import type { BillableItem } from "#libs/core/rating/billable-item.ts";
import type { DuePeriod } from "#libs/core/rating/due-periods.ts";
import { type BilledCredit, isMadeOfGroups, lateLines } from "#libs/core/rating/late-lines.ts";
import type { GroupQuantity } from "#libs/core/rating/rate-usage.ts";
import { toInstant } from "#libs/data/database.ts";
import type { InvoiceLineView } from "#libs/data/invoice-reads.ts";
import type { findClaimPlaces } from "#libs/data/late-usage.ts";
import { storedAmounts } from "./stored-amounts.ts";
import { isStoredPrice } from "./stored-price.ts";

const lateKey = /^(?:r\d+:)?late\/([0-9a-f-]{36})\/(\d+)\//;
const wholeNumber = z.string().regex(/^-?\d+$/);
const lateInputs = z.object({
  billed: storedAmounts.optional(),
  creditedBefore: storedAmounts.optional(),
  price: isStoredPrice,
  late: z.object({
    billedAmount: z.string(),
    billedQuantity: z.string(),
    billedEvents: wholeNumber,
    usage: z.array(z.tuple([z.string(), z.string(), wholeNumber])).optional(),
  }),
});

/** What a line of late usage was made of. */
export type StoredLate = {
  readonly claimId: string;
  readonly settlementNo: number;
  readonly due: DuePeriod;
  readonly billed: z.infer<typeof lateInputs>["late"];
  /** Of what it gives back: what was billed, and what was given back before; null: it charges. */
  readonly credit: BilledCredit | null;
  /** All usage of the period by group, as it was then; null: windows or single events made the amount. */
  readonly usage: readonly GroupQuantity[] | null;
};

/** The period that a line of late usage settles; null for other lines. */
export function lateClaimId({ source_key }: Pick<InvoiceLineView, "source_key">): string | null {
  return lateKey.exec(source_key)?.[1] ?? null;
}

/**
 * Reads back what made a line of late usage: its price, its usage and what was billed before as they are stored with it,
 * its share from the schedule. Null for other lines, and for one that stores no usage though groups made it.
 */
export function storedLate(
  line: InvoiceLineView,
  items: readonly BillableItem[],
  places: Awaited<ReturnType<typeof findClaimPlaces>>,
): StoredLate | null {
  const [, claimId = "", settlementNo] = lateKey.exec(line.source_key) ?? [];
  const inputs = lateInputs.safeParse(line.inputs);
  const place = places.get(claimId);
  const found = items.find((each) => each.itemId === place?.itemId && each.scheduleNo === place.scheduleNo);
  if (place === undefined || found === undefined || !inputs.success) return null;
  const { price, late, billed, creditedBefore: credited } = inputs.data;
  const [start, end] = [toInstant(line.period_start), toInstant(line.period_end)];
  const { share } = periodShare(found.schedule, place.index, { endsAt: end, by: price.proration });
  const due = { item: { ...found, price }, index: place.index, start, end, ratio: share };
  if (late.usage === undefined && isMadeOfGroups(due)) return null;
  const usage = late.usage?.map(([group, quantity, events]) => ({
    ...{ group, quantity: parseDecimal(quantity, "late usage"), eventCount: BigInt(events) },
  }));
  const credit = billed && credited ? { billed, credited, taxRates: [] } : null;
  return { claimId, settlementNo: Number(settlementNo), due, billed: late, credit, usage: usage ?? null };
}

/** Settles the period again; undefined when nothing is left over for the line's group. @throws as `lateLines` */
export function replayedLate(
  line: InvoiceLineView,
  { claimId, settlementNo, due, billed, credit }: StoredLate,
  usage: readonly GroupQuantity[],
  currency: string,
): NewLine | undefined {
  const before = {
    group: line.group_key,
    amountMinor: parseMoney(billed.billedAmount, currency).minor,
    quantity: parseDecimal(billed.billedQuantity, "billed quantity"),
    events: BigInt(billed.billedEvents),
    ...(credit === null ? {} : { credit }),
  };
  const again = lateLines({
    ...{ due, usage, billed: [before], name: { claimId, settlementNo } },
    money: { currency, mode: line.rounding_mode as RoundingMode },
  }).find((each) => each.group === line.group_key);
  return again === undefined ? undefined : lineOfRated(again, null);
}
