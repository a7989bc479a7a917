import { hash } from "node:crypto";
import { domainError } from "#libs/core/errors.ts";
import { type CheckedEvent, checkEvent, isRecord } from "../check-event.ts";
import { checkCloudEvent, isCloudEvent } from "../cloud-event.ts";
import type { EventRefusalCode } from "../usage-event-input.ts";
import { checkEventMap, type FieldOrigin, isEventField } from "./event-map.ts";
import type { ImportRow } from "./import-row.ts";
import type { ReadTime } from "./import-time.ts";

/** Turns a row into an event, or says why it is none; `index` is its place in the batch. */
export type RowMapper = (index: number, row: ImportRow) => CheckedEvent;

type Pick = {
  readonly target: string;
  readonly column: string | null;
  readonly read: (row: ImportRow) => unknown;
};

/** What the fields of an event are called in the file, for messages. */
export type ColumnNames = ReadonlyMap<string, string>;

/**
 * The mapper of a CSV file. Without a map the columns have the API's own names (`properties.NAME` for properties).
 * An empty cell is a missing one. Without a column for it the id is made from the row, see `rowId`.
 * @throws `import_map_invalid` when a mapped column is not there, or is there twice
 */
export function csvRowMapper(
  columns: readonly string[],
  origins: readonly FieldOrigin[] | null,
  readTime: (given: unknown) => ReadTime,
): { readonly mapRow: RowMapper; readonly names: ColumnNames } {
  const used = origins ?? columns.map((column) => ownColumn(column, columns));
  if (origins === null) checkEventMap(used);
  const picks = used.map((origin): Pick => {
    const { target } = origin;
    if ("constant" in origin) return { target, column: null, read: () => origin.constant };
    const at = placeOf(origin.column, columns, target);
    const read = ({ content }: ImportRow) => {
      const cell = Array.isArray(content) ? content[at] : undefined;
      return cell === "" ? undefined : cell;
    };
    return { target, column: origin.column, read };
  });
  return { mapRow: mapperOf(picks, columns, readTime), names: namesOf(picks) };
}

/** The mapper of an NDJSON file: names or dot paths, or without a map the API's own form (or CloudEvents). */
export function ndjsonRowMapper(
  origins: readonly FieldOrigin[] | null,
  readTime: (given: unknown) => ReadTime,
): { readonly mapRow: RowMapper; readonly names: ColumnNames } {
  if (origins === null) return { mapRow: ownRowMapper(readTime), names: new Map() };
  const picks = origins.map((origin): Pick => {
    const { target } = origin;
    if ("constant" in origin) return { target, column: null, read: () => origin.constant };
    return { target, column: origin.column, read: ({ content }) => valueAt(content, origin.column) };
  });
  return { mapRow: mapperOf(picks, [], readTime), names: namesOf(picks) };
}

function ownColumn(column: string, columns: readonly string[]): FieldOrigin {
  if (isEventField(column)) return { target: column, column };
  throw domainError(
    "import_map_invalid",
    `without a map every column is a field of an event, "${column}" is not; the columns are ${columns.join(", ")}`,
  );
}

function placeOf(column: string, columns: readonly string[], target: string): number {
  const at = columns.indexOf(column);
  const message =
    at === -1
      ? `there is no column "${column}" for ${target}; the columns are ${columns.join(", ")}`
      : `there are two columns "${column}"`;
  if (at === -1 || columns.indexOf(column, at + 1) !== -1) {
    throw domainError("import_map_invalid", message, {
      errors: [{ path: target, code: "import_map_invalid", message }],
    });
  }
  return at;
}

function namesOf(picks: readonly Pick[]): ColumnNames {
  return new Map(picks.flatMap(({ target, column }) => (column === null ? [] : [[target, column] as const])));
}

function mapperOf(
  picks: readonly Pick[],
  columns: readonly string[],
  readTime: (given: unknown) => ReadTime,
): RowMapper {
  const hasId = picks.some((pick) => pick.target === "id");
  const single = picks.filter((pick) => pick.target.startsWith("properties."));
  const whole = picks.filter((pick) => !pick.target.startsWith("properties."));
  return (index, row) => {
    const unusable = faultOf(row);
    if (unusable !== null) return refusal(index, "", "event_malformed", unusable);
    const given: Record<string, unknown> = {};
    for (const { target, read } of whole) given[target] = read(row);
    if (single.length > 0) given["properties"] = propertiesOf(single, row);
    else if (typeof given["properties"] === "string") given["properties"] = jsonOf(given["properties"]);
    for (const name of texts) given[name] = textOf(given[name]);
    if (typeof given["value"] === "string") given["value"] = given["value"].trim() || undefined;
    return finish(index, row, given, { hasId, columns, readTime });
  };
}

const texts = ["id", "source", "event_type", "meter", "customer", "subscription"] as const;

/** Ids that are numbers in the file are texts for us. */
function textOf(given: unknown): unknown {
  return typeof given === "number" && Number.isFinite(given) ? String(given) : (given ?? undefined);
}

function propertiesOf(picks: readonly Pick[], row: ImportRow): Record<string, unknown> {
  return Object.fromEntries(
    picks.flatMap(({ target, read }) => {
      const value = read(row);
      return value === undefined ? [] : [[target.slice("properties.".length), value] as const];
    }),
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function ownRowMapper(readTime: (given: unknown) => ReadTime): RowMapper {
  return (index, row) => {
    const unusable = faultOf(row);
    if (unusable !== null) return refusal(index, "", "event_malformed", unusable);
    if (isCloudEvent(row.content)) return checkCloudEvent(index, row.content);
    const given = isRecord(row.content) ? { ...row.content } : {};
    return finish(index, row, given, { hasId: Object.hasOwn(given, "id"), columns: [], readTime });
  };
}

function finish(
  index: number,
  row: ImportRow,
  given: Record<string, unknown>,
  file: {
    readonly hasId: boolean;
    readonly columns: readonly string[];
    readonly readTime: (given: unknown) => ReadTime;
  },
): CheckedEvent {
  const { timestamp } = given;
  if (timestamp === undefined || timestamp === null) {
    return refusal(index, "timestamp", "field_required", "timestamp is required: in a file, none is now");
  }
  const read = file.readTime(timestamp);
  if ("fault" in read) return refusal(index, "timestamp", "timestamp_invalid", read.fault);
  const id = file.hasId ? given["id"] : rowId(row, file.columns, given);
  return checkEvent(index, { ...given, timestamp: read.time, id });
}

/**
 * The id of a row in a file without ids: SHA-256 of what the row says, what its columns are called, what kind of event it
 * becomes, and its place. The same file, under any name, plain or gzip, gives the same ids, and so does one to which
 * rows were added at its end or in which a bad row was corrected; equal rows at different places are different events.
 */
function rowId(row: ImportRow, columns: readonly string[], given: Record<string, unknown>): string {
  const said = JSON.stringify([columns, given["event_type"], given["meter"], row.place, row.content]);
  return `row_${hash("sha256", said, "hex").slice(0, 40)}`;
}

function faultOf({ content, fault }: ImportRow): string | null {
  if (fault !== null) return fault;
  return holdsReplacement(content) ? "the row is not UTF-8 (or holds U+FFFD): save the file as UTF-8" : null;
}

function holdsReplacement(content: ImportRow["content"]): boolean {
  if (Array.isArray(content)) return content.some((cell: string) => cell.includes("\ufffd"));
  return typeof content === "string" ? false : Object.values(content).some(isReplaced);
}

function isReplaced(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\ufffd");
  if (typeof value !== "object" || value === null) return false;
  return JSON.stringify(value).includes("\ufffd");
}

function refusal(index: number, path: string, code: EventRefusalCode, message: string): CheckedEvent {
  return { refused: { index, id: null, code, message, path } };
}

/** An own field by its whole name, else by dot path. */
function valueAt(content: unknown, path: string): unknown {
  if (!isRecord(content)) return undefined;
  if (Object.hasOwn(content, path)) return content[path] ?? undefined;
  let value: unknown = content;
  for (const name of path.split(".")) {
    if (!isRecord(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value ?? undefined;
}
