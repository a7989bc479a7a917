import fc from "fast-check";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { arrayLiteral } from "./array-literal.ts";
import { withSystem } from "./database.ts";

describe("arrayLiteral", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  const readTexts = (literal: string) =>
    withSystem(test.database, async (db) => {
      const [row] = await db.$queryRaw<{ texts: (string | null)[] }[]>`select ${literal}::text[] as texts`;
      return row?.texts;
    });

  it("brings every text through unchanged, with quotes, backslashes, control characters and signs of every plane", async () => {
    const piece = fc.constantFrom(
      ...['"', "\\", "\n", "\t", "\u0001", "\u007f", "\u2028", "{", "}", ",", " ", "NULL", "null", "'"],
      ...["\\n", "\\u0041", "ä", "漢", "😀", "a", "0", ""],
    );
    const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(text), { maxLength: 8 }), async (texts) => {
        expect(await readTexts(arrayLiteral(texts))).toEqual(texts);
      }),
      { numRuns: 200 },
    );
  });

  it("brings numbers, truth and instants through, and nothing as null", async () => {
    const at = new Date("2026-02-28T23:59:59.123Z");
    const [row] = await withSystem(
      test.database,
      (db) =>
        db.$queryRaw<object[]>`
          select ${arrayLiteral([9_223_372_036_854_775_807n, null])}::bigint[] as bigints, ${arrayLiteral([-3, 0])}::int[] as ints,
            ${arrayLiteral([true, false, null])}::bool[] as truths, ${arrayLiteral([at, null])}::timestamptz[] as instants,
            ${arrayLiteral([])}::uuid[] as none`,
    );
    expect(row).toEqual({
      bigints: [9_223_372_036_854_775_807n, null],
      ints: [-3, 0],
      truths: [true, false, null],
      instants: [at, null],
      none: [],
    });
  });
});
