/** The items in another order (never the same one, when there are two or more); one seed gives one order. */
export function shuffled<T>(items: readonly T[], seed = Date.now()): T[] {
  const result = [...items];
  const random = randomNumbers(seed);
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  const isSame = result.every((item, index) => item === items[index]);
  return isSame ? [...result.slice(1), ...result.slice(0, 1)] : result;
}

/** mulberry32: small, seeded, good enough to shuffle. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
