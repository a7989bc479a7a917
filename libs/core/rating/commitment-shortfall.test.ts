import { parseMoney } from "../money/money.ts";
import { commitmentShortfall } from "./commitment-shortfall.ts";

const shortfall = (minimumCommitment: string, used: string, numerator = 1n, denominator = 1n) =>
  commitmentShortfall({
    commitments: [{ minimumCommitment, ratio: { numerator, denominator } }],
    used: parseMoney(used, "USD"),
  })
    .toDecimalPlaces(4)
    .toFixed();

test("the shortfall is what the lines lack, and nothing when they come to more", () => {
  expect(shortfall("10.00", "7.00")).toBe("3");
  expect(shortfall("10.00", "10.00")).toBe("0");
  expect(shortfall("10.00", "15.00")).toBe("0");
});

test("a commitment for a part of a period is prorated", () => {
  expect(shortfall("10.00", "8.00", 25n, 28n)).toBe("0.9286");
  expect(shortfall("100.00", "70.00", 25n, 28n)).toBe("19.2857");
});

test("lines below zero raise what is missing", () => {
  expect(shortfall("10.00", "-2.00")).toBe("12");
});
