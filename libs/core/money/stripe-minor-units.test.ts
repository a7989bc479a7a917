import fc from "fast-check";
import { currencyExponents } from "./currencies.ts";
import { type Money, money, parseMoney } from "./money.ts";
import { fromStripeAmount, stripeAmount } from "./stripe-minor-units.ts";

describe("stripeAmount", () => {
  test.each([
    ["10.00", "USD", 1000n],
    ["500", "JPY", 500n],
    ["1000", "KRW", 1000n],
    ["5.120", "KWD", 5120n],
    ["5", "ISK", 500n],
    ["7", "UGX", 700n],
    ["1200.00", "MGA", 1200n],
    ["10.45", "HUF", 1045n],
    ["800.00", "TWD", 80000n],
    ["999999.99", "USD", 99999999n],
    ["-12.34", "EUR", -1234n],
    ["0.00", "USD", 0n],
  ])("%s %s is sent as %i and comes back the same", (text, currency, amount) => {
    const m = parseMoney(text, currency);
    expect(stripeAmount(m)).toBe(amount);
    expect(fromStripeAmount(amount, currency.toLowerCase())).toEqual(m);
  });

  test.each([
    ["5.124", "KWD", "last decimal of 0"],
    ["0.001", "BHD", "last decimal of 0"],
    ["1200.50", "MGA", "without decimals"],
    ["1000000.00", "USD", "8 digits"],
    ["-1000000.00", "USD", "8 digits"],
    ["1000000", "ISK", "8 digits"],
    ["1.0000", "CLF", "does not take CLF"],
  ])("%s %s is refused, naming the amount and why", (text, currency, why) => {
    const refused = (): bigint => stripeAmount(parseMoney(text, currency));
    expect(refused).toThrow(expect.objectContaining({ code: "stripe_amount_inexpressible" }));
    expect(refused).toThrow(`${text} ${currency}`);
    expect(refused).toThrow(why);
  });

  test("a reported amount that is no whole unit of ours is refused", () => {
    expect(() => fromStripeAmount(501n, "isk")).toThrow(
      expect.objectContaining({ code: "stripe_amount_inexpressible" }),
    );
  });

  test("whatever is sent comes back as the same money", () => {
    const anyMoney = fc
      .tuple(fc.integer({ min: -999_999, max: 999_999 }), fc.constantFrom(...currencyExponents.keys()))
      .map(([minor, currency]): Money => money(BigInt(minor), currency));
    fc.assert(
      fc.property(anyMoney, (m) => {
        let amount: bigint;
        try {
          amount = stripeAmount(m);
        } catch (error) {
          expect(error).toMatchObject({ code: "stripe_amount_inexpressible" });
          return;
        }
        expect(fromStripeAmount(amount, m.currency)).toEqual(m);
      }),
    );
  });
});
