/** Source of whole numbers in `[0, below)`, the same for the same seed on every machine. */
export type SeededRandom = (below: number) => number;

/**
 * 32-bit mulberry generator. Two draws make one number of 53 bits, so `below` may be up to 2^31 without a
 * visible bias. For sample data only: it is neither secret nor unpredictable.
 */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const draw = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return (below) => {
    const high = draw() >>> 5;
    const low = draw() >>> 6;
    return Math.floor(((high * 67_108_864 + low) / 9_007_199_254_740_992) * below);
  };
}
