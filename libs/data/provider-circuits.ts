import type { Db } from "./database.ts";

/** A provider and the account there; "" is the installation's own. */
export type CircuitKey = { readonly provider: string; readonly account: string };

export type CircuitState = {
  /** In a row, over all processes. */
  readonly outages: number;
  /** Null: calls may go. */
  readonly opened_at: Date | null;
  /** Until the next probe may go; 0 when it may go now. */
  readonly retry_ms: number;
  readonly last_error: string | null;
};

const closed: CircuitState = { outages: 0, opened_at: null, retry_ms: 0, last_error: null };

/** How a circuit stands. System role. */
export async function readCircuit(db: Db, key: CircuitKey): Promise<CircuitState> {
  const rows = await db.$queryRaw<CircuitState[]>`
    select outages, opened_at, last_error, greatest(0, coalesce(extract(epoch from retry_at - clock_timestamp()) * 1000, 0))::float8 as retry_ms
    from provider_circuit where provider = ${key.provider} and account = ${key.account}`;
  return rows[0] ?? closed;
}

/** Takes the one probe of an open circuit whose time has come; others wait `probeMs` for its outcome. System role. */
export async function takeProbe(db: Db, key: CircuitKey, probeMs: number): Promise<boolean> {
  const changed = await db.$executeRaw`
    update provider_circuit set retry_at = clock_timestamp() + ${probeMs} * interval '1 millisecond', updated_at = now()
    where provider = ${key.provider} and account = ${key.account} and opened_at is not null and retry_at <= clock_timestamp()`;
  return changed === 1;
}

/**
 * Counts a call that brought no answer. From the `limit`th in a row the circuit is open for `pauseMs`, twice as long after
 * each probe that fails, up to 32 times. System role.
 */
export async function countOutage(
  db: Db,
  key: CircuitKey,
  outage: { readonly error: string; readonly limit: number; readonly pauseMs: number },
): Promise<void> {
  const error = outage.error.slice(0, 500);
  await db.$executeRaw`
    insert into provider_circuit as c (provider, account, outages, last_error, opened_at, retry_at)
    values (${key.provider}, ${key.account}, 1, ${error}, case when ${outage.limit}::int <= 1 then now() end,
            case when ${outage.limit}::int <= 1 then clock_timestamp() + ${outage.pauseMs} * interval '1 millisecond' end)
    on conflict (provider, account) do update set outages = c.outages + 1, last_error = excluded.last_error, updated_at = now(),
      opened_at = case when c.outages + 1 >= ${outage.limit}::int then coalesce(c.opened_at, now()) end,
      retry_at = case when c.outages + 1 >= ${outage.limit}::int
        then clock_timestamp() + ${outage.pauseMs} * power(2, least(5, c.outages + 1 - ${outage.limit}::int)) * interval '1 millisecond' end`;
}

/** The provider answers: calls may go. System role. */
export async function closeCircuit(db: Db, key: CircuitKey): Promise<void> {
  await db.$executeRaw`
    update provider_circuit set outages = 0, opened_at = null, retry_at = null, updated_at = now()
    where provider = ${key.provider} and account = ${key.account} and outages > 0`;
}
