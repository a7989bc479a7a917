/** One row of a file: a CSV record by its cells, an NDJSON object, or what could not be read as either. */
export type ImportRow = {
  /** Number of its first line, from 1. */
  readonly line: number;
  /** Its place among the rows, from 1. */
  readonly place: number;
  readonly content: readonly string[] | Readonly<Record<string, unknown>> | string;
  /** Characters of its text. */
  readonly length: number;
  /** Why it is no row; null when it is one. */
  readonly fault: string | null;
};

/** Rows in the order of the file, some at a time. */
export type ImportRows = AsyncGenerator<ImportRow[]>;
