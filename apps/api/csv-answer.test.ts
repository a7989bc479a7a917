import { parse } from "csv-parse/sync";
import { hostileTexts, invisibleTexts } from "#libs/testkit/hostile-texts.ts";
import { csvAnswer } from "./csv-answer.ts";

describe("a table as CSV", () => {
  test("gives a reader each text back, with an apostrophe before what a spreadsheet would run", () => {
    const rows = [...hostileTexts, ...invisibleTexts].map(({ name, text }) => ({ name, text }));
    const { content } = csvAnswer("texts", ["name", "text"], rows);
    const read = parse(content, { columns: true, record_delimiter: "\r\n" }) as typeof rows;
    const isRun = (text: string) => /^[=+@\t-]/.test(text) && text !== "-0";
    expect(read).toEqual(rows.map(({ name, text }) => ({ name, text: isRun(text) ? `'${text}` : text })));
    expect(read.filter(({ text }) => text.startsWith("'")).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["a formula", "a formula with minus", "a formula with at", "tabs"]),
    );
  });

  test("leaves numbers as they are, and nothing where there is nothing", () => {
    const { content } = csvAnswer("sums", ["a", "b", "c"], [{ a: "-12.34", b: null, c: 5 }]);
    expect(content).toBe("a,b,c\r\n-12.34,,5\r\n");
  });
});
