import type { LineTax } from "../invoice/tax-lines.ts";
import { allocate } from "../money/allocate.ts";

/** Amounts of a billed line, or of what was credited of it so far: minor units, none below 0. */
export type LineAmounts = {
  /** Before discounts. */
  readonly amountMinor: bigint;
  readonly discountMinor: bigint;
  readonly taxes: readonly LineTax[];
};

/** What can be credited at most: never more than what was billed net of earlier credits, and never less than 0. */
export function capCredit(input: {
  readonly wantedMinor: bigint;
  readonly billedMinor: bigint;
  readonly creditedMinor: bigint;
}): bigint {
  const { wantedMinor, billedMinor, creditedMinor } = input;
  const open = smaller(billedMinor, billedMinor - creditedMinor);
  const credit = smaller(wantedMinor, open);
  return credit < 0n ? 0n : credit;
}

/**
 * The credit for a part of a billed line: `wantedMinor` of its amount before discounts, capped (`capCredit`), with the
 * same part of its discount and of each of its taxes, rounded half up. Earlier credits count in, so several credits
 * never add up to more than was billed, and a line that is credited whole gives back exactly its discount and taxes.
 * All amounts are positive: the caller turns them into a credit.
 */
export function creditLine(input: {
  readonly billed: LineAmounts;
  readonly credited: LineAmounts;
  readonly wantedMinor: bigint;
}): LineAmounts {
  const { billed, credited, wantedMinor } = input;
  const amountMinor = capCredit({
    wantedMinor,
    billedMinor: billed.amountMinor,
    creditedMinor: credited.amountMinor,
  });
  if (amountMinor === 0n) {
    return {
      amountMinor,
      discountMinor: 0n,
      taxes: billed.taxes.map(({ taxRateId }) => ({ taxRateId, amountMinor: 0n })),
    };
  }
  const until = credited.amountMinor + amountMinor;
  /** Its part of all credits up to this one, less what the earlier ones took. */
  const partOf = (wholeMinor: bigint, takenMinor: bigint) => {
    const [part = 0n] = allocate(wholeMinor, [until, billed.amountMinor - until]);
    return part > takenMinor ? part - takenMinor : 0n;
  };
  return {
    amountMinor,
    discountMinor: partOf(billed.discountMinor, credited.discountMinor),
    taxes: billed.taxes.map((tax) => ({
      taxRateId: tax.taxRateId,
      amountMinor: partOf(tax.amountMinor, taxOf(credited, tax.taxRateId)),
    })),
  };
}

/** The credits of one line so far as one: what `creditLine` wants to know. */
export function sumOfCredits(credits: readonly LineAmounts[]): LineAmounts {
  const ids = [...new Set(credits.flatMap((credit) => credit.taxes.map((tax) => tax.taxRateId)))];
  return {
    amountMinor: total(credits.map((credit) => credit.amountMinor)),
    discountMinor: total(credits.map((credit) => credit.discountMinor)),
    taxes: ids.map((taxRateId) => ({
      taxRateId,
      amountMinor: total(credits.map((credit) => taxOf(credit, taxRateId))),
    })),
  };
}

function taxOf(amounts: LineAmounts, taxRateId: string): bigint {
  return amounts.taxes.find((tax) => tax.taxRateId === taxRateId)?.amountMinor ?? 0n;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function total(amounts: readonly bigint[]): bigint {
  return amounts.reduce((a, b) => a + b, 0n);
}
