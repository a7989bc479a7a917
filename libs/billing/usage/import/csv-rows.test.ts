import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { readCsvHeader, readCsvRows } from "./csv-rows.ts";
import { openImportSource } from "./import-source.ts";

describe("readCsvRows", () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "billwright-csv-"));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const read = async (text: string) => {
    const path = join(dir, "rows.csv");
    writeFileSync(path, text);
    const source = await openImportSource(path);
    const { delimiter, columns } = readCsvHeader(source.head);
    const rows: { line: number; content: unknown; fault: string | null }[] = [];
    for await (const some of readCsvRows(source, delimiter, columns.length)) {
      rows.push(...some.map(({ line, content, fault }) => ({ line, content, fault })));
    }
    return rows;
  };

  it("gives back what a writer wrote who quotes only what must be quoted", async () => {
    const cell = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", " ", "é", "日", ";") });
    const record = fc.tuple(cell, cell, cell).filter((cells) => cells.join("").trim() !== "");
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 30 }), async (records) => {
        const quoted = records.map((cells) =>
          cells.map((each) => (/[",\n]/.test(each) ? `"${each.replaceAll('"', '""')}"` : each)).join(","),
        );
        const rows = await read(["a,b,c", ...quoted].join("\r\n"));
        expect(rows.map((row) => row.content)).toEqual(records);
        expect(rows.every((row) => row.fault === null)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("reads quoted and plain lines as the same cells", async () => {
    const rows = await read('a,b,c\n1, x ,\n"1"," x ",""\n');
    expect(rows.map((row) => row.content)).toEqual([
      ["1", " x ", ""],
      ["1", " x ", ""],
    ]);
  });

  it("loses one line to a quote that is never closed, and none after it", async () => {
    const lines = Array.from({ length: 40_000 }, (_, n) => `${n},x,"y ${n}"`);
    lines[10] = '10,"open,y';
    lines[39_990] = '39990,x,"open';
    const rows = await read(`a,b,c\n${lines.join("\n")}\n`);
    expect(rows).toHaveLength(40_000);
    const faults = rows.filter((row) => row.fault !== null);
    expect(faults.map((row) => row.line)).toEqual([12, 39_992]);
    expect(rows[39_999]).toEqual({ line: 40_001, content: ["39999", "x", "y 39999"], fault: null });
  });

  it("numbers rows by the line on which they begin", async () => {
    const rows = await read('a,b\n\n1,"x\ny\nz"\n  \n2,w\n');
    expect(rows).toEqual([
      { line: 3, content: ["1", "x\ny\nz"], fault: null },
      { line: 7, content: ["2", "w"], fault: null },
    ]);
  });
});
