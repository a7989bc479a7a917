import fc from "fast-check";
import { capCredit, creditLine, type LineAmounts, sumOfCredits } from "./credit-line.ts";

const amounts = (amountMinor: bigint, discountMinor: bigint, ...taxes: bigint[]): LineAmounts => ({
  amountMinor,
  discountMinor,
  taxes: taxes.map((tax, index) => ({ taxRateId: `t${index}`, amountMinor: tax })),
});
const nothing = amounts(0n, 0n);

test.each([
  ["what is wanted, when enough was billed", 100n, 200n, 50n, 100n],
  ["what is left, when earlier credits took the rest", 300n, 200n, 50n, 150n],
  ["nothing, when all was credited", 100n, 200n, 200n, 0n],
  ["nothing, when more was credited than billed", 100n, 200n, 250n, 0n],
  ["nothing, for a negative wish", -1n, 200n, 0n, 0n],
  ["never more than was billed, also after a correction upwards", 300n, 200n, -50n, 200n],
])("gives %s", (_what, wantedMinor, billedMinor, creditedMinor, expected) => {
  expect(capCredit({ wantedMinor, billedMinor, creditedMinor })).toBe(expected);
});

test("a credit carries the discount and the taxes that its line had", () => {
  const billed = amounts(2_000n, 400n, 304n, 80n);
  expect(creditLine({ billed, credited: nothing, wantedMinor: 500n })).toEqual(amounts(500n, 100n, 76n, 20n));
});

test("a credit of the whole line gives back exactly what was billed", () => {
  const billed = amounts(999n, 333n, 127n);
  expect(creditLine({ billed, credited: nothing, wantedMinor: 5_000n })).toEqual(billed);
});

test("nothing is credited of a line that was free", () => {
  const credit = creditLine({ billed: amounts(0n, 0n, 0n), credited: nothing, wantedMinor: 10n });
  expect(credit).toEqual(amounts(0n, 0n, 0n));
});

test("an earlier credit that took more discount than its part leaves no negative discount", () => {
  const credited = amounts(100n, 400n);
  const credit = creditLine({ billed: amounts(2_000n, 400n), credited, wantedMinor: 100n });
  expect(credit).toEqual(amounts(100n, 0n));
});

test("credits in any steps never pass what was billed, and all of them together are all of it", () => {
  const cents = fc.bigInt({ min: 0n, max: 10n ** 9n });
  fc.assert(
    fc.property(cents, cents, cents, fc.array(cents, { maxLength: 6 }), (amount, off, tax, wishes) => {
      const billed = amounts(amount, off % (amount + 1n), tax);
      const credits: LineAmounts[] = [];
      for (const wantedMinor of [...wishes, amount]) {
        const credit = creditLine({ billed, credited: sumOfCredits(credits), wantedMinor });
        expect(credit.amountMinor >= 0n && credit.discountMinor >= 0n).toBe(true);
        credits.push(credit);
      }
      const all = sumOfCredits(credits);
      expect(all.amountMinor).toBe(billed.amountMinor);
      if (amount > 0n) expect(all).toEqual(billed);
    }),
  );
});
