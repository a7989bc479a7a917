import fc from "fast-check";
import { expectedRange } from "./amount-range.ts";

const amount = fc.bigInt(-(10n ** 12n), 10n ** 12n);
const earlier = fc.array(amount, { minLength: 3, maxLength: 12 });
const floor = fc.bigInt(0n, 10_000n);
const rangeOf = (amounts: readonly bigint[], floorMinor: bigint) => {
  const range = expectedRange(amounts, floorMinor);
  if (range === null) throw new Error("there is no range");
  return range;
};

describe("the range that an amount is expected in", () => {
  test.each([
    [[1000n, 1000n, 1000n], 100n, { median: 1000n, low: 500n, high: 1500n }],
    [[1000n, 1000n, 1000n, 90_000n], 100n, { median: 1000n, low: 500n, high: 1500n }],
    [[1000n, 2000n, 3000n, 4000n, 5000n], 100n, { median: 3000n, low: -2000n, high: 8000n }],
    [[1000n, 1001n, 1000n, 1001n], 0n, { median: 1000n, low: 500n, high: 1500n }],
    [[0n, 0n, 0n], 100n, { median: 0n, low: -100n, high: 100n }],
    [[-1000n, -1000n, -1000n], 100n, { median: -1000n, low: -1500n, high: -500n }],
  ])("%j with a floor of %s is %j", (amounts, floorMinor, range) => {
    expect(expectedRange(amounts, floorMinor)).toEqual(range);
  });

  test("is none of fewer than three amounts", () => {
    expect(expectedRange([1n, 2n], 1n)).toBeNull();
  });

  test("does not depend on the order of the amounts", () => {
    fc.assert(
      fc.property(earlier, floor, (amounts, floorMinor) => {
        expect(expectedRange([...amounts].reverse(), floorMinor)).toEqual(expectedRange(amounts, floorMinor));
      }),
    );
  });

  test("holds the median in its middle, and reaches at least the floor and half the median", () => {
    fc.assert(
      fc.property(earlier, floor, (amounts, floorMinor) => {
        const { median, low, high } = rangeOf(amounts, floorMinor);
        expect(high - median).toBe(median - low);
        expect(high - median).toBeGreaterThanOrEqual(floorMinor);
        expect(2n * (high - median) + 1n).toBeGreaterThanOrEqual(median < 0n ? -median : median);
      }),
    );
  });

  test("holds at least half of the amounts that it was made of", () => {
    fc.assert(
      fc.property(earlier, floor, (amounts, floorMinor) => {
        const { low, high } = rangeOf(amounts, floorMinor);
        const inside = amounts.filter((each) => each >= low && each <= high).length;
        expect(2 * inside).toBeGreaterThanOrEqual(amounts.length - 1);
      }),
    );
  });

  test("is mirrored by mirrored amounts of an odd number, and grows with its amounts", () => {
    const odd = earlier.filter((amounts) => amounts.length % 2 === 1);
    fc.assert(
      fc.property(odd, floor, fc.bigInt(1n, 50n), (amounts, floorMinor, factor) => {
        const { median, low, high } = rangeOf(amounts, floorMinor);
        const mirrored = rangeOf(
          amounts.map((each) => -each),
          floorMinor,
        );
        expect(mirrored).toEqual({ median: -median, low: -high, high: -low });
        const grown = rangeOf(
          amounts.map((each) => each * factor),
          floorMinor * factor,
        );
        expect(grown.median).toBe(median * factor);
        expect(grown.high - high * factor).toBeLessThan(factor);
      }),
    );
  });

  test("one wild amount among seven or more that agree moves nothing", () => {
    fc.assert(
      fc.property(
        amount,
        amount,
        fc.integer({ min: 6, max: 11 }),
        floor,
        (usual, wild, times, floorMinor) => {
          const same = Array.from({ length: times }, () => usual);
          expect(expectedRange([...same, wild], floorMinor)).toEqual(expectedRange(same, floorMinor));
        },
      ),
    );
  });
});
