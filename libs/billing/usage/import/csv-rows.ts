import { CsvError, parse } from "csv-parse/sync";
import { domainError } from "#libs/core/errors.ts";
import type { ImportRow, ImportRows } from "./import-row.ts";
import { type ImportSource, LINE_LENGTH_MAX, type SourceLine } from "./import-source.ts";

const delimiters = [",", ";", "\t", "|"] as const;

/** The lines of one record; a quoted cell may hold line ends. */
type Frame = { readonly line: number; readonly text: string; readonly fault: string | null };

/** The delimiter and the columns of a CSV file, from its first line. */
export function readCsvHeader(head: string): { delimiter: string; columns: string[] } {
  const first = head.split(/\r?\n/).find((line) => line.trim() !== "") ?? "";
  const counts = delimiters.map((delimiter) => countOutsideQuotes(first, delimiter));
  const delimiter = delimiters[counts.indexOf(Math.max(...counts))] ?? ",";
  const record = parseRecords(first, delimiter)?.[0];
  if (record === undefined) {
    throw domainError("import_map_invalid", "a CSV file begins with a line of column names");
  }
  return { delimiter, columns: record.map((name) => name.trim()) };
}

/**
 * The rows after the header, by RFC 4180. A record that breaks its rules costs its first line only: reading goes on with
 * the line after it, so that one stray quote does not swallow the rest of the file.
 */
export async function* readCsvRows(source: ImportSource, delimiter: string, columns: number): ImportRows {
  let place = -1;
  const toRow = ({ line, length, content, fault }: Parsed): ImportRow => {
    place += 1;
    const found = typeof content === "string" ? columns : content.length;
    const problem = found === columns ? null : `${found} cells, where the header has ${columns}`;
    return { line, place, length, content, fault: fault ?? problem };
  };
  const read = (frames: readonly Frame[]) => parseFrames(frames, delimiter).map(toRow);
  let open: SourceLine[] = [];
  for await (const lines of source.lines()) {
    const framed = frameRecords([...open, ...lines], delimiter, false);
    open = framed.open;
    const rows = read(framed.frames).filter((row) => row.place > 0);
    if (rows.length > 0) yield rows;
  }
  const rows = read(frameRecords(open, delimiter, true).frames).filter((row) => row.place > 0);
  if (rows.length > 0) yield rows;
}

/** Groups lines into records; `open` are the lines of a record whose quoted cell has not ended yet. */
function frameRecords(
  lines: readonly SourceLine[],
  delimiter: string,
  atEnd: boolean,
): { frames: Frame[]; open: SourceLine[] } {
  const frames: Frame[] = [];
  for (let at = 0; at < lines.length; ) {
    const first = lines[at];
    if (first === undefined) break;
    if (!first.tooLong && !first.text.includes('"')) {
      if (first.text.trim() !== "") frames.push({ line: first.number, text: first.text, fault: null });
      at += 1;
      continue;
    }
    const end = recordEnd(lines, at, delimiter);
    if (end === null && !atEnd) return { frames, open: lines.slice(at) };
    if (first.tooLong) {
      frames.push({ line: first.number, text: first.text, fault: tooLong });
    } else if (end === null || end === "too long") {
      frames.push({ line: first.number, text: first.text, fault: neverClosed });
    } else {
      const text = lines.slice(at, end).map((line) => line.text);
      const record = text.length === 1 ? first.text : text.join("\n");
      const fault = text.length > 1 ? faultOf(record, delimiter) : null;
      if (fault === null && record.trim() !== "") frames.push({ line: first.number, text: record, fault });
      if (fault !== null) frames.push({ line: first.number, text: first.text, fault });
      at = fault === null ? end : at + 1;
      continue;
    }
    at += 1;
  }
  return { frames, open: [] };
}

const neverClosed = "a quoted cell is never closed";
const tooLong = `longer than ${LINE_LENGTH_MAX} characters`;

/** The place after the record that begins at `at`; null when the lines end inside it. */
function recordEnd(lines: readonly SourceLine[], at: number, delimiter: string): number | "too long" | null {
  let inside = false;
  let length = 0;
  for (let n = at; n < lines.length; n++) {
    const line = lines[n];
    if (line === undefined) return null;
    length += line.text.length;
    if (line.tooLong || length > LINE_LENGTH_MAX) return "too long";
    inside = endsInside(line.text, delimiter, inside);
    if (!inside) return n + 1;
  }
  return null;
}

/** Whether a quoted cell is open at the end of the line. */
function endsInside(text: string, delimiter: string, wasInside: boolean): boolean {
  let inside = wasInside;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) {
    if (!inside) inside = at === 0 || text[at - 1] === delimiter;
    else if (text[at + 1] === '"') at += 1;
    else inside = false;
  }
  return inside;
}

type Parsed = {
  readonly line: number;
  readonly length: number;
  readonly content: readonly string[] | string;
  readonly fault: string | null;
};

/**
 * Without a quote a record is its line, cut at the delimiters. The others in one go; one by one only when one of them is
 * broken.
 */
function parseFrames(frames: readonly Frame[], delimiter: string): Parsed[] {
  const isQuoted = ({ text, fault }: Frame) => fault === null && text.includes('"');
  const quoted = frames.filter(isQuoted);
  const records =
    quoted.length === 0 ? [] : parseRecords(quoted.map((frame) => frame.text).join("\n"), delimiter);
  const inOneGo = records !== null && records.length === quoted.length;
  let next = 0;
  return frames.map((frame) => {
    const { line, text, fault } = frame;
    const { length } = text;
    if (fault !== null) return { line, length, content: text, fault };
    if (!isQuoted(frame)) return { line, length, content: text.split(delimiter), fault };
    if (inOneGo) return { line, length, content: records[next++] ?? text, fault };
    const record = parseRecords(text, delimiter)?.[0];
    return { line, length, content: record ?? text, fault: record ? null : faultOf(text, delimiter) };
  });
}

function parseRecords(text: string, delimiter: string): string[][] | null {
  try {
    return parseStrictly(text, delimiter);
  } catch {
    return null;
  }
}

function faultOf(text: string, delimiter: string): string | null {
  try {
    parseStrictly(text, delimiter);
    return null;
  } catch (error) {
    return quoteFaults[error instanceof CsvError ? error.code : ""] ?? "no CSV by RFC 4180";
  }
}

const quoteFaults: Readonly<Record<string, string>> = {
  CSV_INVALID_CLOSING_QUOTE: "after the quote that closes a cell stands more than the delimiter",
  CSV_QUOTE_NOT_CLOSED: neverClosed,
  INVALID_OPENING_QUOTE: "a quote stands inside a cell that is not quoted",
};

function parseStrictly(text: string, delimiter: string): string[][] {
  return parse(text, {
    ...{ delimiter, record_delimiter: "\n", relax_column_count: true },
    ...{ skip_empty_lines: true, max_record_size: 0 },
  });
}

function countOutsideQuotes(text: string, delimiter: string): number {
  return text.replace(/"(?:[^"]|"")*"/g, "").split(delimiter).length - 1;
}
