import { z } from "zod";
import { DomainError } from "#libs/core/errors.ts";
import { createMeterBody } from "./meter-wire.ts";
import { parseWire } from "./parse-wire.ts";
import { createPlanBody } from "./plan-wire.ts";
import { createSubscriptionBody } from "./subscription-wire.ts";
import { metadata, text } from "./wire-values.ts";

function refusal(schema: z.ZodType, value: unknown): DomainError {
  try {
    parseWire(schema, value);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

function placesOf(schema: z.ZodType, value: unknown): string[] {
  const { errors = [] } = refusal(schema, value).details;
  return errors.map((place) => `${place.path} ${place.code}: ${place.message}`);
}

const sizes = z.strictObject({
  name: text(5),
  count: z.int().min(1).max(9),
  code: z.string().length(3),
  list: z.array(z.string()).max(1),
  email: z.email(),
  digits: z.string().regex(/^\d+$/),
  part: z.number().gt(0).lt(1),
});

describe("the words of a refused body", () => {
  test("what is missing is required, and what it should be is said", () => {
    expect(placesOf(createMeterBody, { code: "calls" })).toEqual([
      "name field_required: is required, as text",
      "aggregation field_required: is required, as one of count, sum, max, min, unique_count, latest, weighted_sum, percentile",
    ]);
  });

  test("types are called as people call them, and the value is given back", () => {
    expect(
      placesOf(createPlanBody, {
        ...{ code: "p", name: 5, currency: "USD", trial_days: "many", prices: {} },
        interval: { unit: "fortnight", count: 1.5 },
      }),
    ).toEqual([
      "name type_invalid: must be text; got 5",
      'interval.unit value_not_allowed: must be one of day, week, month, quarter, half_year, year; got "fortnight"',
      "interval.count type_invalid: must be a whole number; got 1.5",
      'trial_days type_invalid: must be a whole number; got "many"',
      "prices type_invalid: must be a list; got {}",
    ]);
  });

  test("bounds are said with the right noun", () => {
    const given = { name: "", count: 0, code: "EURO", list: ["a", "b"], email: "x", digits: "y", part: 0 };
    expect(placesOf(sizes, given)).toEqual([
      'name value_invalid: must not be empty; got ""',
      "count value_invalid: must be at least 1; got 0",
      'code value_invalid: must have exactly 3 characters; got "EURO"',
      'list value_invalid: must have at most 1 entry; got ["a","b"]',
      'email value_invalid: must be an e-mail address, such as "billing@acme.example"; got "x"',
      'digits value_invalid: must be written like /^\\d+$/; got "y"',
      "part value_invalid: must be more than 0; got 0",
    ]);
  });

  test("of several forms the one that was meant is judged, else all of them are named", () => {
    const either = z.strictObject({ at: z.union([z.string(), z.strictObject({ day: z.int().max(31) })]) });
    expect(placesOf(either, { at: { day: 32 } })).toEqual([
      "at.day value_invalid: must be at most 31; got 32",
    ]);
    expect(placesOf(either, { at: [] })).toEqual(["at value_invalid: must be text or an object; got []"]);
    expect(placesOf(z.strictObject({ metadata }), { metadata: { ["k".repeat(41)]: "v" } })).toEqual([
      expect.stringContaining("value_invalid: has a name that must have at most 40 characters"),
    ]);
  });

  test("the detail counts the fields, one or many", () => {
    expect(refusal(createMeterBody, { code: "c", aggregation: "sum" }).message).toBe(
      "1 field is wrong; name: is required, as text",
    );
    expect(refusal(createMeterBody, {}).message).toBe(
      "3 fields are wrong; the first is code: is required, as text",
    );
  });

  test("no wording of the validator's own is left in what is refused", () => {
    const schemas = [createMeterBody, createPlanBody, createSubscriptionBody, sizes];
    for (const schema of schemas) {
      for (const value of [
        {},
        { name: null, code: [], prices: [{}] },
        { interval: 1, customer: {}, anchor: 5 },
      ]) {
        for (const said of placesOf(schema, value)) {
          expect(said).not.toMatch(/Invalid|expected|received|Too (small|big)|Unrecognized/);
        }
      }
    }
  });
});
