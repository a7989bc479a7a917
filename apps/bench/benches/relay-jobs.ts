import { createTenant } from "#libs/billing/catalog/create-tenant.ts";
import { relayDueWork } from "#libs/billing/work/dispatch-work.ts";
import { withTenant } from "#libs/data/database.ts";
import { insertJobs } from "#libs/data/jobs.ts";
import { newId } from "#libs/data/new-id.ts";
import { noFailpoint } from "#libs/platform/failpoint.ts";
import { createLogger } from "#libs/platform/logger.ts";
import type { Bench, BenchCase } from "../bench.ts";
import { eachChunk } from "../monthly-tenant.ts";
import { inPlace, type Place } from "../open-place.ts";
import { timeWork } from "../time-work.ts";

const WRITERS = 16;
const PER_COMMIT = 100;
const BATCH = 500;

/** The backlog of the outbox, as the relay takes it, without a queue behind it. */
export const relayJobs: Bench = {
  name: "relay-jobs",
  about: `due jobs that ${WRITERS} writers committed are marked and handed over, ${BATCH} at a time; peer: SKIP LOCKED delete`,
  open: (terms) =>
    inPlace(
      terms,
      async (place) => ({
        cases: [await caseOf(place, { tiny: 1_000, small: 20_000, full: 100_000 }[terms.size])],
      }),
      WRITERS,
    ),
};

async function caseOf(place: Place, count: number): Promise<BenchCase> {
  const { database, owner } = place;
  const { tenantId } = await createTenant(database, { name: "Bench", mode: "test", actor: "bench" });
  const logger = createLogger({ level: "warn", format: "json", process: "bench" });
  await owner.query("update job set run_at = 'infinity' where state = 'pending'"); // of other benches
  await owner.query(`
    drop table if exists bench_outbox;
    create table bench_outbox (id uuid primary key, tenant_id uuid, name text, payload jsonb, created_at timestamptz default now())`);
  const write = (insert: (ids: readonly string[]) => Promise<unknown>) =>
    eachChunk(
      Array.from({ length: count }, () => newId()),
      { chunk: PER_COMMIT, workers: WRITERS },
      insert,
    );
  const drained = (taken: number) => {
    if (taken !== count) throw new Error(`${taken} of ${count} rows were handed over`);
  };
  const ours = async () => {
    await write((ids) =>
      withTenant(database, { tenantId, actor: "bench" }, (tx) => insertJobs(tx, ids.map(seedOf))),
    );
    await owner.query("checkpoint");
    let taken = 0;
    const add = async (rows: readonly unknown[]) => {
      taken += rows.length;
    };
    const carrier = { add, holds: async () => true };
    const relay = { database, logger, failpoint: noFailpoint };
    const sample = await timeWork(count, async () => {
      while ((await relayDueWork(relay, carrier, BATCH)) > 0);
    });
    drained(taken);
    return sample;
  };
  const peer = async () => {
    await write((ids) =>
      owner.query(
        `insert into bench_outbox (id, tenant_id, name, payload) select id, $1, 'invoice.render_pdf', jsonb_build_object('invoiceId', id)
         from unnest($2::uuid[]) as id`,
        [tenantId, ids],
      ),
    );
    await owner.query("checkpoint");
    let taken = 0;
    const sample = await timeWork(count, async () => {
      for (let rows = -1; rows !== 0; taken += rows) rows = await takeFromOutbox(place);
    });
    drained(taken);
    return sample;
  };
  return {
    ...{ name: `${count} rows`, unit: "rows/s", better: "higher", target: 5_000 },
    ours: { name: "relayDueWork", sample: ours },
    peer: { name: "delete ... skip locked returning", sample: peer },
    verify: async () => {
      await ours();
      await peer();
    },
  };
}

async function takeFromOutbox({ owner }: Place): Promise<number> {
  const { rowCount } = await owner.query({
    name: "drain",
    text: `delete from bench_outbox where id in (select id from bench_outbox order by id limit ${BATCH} for update skip locked) returning *`,
  });
  return rowCount ?? 0;
}

function seedOf(invoiceId: string) {
  const key = `invoice.render_pdf/${invoiceId}`;
  return { name: "invoice.render_pdf", queue: "pdf-render", key, payload: { invoiceId }, attemptBudget: 20 };
}
