import { findInvoice, listInvoiceLines, listInvoices } from "#libs/data/invoice-reads.ts";
import { type TenantTx, toInstant, withTenant } from "#libs/data/database.ts";
import { inSql } from "#libs/data/sql-transaction.ts";
import type { Bench, BenchCase, Sample } from "../bench.ts";
import { billAll, type MonthlyTenant, openMonthlyTenant } from "../monthly-tenant.ts";
import { inPlace, type Place } from "../open-place.ts";

const PAGE = 20;
const TIMEOUT_MS = 30_000;

/** What it costs that every statement is under row-level security. */
export const rowSecurity: Bench = {
  name: "row-security",
  about: `a page of ${PAGE} invoices, then one with its lines, as the application's role; peer: the same functions as a role that no policy binds`,
  open: (terms) =>
    inPlace(terms, async (place) => {
      const { invoices, rounds } = {
        tiny: { invoices: 20, rounds: 10 },
        small: { invoices: 2_000, rounds: 100 },
        full: { invoices: 10_000, rounds: 500 },
      }[terms.size];
      // Another tenant has as many.
      const [tenant] = [await openBilled(place, invoices), await openBilled(place, invoices)];
      await place.owner.query(
        `create or replace function bench_enter(entered uuid, timeout_ms int) returns timestamptz language plpgsql as $$
         begin
           perform enter_role(session_user::text, entered::text, timeout_ms);
           return (select coalesce(clock_now, transaction_timestamp()) from tenant where id = entered);
         end $$`,
      );
      return { cases: [listAndGet(place, tenant, rounds)] };
    }),
};

async function openBilled(place: Place, count: number): Promise<MonthlyTenant> {
  const tenant = await openMonthlyTenant(place, count);
  await tenant.reach(0);
  await billAll(tenant);
  await place.owner.query("analyze");
  return tenant;
}

type Opener = <T>(fn: (tx: TenantTx) => Promise<T>) => Promise<T>;

function listAndGet(place: Place, tenant: MonthlyTenant, rounds: number): BenchCase {
  const scope = { tenantId: tenant.tenantId, actor: "bench", timeoutMs: TIMEOUT_MS };
  const secured: Opener = (fn) => withTenant(place.database, scope, fn);
  const open: Opener = (fn) => withoutPolicies(place, tenant.tenantId, fn);
  return {
    ...{ name: `list ${PAGE}, get one with its lines`, unit: "pairs/s", better: "higher", ratioTarget: 0.7 },
    ours: { name: "under policies", sample: () => readRounds(secured, rounds) },
    peer: { name: "past them", sample: () => readRounds(open, rounds) },
    verify: async () => {
      const said = [await readOnce(secured), await readOnce(open)];
      const bound = [await secured(isBound), await open(isBound)];
      if (said[0] !== said[1] || bound.join() !== "true,false")
        throw new Error(`ours: ${said[0]}, bound ${bound[0]}; peer: ${said[1]}, bound ${bound[1]}`);
    },
  };
}

/** As `withTenant`, statement for statement, but for the role. */
function withoutPolicies<T>(place: Place, tenantId: string, fn: (tx: TenantTx) => Promise<T>): Promise<T> {
  const { pool, causes } = place.ownerDatabase;
  const enter = `select bench_enter('${tenantId}', ${TIMEOUT_MS}) as now`;
  const terms = { enter, timeoutMs: TIMEOUT_MS, isPrepared: false };
  return inSql<{ now: Date }, T>(pool, terms, (db, entered) => {
    const now = toInstant(entered.now ?? new Date(0));
    return fn({
      ...{ db, tenantId, now, causes, runId: null, actor: "bench" },
      ...{ reason: undefined, requestId: undefined, address: undefined, noteJobs: () => undefined },
    });
  });
}

async function isBound({ db }: TenantTx): Promise<boolean | undefined> {
  const [row] = await db.$queryRaw<{ bound: boolean }[]>`select row_security_active('invoice') as bound`;
  return row?.bound;
}

async function readRounds(open: Opener, rounds: number): Promise<Sample> {
  const start = performance.now();
  for (let n = 0; n < rounds; n += 1) await readOnce(open, n);
  return { value: (rounds * 1_000) / (performance.now() - start) };
}

/** As two requests do: each a transaction of its own. */
async function readOnce(open: Opener, n = 0): Promise<string> {
  const page = await open((tx) => listInvoices(tx, { limit: PAGE, cursor: null }));
  const id = page.rows[n % page.rows.length]?.id ?? "";
  const [found, lines] = await open(
    async (tx) => [await findInvoice(tx, id), await listInvoiceLines(tx, id)] as const,
  );
  return `${page.rows.length} of ${page.rows[0]?.id}, ${found?.total_minor} in ${lines.length} lines`;
}
