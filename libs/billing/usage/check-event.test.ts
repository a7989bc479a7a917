import fc from "fast-check";
import { checkEvent } from "./check-event.ts";

const known = { id: "1", event_type: "call", customer: "acme" };
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("a", "\\", '"', "\\u0000", "\n", "\u0001", "\u2028", "é", "\u{1F600}") }),
  fc.constantFrom("\0", "\ud800", "x\udc00", "\ud83d\ude00", "a\0b"),
);
const { properties } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: "medium" }, text, fc.double(), fc.boolean(), fc.constant(null), tie("list"), {
    arbitrary: tie("properties"),
    weight: 2,
  }),
  list: fc.array(tie("value"), { maxLength: 3 }),
  properties: fc.dictionary(text, tie("value"), { maxKeys: 4 }),
}));

/** By the rule's own words, text by text. */
function isStorable(value: unknown): boolean {
  if (typeof value === "string") return !/\0|\p{Surrogate}/u.test(value);
  if (value === null || typeof value !== "object") return true;
  return Object.entries(value).every(([name, item]) => isStorable(name) && isStorable(item));
}

describe("properties of an event", () => {
  it("are taken as they are, unless some text in them cannot be stored", () => {
    fc.assert(
      fc.property(properties, (drawn) => {
        // What a body can hold: JSON knows no -0, NaN or undefined.
        const given: unknown = JSON.parse(JSON.stringify(drawn));
        const checked = checkEvent(0, { ...known, properties: given });
        if ("refused" in checked) {
          expect(checked.refused).toMatchObject({ code: "field_invalid", id: "1" });
          expect(isStorable(given)).toBe(false);
        } else {
          expect(isStorable(given)).toBe(true);
          expect(JSON.parse(checked.event.propertiesText)).toEqual(given);
          expect(checked.event.propertiesText).toHaveLength(JSON.stringify(given).length);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["of 16 levels", 15, true],
    ["of 17 levels", 16, false],
  ])("%s are known from deeper ones", (_, lists, isTaken) => {
    const deep: unknown = JSON.parse(`${"[".repeat(lists)}${"]".repeat(lists)}`);
    expect("event" in checkEvent(0, { ...known, properties: { deep } })).toBe(isTaken);
  });
});
