import type { TenantTx } from "./database.ts";

/** The keys of the series that have given numbers, in order. */
export async function listSeriesKeys(tx: TenantTx): Promise<string[]> {
  const rows = await tx.db.$queryRaw<{ series: string }[]>`
    select series from document_counter where tenant_id = ${tx.tenantId}::uuid order by series`;
  return rows.map((row) => row.series);
}

/** Where the count stands in the numbers of a series: so many characters before it, and so many after it. */
export type SeriesPlace = { readonly series: string; readonly before: number; readonly after: number };

export type SeriesRow = {
  readonly series: string;
  /** How far the counter is. */
  readonly last_number: bigint;
  /** The highest imported number that the series could have given; it gives those after it. */
  readonly imported_to: bigint;
  readonly held: bigint;
  readonly voided: bigint;
  readonly last_issued_at: Date;
  /** Counts that no document has, as [first, last]; text, since they are counts of int8. */
  readonly missing: readonly (readonly [string, string])[];
  readonly missing_count: bigint;
  /** Numbers that were issued before a lower one of their series, or that no count can be read from. */
  readonly out_of_order: readonly string[];
};

/** What each series gave and what is held of it, in order of the series; at most `most` missing ranges and stray numbers each. */
export async function readSeries(
  tx: TenantTx,
  places: readonly SeriesPlace[],
  most: number,
): Promise<SeriesRow[]> {
  return tx.db.$queryRaw<SeriesRow[]>`
    with place as (
      select * from unnest(${places.map((p) => p.series)}::text[], ${places.map((p) => p.before)}::int[], ${places.map((p) => p.after)}::int[])
        as p (series, before, after)
    ), held as (
      select i.series, i.number, i.issued_at, i.invoice_status,
        substring(substr(i.number, p.before + 1, greatest(length(i.number) - p.before - p.after, 0)) from '^[0-9]{1,18}')::int8 as count
      from invoice i join place p on p.series = i.series
      where i.tenant_id = ${tx.tenantId}::uuid and i.number is not null
    ), following as (
      select h.*, lead(count) over w as next_count, lag(count) over w as count_before, lag(issued_at) over w as issued_before
      from held h window w as (partition by series order by count nulls last, issued_at)
    ), totals as (
      select series, count(*) as held, count(*) filter (where invoice_status = 'voided') as voided, min(count) as lowest, max(count) as highest
      from held group by series
    ), counter as (
      select c.series, c.last_number, c.imported_to, c.last_issued_at, coalesce(t.held, 0) as held, coalesce(t.voided, 0) as voided, t.lowest, t.highest
      from document_counter c join place p on p.series = c.series left join totals t on t.series = c.series
      where c.tenant_id = ${tx.tenantId}::uuid
    ), gap as (
      select series, count + 1 as first, next_count - 1 as last from following where next_count > count + 1
      union all
      select series, imported_to + 1, coalesce(lowest - 1, last_number) from counter where coalesce(lowest - 1, last_number) > imported_to
      union all
      select series, highest + 1, last_number from counter where highest < last_number
    ), gaps as (
      select series, sum(last - first + 1)::int8 as missing_count,
        jsonb_agg(jsonb_build_array(first::text, last::text) order by first) filter (where place <= ${most}) as missing
      from (select *, row_number() over (partition by series order by first) as place from gap) g group by series
    ), strays as (
      select series, jsonb_agg(number order by count nulls last, number) filter (where place <= ${most}) as out_of_order
      from (select *, row_number() over (partition by series order by count nulls last, number) as place from following
        where count is null or count_before = count or issued_at < issued_before) f group by series
    )
    select c.series, c.last_number, c.imported_to, c.last_issued_at, c.held, c.voided, coalesce(g.missing_count, 0) as missing_count,
      coalesce(g.missing, '[]') as missing, coalesce(s.out_of_order, '[]') as out_of_order
    from counter c left join gaps g on g.series = c.series left join strays s on s.series = c.series
    order by c.series`;
}

/** How far a series is; `imported_to` of it was given elsewhere. */
export type SeriesCounter = { readonly last_number: bigint; readonly imported_to: bigint };

/** The counters of these series as they are now, not locked; a series that has given nothing has none. */
export async function readCounters(
  tx: TenantTx,
  series: readonly string[],
): Promise<Map<string, SeriesCounter>> {
  const rows = await tx.db.$queryRaw<(SeriesCounter & { readonly series: string })[]>`
    select series, last_number, imported_to from document_counter
    where tenant_id = ${tx.tenantId}::uuid and series = any(${[...series]}::text[])`;
  return new Map(rows.map((row) => [row.series, row]));
}

/**
 * Lets series go on after numbers that were given elsewhere: only such as have given none themselves. Locks their counters, which
 * every issue in them waits for, until the transaction ends.
 * @returns how many of them did; fewer than asked for when one has given numbers meanwhile
 */
export async function continueCounters(
  tx: TenantTx,
  list: readonly { readonly series: string; readonly importedTo: bigint; readonly issuedAt: Date }[],
): Promise<number> {
  if (list.length === 0) return 0;
  return tx.db.$executeRaw`
    insert into document_counter as c (tenant_id, series, last_number, last_issued_at, imported_to)
    select ${tx.tenantId}::uuid, s.series, s.imported_to, s.issued_at, s.imported_to
    from unnest(${list.map((s) => s.series)}::text[], ${list.map((s) => s.importedTo)}::bigint[], ${list.map((s) => s.issuedAt)}::timestamptz[])
      as s (series, imported_to, issued_at) order by s.series
    on conflict (tenant_id, series) do update set last_number = greatest(c.last_number, excluded.last_number),
      imported_to = greatest(c.imported_to, excluded.imported_to), last_issued_at = greatest(c.last_issued_at, excluded.last_issued_at)
      where c.last_number = c.imported_to`;
}
