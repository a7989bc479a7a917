import type { Price } from "./price.ts";
import { applyPriceOverride, assertPriceOverrides } from "./price-override.ts";

const price: Price = {
  ...{ code: "seats", name: "Seats", kind: "recurring", billing: "in_advance", proration: "second" },
  chargeModel: { model: "per_unit", unitAmount: "10" },
  maximumAmount: "100",
};

describe("price overrides", () => {
  test("replace the terms they name and leave the others", () => {
    const override = { price: "seats", chargeModel: { model: "flat", amount: "50" } } as const;
    expect(applyPriceOverride(price, [override])).toEqual({ ...price, chargeModel: override.chargeModel });
    expect(applyPriceOverride(price, [{ ...override, price: "other" }])).toBe(price);
  });

  test.each([
    ["a price that the plan does not have", [{ price: "none" }], "price_overrides.0.price"],
    ["the same price twice", [{ price: "seats" }, { price: "seats" }], "price_overrides.1.price"],
    [
      "a minimum above the maximum that stays",
      [{ price: "seats", minimumAmount: "200" }],
      "price_overrides.0.maximum_amount",
    ],
  ])("refuse %s", (_what, overrides, path) => {
    expect(() => assertPriceOverrides([price], overrides)).toThrow(
      expect.objectContaining({
        code: "fields_invalid",
        details: { errors: [expect.objectContaining({ path })] },
      }),
    );
  });
});
