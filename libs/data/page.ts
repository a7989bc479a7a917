/** A place in a list that is read newest first, by id. `cursor` is the last id of the page before. */
export type PageQuery<Filters extends object = Record<never, never>> = {
  /** 1 to 100. */
  readonly limit: number;
  readonly cursor: string | null;
  readonly filters?: Filters;
};

export type Page<Row> = { readonly rows: readonly Row[]; readonly nextCursor: string | null };

/** A page of rows that were read with one more than `limit`. */
export function toPage<Row extends { readonly id: string }>(rows: readonly Row[], limit: number): Page<Row> {
  const shown = rows.slice(0, limit);
  return { rows: shown, nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}
