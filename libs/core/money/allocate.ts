/**
 * Splits `total` minor units in proportion to `weights`, by largest remainder; of equal remainders the earlier
 * weight is served first. The parts always add up to `total`, and a negative total mirrors the positive one. Weights are
 * not negative; when all are 0, they count as equal. A total not above the sum of weights never gives a part above its weight.
 * @throws RangeError no weight to carry a total, or a negative one: a programming mistake
 */
export function allocate(total: bigint, weights: readonly bigint[]): bigint[] {
  if (total < 0n) return allocate(-total, weights).map((part) => -part);
  if (weights.some((weight) => weight < 0n)) throw new RangeError("allocate: a weight is negative");
  if (weights.length === 0) {
    if (total === 0n) return [];
    throw new RangeError(`allocate: nobody to carry ${total}`);
  }
  const sum = weights.reduce((a, b) => a + b, 0n);
  if (sum === 0n) {
    return allocate(
      total,
      weights.map(() => 1n),
    );
  }
  const parts = weights.map((weight) => (total * weight) / sum);
  const missing = total - parts.reduce((a, b) => a + b, 0n);
  const byLargestRemainder = weights
    .map((weight, index) => ({ index, remainder: (total * weight) % sum }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of byLargestRemainder.slice(0, Number(missing)))
    parts[index] = (parts[index] ?? 0n) + 1n;
  return parts;
}
