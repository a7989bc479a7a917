import { domainError } from "#libs/core/errors.ts";
import { readCsvHeader, readCsvRows } from "./csv-rows.ts";
import { parseEventMap } from "./event-map.ts";
import type { ImportRows } from "./import-row.ts";
import type { ImportSource } from "./import-source.ts";
import { importTimeReader } from "./import-time.ts";
import { type ColumnNames, csvRowMapper, ndjsonRowMapper, type RowMapper } from "./map-row.ts";
import { readNdjsonRows } from "./ndjson-rows.ts";

export type ImportFormat = "csv" | "ndjson";

/** How the rows of a file are to be understood. */
export type RowTerms = {
  readonly format: ImportFormat;
  /** See `parseEventMap`; without it the file uses the API's own names. */
  readonly map?: string | undefined;
  /** IANA zone of times without offset. */
  readonly timezone?: string | undefined;
};

/** A file whose rows can be read and turned into events. */
export type OpenRows = {
  readonly source: ImportSource;
  readonly rows: ImportRows;
  readonly mapRow: RowMapper;
  readonly names: ColumnNames;
  readonly columns: readonly string[];
};

/**
 * The terms alone, before there is a file.
 * @throws `import_map_invalid`, `timezone_unknown`
 */
export function checkRowTerms({ map, timezone }: Pick<RowTerms, "map" | "timezone">): void {
  if (map !== undefined) parseEventMap(map);
  importTimeReader(timezone);
}

/** @throws `import_map_invalid`, `timezone_unknown` */
export function openRows(source: ImportSource, { format, map, timezone }: RowTerms): OpenRows {
  const origins = map === undefined ? null : parseEventMap(map);
  const readTime = importTimeReader(timezone);
  if (format === "ndjson") {
    return { source, rows: readNdjsonRows(source), columns: [], ...ndjsonRowMapper(origins, readTime) };
  }
  const { delimiter, columns } = readCsvHeader(source.head);
  const mapper = csvRowMapper(columns, origins, readTime);
  return { source, rows: readCsvRows(source, delimiter, columns.length), columns, ...mapper };
}

/** By the file's name. @throws `fields_invalid` */
export function formatOf(path: string): ImportFormat {
  const name = path.toLowerCase().replace(/\.gz$/, "");
  if (/\.(csv|tsv|txt)$/.test(name)) return "csv";
  if (/\.(ndjson|jsonl|json)$/.test(name)) return "ndjson";
  throw domainError(
    "fields_invalid",
    `the name of ${path} does not tell its format: .csv, .tsv, .txt, .ndjson, .jsonl, each also with .gz; or name the format`,
  );
}
