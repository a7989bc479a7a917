export type MigrationRule =
  | "baseline"
  | "contract"
  | "drop_or_rename"
  | "index_lock"
  | "lock_timeout"
  | "mixed_backfill"
  | "not_null"
  | "table_rewrite"
  | "transaction"
  | "type_change"
  | "unreadable"
  | "unvalidated"
  | "volatile_default";

export interface Breach {
  readonly rule: MigrationRule;
  readonly message: string;
}

const part = String.raw`(?:"(?:[^"]|"")+"|[^\s"'(),.]+)`;
/** A name in the text of a statement, with or without its schema, as one group. */
export const nameForm = String.raw`(${part}(?: \. ${part})?)`;

/** A name without its schema and quotes. */
export function nameOf(written = ""): string {
  const last = written.split(" . ").at(-1) ?? "";
  return last.replace(/^"(.*)"$/, "$1");
}

/** The statement with its strings and quoted names blanked, so that words in them are no key words. */
export function bare(sql: string): string {
  return sql.replace(/'(?:[^']|'')*'/g, "''").replace(/"(?:[^"]|"")*"/g, '"x"');
}
