import type { Bench, BenchCase, Sample } from "../bench.ts";
import { billAll, CHUNK, eachChunk, type MonthlyTenant, openMonthlyTenant } from "../monthly-tenant.ts";
import { inPlace, type Place, POOL_SIZE } from "../open-place.ts";
import { generateRaw, openRawTables } from "../peers/raw-generation.ts";
import { generateRow } from "../peers/row-generation.ts";
import { timeWork } from "../time-work.ts";

/** A month of subscriptions: claimed, priced, written, posted, numbered, frozen, and with the jobs that follow. */
export const generateInvoicesBench: Bench = {
  name: "generate-invoices",
  about: `subscriptions to a fee and three usage prices, a month each time, ${POOL_SIZE} connections, ours in chunks of ${CHUNK}`,
  open: ({ size, ...terms }) =>
    inPlace({ size, ...terms }, (place) => {
      const count = { tiny: 20, small: 1_000, full: 10_000 }[size];
      return { cases: [besideRaw(place, count), besideRows(place, count / 4)] };
    }),
};

/** A tenant, how its month is billed, and in which schema the rows are written. */
type Biller = {
  readonly tenant: MonthlyTenant;
  readonly bill: (month: number) => Promise<Sample>;
  readonly schema: "public" | "raw";
};

type Months = { ours: number; peer: number };

async function openOurs(place: Place, count: number): Promise<Biller> {
  const tenant = await openMonthlyTenant(place, count);
  const bill = async (month: number) => {
    await tenant.reach(month);
    return timeWork(count, () => billAll(tenant));
  };
  return { tenant, bill, schema: "public" };
}

async function openRaw(place: Place, count: number): Promise<Biller> {
  const tenant = await openMonthlyTenant(place, count);
  await openRawTables(place, [tenant]);
  const bill = async (number: number) => {
    const month = await tenant.reach(number);
    const chunks = { chunk: CHUNK, workers: POOL_SIZE };
    return timeWork(count, () =>
      eachChunk(tenant.subscriptionIds, chunks, (subscriptionIds) =>
        generateRaw(place, tenant, { month, subscriptionIds }),
      ),
    );
  };
  return { tenant, bill, schema: "raw" };
}

async function openRows(place: Place, count: number): Promise<Biller> {
  const tenant = await openMonthlyTenant(place, count);
  const { tenantId } = tenant;
  const { prisma, causes } = place.ownerDatabase;
  const bill = async (number: number) => {
    const month = await tenant.reach(number);
    return timeWork(count, () =>
      eachChunk(tenant.subscriptionIds, { chunk: 1, workers: POOL_SIZE }, async ([id = ""]) =>
        prisma.$transaction((db) => generateRow({ db, tenantId, causes, now: month.end }, month, id)),
      ),
    );
  };
  return { tenant, bill, schema: "public" };
}

function besideRaw(place: Place, count: number): BenchCase {
  return caseOf(place, count, { peer: "one raw statement a chunk", open: openRaw, ratioTarget: 0.3 });
}

function besideRows(place: Place, count: number): BenchCase {
  return caseOf(place, count, {
    peer: "a Prisma transaction an invoice",
    open: openRows,
    ratioTarget: 15,
  });
}

function caseOf(
  place: Place,
  count: number,
  given: { readonly peer: string; readonly open: typeof openOurs; readonly ratioTarget: number },
): BenchCase {
  const billers: { ours?: Biller; peer?: Biller } = {};
  const months: Months = { ours: 0, peer: 0 };
  const sample = (side: keyof Months) => async () => {
    const biller = billers[side];
    if (biller === undefined) throw new Error("nothing is there yet: verify comes first");
    return biller.bill(months[side]++);
  };
  return {
    ...{ name: `${count} invoices beside ${given.peer}`, unit: "invoices/s", better: "higher" },
    ratioTarget: given.ratioTarget,
    ours: { name: "generateInvoices", sample: sample("ours") },
    peer: { name: given.peer, sample: sample("peer") },
    verify: async () => {
      billers.ours = await openOurs(place, count);
      billers.peer = await given.open(place, count);
      for (const side of ["ours", "peer"] as const) await sample(side)();
      const [ours, peer] = [await written(place, billers.ours), await written(place, billers.peer)];
      if (ours !== peer || !ours.includes(`${count} invoices`))
        throw new Error(`ours: ${ours}; peer: ${peer}`);
    },
  };
}

/** What stands in the tables, in words: every row counts, and every amount. */
async function written({ owner }: Place, { tenant, schema }: Biller): Promise<string> {
  const { rows } = await owner.query<{ words: string }>(
    `select concat_ws(', ',
       (select count(*) || ' invoices of ' || sum(total_minor) || ', numbers ' || count(distinct number) || ', due ' || sum(amount_due_minor)
        from ${schema}.invoice where tenant_id = $1 and invoice_status = 'finalized'),
       (select last_number || ' the last' from ${schema}.document_counter where tenant_id = $1),
       (select count(*) || ' lines of ' || trim_scale(sum(exact_amount)) || ', ' || sum(event_count) || ' events' from ${schema}.invoice_line where tenant_id = $1),
       (select count(*) || ' periods billed' from ${schema}.billing_period where tenant_id = $1 and state = 'billed'),
       (select count(*) || ' documents' from ${schema}.invoice_document where tenant_id = $1 and length(sha256) = 64),
       (select count(*) || ' postings of ' || sum(amount_minor) from ${schema}.ledger_posting p
        join ${schema}.ledger_transaction t on t.tenant_id = $1 and t.id = p.ledger_transaction_id where p.tenant_id = $1),
       (select count(*) || ' events' from ${schema}.domain_event where tenant_id = $1 and type = 'invoice.finalized'),
       (select count(*) || ' jobs' from ${schema}.job where tenant_id = $1 and name like 'invoice.%'),
       (select count(*) || ' due again' from ${schema}.subscription where tenant_id = $1 and next_index = 2)) as words`,
    [tenant.tenantId],
  );
  return rows[0]?.words ?? "";
}
