import type { TaxBehavior } from "../invoice/tax-lines.ts";
import { allocate } from "../money/allocate.ts";
import { creditLine, type LineAmounts } from "../proration/credit-line.ts";

/** A billed line, and what was given back of it so far; minor units, none below 0. */
export type CreditableLine = {
  readonly id: string;
  readonly billed: LineAmounts;
  readonly credited: LineAmounts;
  /** Whether its amount contains its taxes; null, unset: as each rate says. */
  readonly taxBehavior?: TaxBehavior | null;
};

/** What a credit note takes back of one line: positive amounts. */
export type CreditedLine = { readonly lineId: string; readonly amounts: LineAmounts };

type IsInclusive = (taxRateId: string) => boolean;
/** Which taxes a line contains. */
export type InclusiveOf = (line: Pick<CreditableLine, "taxBehavior">) => IsInclusive;

/** What can still be given back of a line: never less than 0. */
export function leftOf({ billed, credited }: CreditableLine): LineAmounts {
  const taken = (taxRateId: string) =>
    credited.taxes.find((tax) => tax.taxRateId === taxRateId)?.amountMinor ?? 0n;
  return {
    amountMinor: atLeastZero(billed.amountMinor - credited.amountMinor),
    discountMinor: atLeastZero(billed.discountMinor - credited.discountMinor),
    taxes: billed.taxes.map(({ taxRateId, amountMinor }) => ({
      taxRateId,
      amountMinor: atLeastZero(amountMinor - taken(taxRateId)),
    })),
  };
}

/** What a line adds to a total: amount - discount + exclusive taxes. */
export function totalOf(
  { amountMinor, discountMinor, taxes }: LineAmounts,
  isInclusive: IsInclusive,
): bigint {
  return amountMinor - discountMinor + sum(taxes.filter(({ taxRateId }) => !isInclusive(taxRateId)));
}

/** A part of a line's amount before discounts, with the same part of its discount and taxes; at most what is left of it. */
export function creditPart(line: CreditableLine, wantedMinor: bigint): CreditedLine {
  const { id: lineId, billed, credited } = line;
  return { lineId, amounts: creditLine({ billed, credited, wantedMinor }) };
}

/**
 * Spreads a total, tax included, over what is left of the lines, by largest remainder: over the lines, then within each
 * over its net amount and its exclusive taxes, so that the parts add up to it to the cent. Discount and inclusive taxes follow
 * the net amount. Lines of which nothing is left, or nothing is taken, are left out.
 * @param totalMinor from 0 to the sum of what is left
 */
export function spreadCredit(
  lines: readonly CreditableLine[],
  totalMinor: bigint,
  inclusiveOf: InclusiveOf,
): CreditedLine[] {
  const open = lines.map((line) => ({ id: line.id, left: leftOf(line), isInclusive: inclusiveOf(line) }));
  const shares = allocate(
    totalMinor,
    open.map(({ left, isInclusive }) => atLeastZero(totalOf(left, isInclusive))),
  );
  return open.flatMap(({ id, left, isInclusive }, index) => {
    const shareMinor = shares[index] ?? 0n;
    return shareMinor === 0n ? [] : [{ lineId: id, amounts: partOf(left, shareMinor, isInclusive) }];
  });
}

function partOf(left: LineAmounts, shareMinor: bigint, isInclusive: IsInclusive): LineAmounts {
  const netMinor = atLeastZero(left.amountMinor - left.discountMinor);
  const exclusive = left.taxes.filter(({ taxRateId }) => !isInclusive(taxRateId));
  const [partMinor = 0n, ...taxParts] = allocate(shareMinor, [
    netMinor,
    ...exclusive.map((tax) => tax.amountMinor),
  ]);
  const withNet = (wholeMinor: bigint) =>
    netMinor === 0n ? 0n : (allocate(wholeMinor, [partMinor, netMinor - partMinor])[0] ?? 0n);
  const discountMinor = withNet(left.discountMinor);
  return {
    amountMinor: partMinor + discountMinor,
    discountMinor,
    taxes: left.taxes.map(({ taxRateId, amountMinor }) => ({
      taxRateId,
      amountMinor: isInclusive(taxRateId)
        ? withNet(amountMinor)
        : (taxParts[exclusive.findIndex((tax) => tax.taxRateId === taxRateId)] ?? 0n),
    })),
  };
}

function atLeastZero(minor: bigint): bigint {
  return minor < 0n ? 0n : minor;
}

function sum(amounts: readonly { readonly amountMinor: bigint }[]): bigint {
  return amounts.reduce((total, { amountMinor }) => total + amountMinor, 0n);
}
