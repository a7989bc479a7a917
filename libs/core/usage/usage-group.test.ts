import fc from "fast-check";
import { formatGroup, parseGroup } from "./usage-group.ts";

describe("a group key", () => {
  test.each([
    [[], ""],
    [[["region", "eu"]], "region=eu"],
    [
      [
        ["region", "eu"],
        ["tier", "gold"],
      ],
      "region=eu,tier=gold",
    ],
    [[["region", ""]], "region="],
    [
      [
        ["a=b", "c,d"],
        ["e\\", "\\,"],
      ],
      "a\\=b=c\\,d,e\\\\=\\\\\\,",
    ],
  ] as const)("of %j is %j and reads back", (entries, group) => {
    expect(formatGroup(entries)).toBe(group);
    expect(parseGroup(group)).toEqual(entries);
  });

  test.each(["region", "a=b=c", "a=b,,c=d", ","])("is refused when it is %j", (group) => {
    expect(() => parseGroup(group)).toThrow(expect.objectContaining({ code: "group_invalid" }));
  });

  test("reads back to the same entries for any text, so different groups never look alike", () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom("\\", "=", ",", "a", "\n", "é") }),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 3 }), (entries) => {
        expect(parseGroup(formatGroup(entries))).toEqual(entries);
      }),
      { numRuns: 20_000 },
    );
  });
});
