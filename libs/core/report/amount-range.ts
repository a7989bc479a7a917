/** What an amount is expected to be by those before it: minor units, both ends allowed. */
export type AmountRange = { readonly median: bigint; readonly low: bigint; readonly high: bigint };

/** Fewer amounts say nothing of the next one. */
export const fewestAmounts = 3;
const deviations = 5n;

/**
 * The range around the median of earlier amounts that the next one is expected in. It reaches as far as the largest of: five
 * times the median distance of those amounts from their median, half of that median, and `floorMinor`. The median of an even
 * number is the mean of its two middle amounts, rounded down. So amounts that always were the same may move by half,
 * amounts that jumped before may jump as far again, and one wild month among many moves nothing. Null: fewer than
 * three amounts.
 */
export function expectedRange(earlier: readonly bigint[], floorMinor: bigint): AmountRange | null {
  if (earlier.length < fewestAmounts) return null;
  const median = medianOf(earlier);
  const deviation = medianOf(earlier.map((amount) => magnitude(amount - median)));
  const reach = [deviations * deviation, magnitude(median) / 2n, floorMinor].reduce((a, b) =>
    a > b ? a : b,
  );
  return { median, low: median - reach, high: median + reach };
}

function medianOf(amounts: readonly bigint[]): bigint {
  const sorted = [...amounts].sort((a, b) => (a < b ? -1 : Number(a > b)));
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0n;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0n;
  return lower + (upper - lower) / 2n;
}

function magnitude(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}
