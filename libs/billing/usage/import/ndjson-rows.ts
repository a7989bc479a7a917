import { isRecord } from "../check-event.ts";
import type { ImportRow, ImportRows } from "./import-row.ts";
import { type ImportSource, LINE_LENGTH_MAX, type SourceLine } from "./import-source.ts";

/** The rows of an NDJSON file; blank lines are skipped, and a line that is no JSON object is a row with a fault. */
export async function* readNdjsonRows(source: ImportSource): ImportRows {
  let place = 0;
  for await (const lines of source.lines()) {
    const rows = lines
      .filter((line) => line.tooLong || line.text.trim() !== "")
      .map((line) => {
        place += 1;
        return readLine(line, place);
      });
    if (rows.length > 0) yield rows;
  }
}

function readLine({ number: line, text, tooLong }: SourceLine, place: number): ImportRow {
  const { length } = text;
  if (tooLong)
    return { line, place, length, content: text, fault: `longer than ${LINE_LENGTH_MAX} characters` };
  try {
    const json: unknown = JSON.parse(text);
    if (isRecord(json)) return { line, place, length, content: json, fault: null };
    return { line, place, length, content: text, fault: "the line is no JSON object" };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { line, place, length, content: text, fault: `the line is no JSON: ${message}` };
  }
}
