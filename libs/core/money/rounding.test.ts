import fc from "fast-check";
import { allocate } from "./allocate.ts";
import { Decimal } from "./decimal.ts";
import { type RoundingMode, roundDecimal, roundToMinor, roundTogether } from "./rounding.ts";

const sumOf = (parts: readonly bigint[]): bigint => parts.reduce((a, b) => a + b, 0n);
const anyMode = fc.constantFrom<RoundingMode>("half_up", "half_even");
const anyExact = fc.bigInt(-(10n ** 20n), 10n ** 20n).map((scaled) => new Decimal(`${scaled}e-12`));

test("a decimal is rounded to the places asked for, a half by the mode", () => {
  expect(roundDecimal(new Decimal("0.7142857145"), 9, "half_up").toFixed()).toBe("0.714285715");
  expect(roundDecimal(new Decimal("-1.225"), 2, "half_even").toFixed()).toBe("-1.22");
  expect(roundDecimal(new Decimal("-1.225"), 2, "half_up").toFixed()).toBe("-1.23");
});

describe("roundToMinor", () => {
  test.each<[string, string, RoundingMode, bigint]>([
    ["10.275", "USD", "half_up", 1028n],
    ["1023.45", "JPY", "half_up", 1023n],
    ["1023.5", "JPY", "half_up", 1024n],
    ["99.996", "USD", "half_up", 10000n],
    ["0.005", "USD", "half_up", 1n],
    ["-10.125", "USD", "half_up", -1013n],
    ["-100.5", "JPY", "half_up", -101n],
    ["0.005", "USD", "half_even", 0n],
    ["0.015", "USD", "half_even", 2n],
    ["-0.025", "USD", "half_even", -2n],
    ["0.0250000000000000000000000000000000001", "USD", "half_even", 3n],
    ["1.0005", "KWD", "half_up", 1001n],
    ["10000000000000000", "USD", "half_up", 10n ** 18n],
  ])("%s %s %s is %i", (exact, currency, mode, minor) => {
    expect(roundToMinor(new Decimal(exact), currency, mode)).toBe(minor);
  });

  test("more than 10^18 minor units is refused, either way", () => {
    for (const exact of ["10000000000000000.01", "-10000000000000000.01", "1e40"]) {
      expect(() => roundToMinor(new Decimal(exact), "USD", "half_up")).toThrow(
        expect.objectContaining({ code: "amount_out_of_range" }),
      );
    }
  });

  test("rounding moves an amount by at most half a minor unit and mirrors at zero", () => {
    fc.assert(
      fc.property(anyExact, anyMode, (exact, mode) => {
        const minor = roundToMinor(exact, "USD", mode);
        const moved = new Decimal(minor.toString()).minus(exact.times(100)).abs();
        expect(moved.lte("0.5")).toBe(true);
        expect(roundToMinor(exact.neg(), "USD", mode)).toBe(-minor);
      }),
    );
  });
});

describe("roundTogether", () => {
  test("three thirds of a dollar stay a dollar", () => {
    const third = new Decimal(1).div(3);
    expect(roundTogether([third, third, third.times(1).plus("1e-110")], "USD", "half_up")).toEqual([
      33n,
      33n,
      34n,
    ]);
  });

  test("parts add up to the rounded sum, and none moves by a whole minor unit", () => {
    fc.assert(
      fc.property(fc.array(anyExact, { maxLength: 20 }), anyMode, (exacts, mode) => {
        const rounded = roundTogether(exacts, "EUR", mode);
        const exactSum = exacts.reduce((a, b) => a.plus(b), new Decimal(0));
        expect(sumOf(rounded)).toBe(roundToMinor(exactSum, "EUR", mode));
        for (const [index, exact] of exacts.entries()) {
          const part = new Decimal(rounded[index]?.toString() ?? "NaN");
          expect(part.minus(exact.times(100)).abs().lte(1)).toBe(true);
        }
        expect(
          roundTogether(
            exacts.map((exact) => exact.neg()),
            "EUR",
            mode,
          ),
        ).toEqual(exactSum.isZero() ? expect.anything() : rounded.map((minor) => -minor));
      }),
    );
  });

  test("one amount alone is simply rounded", () => {
    fc.assert(
      fc.property(anyExact, anyMode, (exact, mode) => {
        expect(roundTogether([exact], "USD", mode)).toEqual([roundToMinor(exact, "USD", mode)]);
      }),
    );
  });
});

describe("allocate", () => {
  test.each<[bigint, bigint[], bigint[]]>([
    [100n, [1n, 1n, 1n], [34n, 33n, 33n]],
    [101n, [1n, 1n, 1n], [34n, 34n, 33n]],
    [-100n, [1n, 1n, 1n], [-34n, -33n, -33n]],
    [3000n, [7500n, 2500n], [2250n, 750n]],
    [5n, [0n, 0n], [3n, 2n]],
    [5n, [0n, 3n, 0n], [0n, 5n, 0n]],
    [1n, [1n, 5n, 5n], [0n, 1n, 0n]],
    [0n, [], []],
  ])("%i over %j is %j", (total, weights, parts) => expect(allocate(total, weights)).toEqual(parts));

  test("parts always add up, and lie within one of the exact share", () => {
    const anyWeights = fc.array(fc.bigInt(0n, 10n ** 15n), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 18n), 10n ** 18n), anyWeights, (total, weights) => {
        const parts = allocate(total, weights);
        expect(sumOf(parts)).toBe(total);
        const sum = sumOf(weights);
        if (sum === 0n) return;
        for (const [index, weight] of weights.entries()) {
          const off = (parts[index] ?? 0n) * sum - total * weight;
          expect(off < sum && off > -sum).toBe(true);
        }
      }),
    );
  });

  test("a total within the sum of weights never gives a part above its weight", () => {
    const anyWeights = fc.array(fc.bigInt(0n, 1000n), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(anyWeights, fc.integer({ min: 0, max: 100 }), (weights, percent) => {
        const parts = allocate((sumOf(weights) * BigInt(percent)) / 100n, weights);
        expect(parts.every((part, index) => part <= (weights[index] ?? 0n))).toBe(true);
      }),
    );
  });

  test("a total that nobody can carry is a mistake of the caller", () => {
    expect(() => allocate(1n, [])).toThrow(RangeError);
    expect(() => allocate(1n, [2n, -1n])).toThrow(RangeError);
  });
});
