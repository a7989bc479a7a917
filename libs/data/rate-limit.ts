import type { Db } from "./database.ts";

export type HitCount = {
  readonly hits: number;
  /** Until the window of this key ends and counting begins again. */
  readonly resetMs: number;
};

/** Adds hits to a key's window and returns its total, over all processes. System role; database time. */
export async function countHits(db: Db, key: string, hits: number, windowMs: number): Promise<HitCount> {
  const [row] = await db.$queryRaw<{ hits: number; reset_ms: number }[]>`
    insert into rate_limit as r (key, window_started_at, hits) values (${key}, now(), ${hits})
    on conflict (key) do update set
      hits = case when r.window_started_at <= now() - ${windowMs} * interval '1 millisecond' then excluded.hits else r.hits + excluded.hits end,
      window_started_at = case when r.window_started_at <= now() - ${windowMs} * interval '1 millisecond' then now() else r.window_started_at end
    returning hits, greatest(0, extract(epoch from r.window_started_at - now()) * 1000 + ${windowMs})::float8 as reset_ms`;
  return { hits: row?.hits ?? hits, resetMs: row?.reset_ms ?? windowMs };
}

/** Forgets a key's hits: a login that succeeded. */
export async function clearHits(db: Db, keys: readonly string[]): Promise<void> {
  await db.$executeRaw`delete from rate_limit where key = any(${[...keys]}::text[])`;
}
