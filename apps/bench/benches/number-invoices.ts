import { createCustomer } from "#libs/billing/catalog/create-customer.ts";
import { createTenant } from "#libs/billing/catalog/create-tenant.ts";
import { arrayLiteral } from "#libs/data/array-literal.ts";
import { toDate, type TenantTx, withTenant } from "#libs/data/database.ts";
import { issueInvoices } from "#libs/data/invoice-finalization.ts";
import { newId } from "#libs/data/new-id.ts";
import type { Bench, BenchCase, Sample } from "../bench.ts";
import { inPlace, type Place } from "../open-place.ts";
import { timeWork } from "../time-work.ts";

const WRITERS = 10;

/** Issuing drafts: what it costs that no number is ever left out. */
export const numberInvoices: Bench = {
  name: "number-invoices",
  about: `drafts are issued by ${WRITERS} writers, with gapless numbers; peer: the same with a sequence, which leaves gaps`,
  open: ({ size, ...terms }) =>
    inPlace(
      { size, ...terms },
      async (place) => {
        const count = { tiny: 100, small: 10_000, full: 50_000 }[size];
        const [tenants, block] = size === "tiny" ? [5, 20] : [100, 500];
        await place.owner.query(
          "create sequence if not exists bench_number; grant usage on bench_number to billwright_app",
        );
        return {
          cases: [
            await caseOf(place, `1 tenant, ${block} at a time`, { count, tenants: 1, block }),
            await caseOf(place, `${tenants} tenants`, { count, tenants, block: count / tenants }),
            await caseOf(place, "1 tenant, one at a time", { count: count / 50, tenants: 1, block: 1 }),
          ],
        };
      },
      WRITERS,
    ),
};

type Work = { readonly count: number; readonly tenants: number; readonly block: number };
type Owner = { readonly tenantId: string; readonly customerId: string };
type Issue = (tx: TenantTx, ids: readonly string[]) => Promise<unknown>;

async function caseOf(place: Place, name: string, work: Work): Promise<BenchCase> {
  const [ours, peer] = [await makeOwners(place, work.tenants), await makeOwners(place, work.tenants)];
  const isBlock = work.block > 1;
  return {
    ...{ name: `${work.count} numbers, ${name}`, unit: "numbers/s", better: "higher" },
    ...(isBlock ? { ratioTarget: 1 } : {}),
    ours: { name: "issueInvoices", sample: () => issueAll(place, work, ours, issueGapless) },
    peer: { name: "nextval", sample: () => issueAll(place, work, peer, issueWithGaps) },
    verify: async () => {
      await issueAll(place, work, ours, issueGapless);
      await issueAll(place, work, peer, issueWithGaps);
      const words = [await issuedBy(place, ours), await issuedBy(place, peer)];
      if (words[0] !== words[1]) throw new Error(`ours: ${words[0]}; peer: ${words[1]}`);
      await assertGapless(place, ours, work.count);
    },
  };
}

async function makeOwners({ database }: Place, count: number): Promise<Owner[]> {
  const owners: Owner[] = [];
  for (let n = 0; n < count; n++) {
    const { tenantId } = await createTenant(database, { name: "Bench", mode: "test", actor: "bench" });
    const customer = await withTenant(database, { tenantId, actor: "bench" }, (tx) =>
      createCustomer(tx, { name: "Customer" }),
    );
    owners.push({ tenantId, customerId: customer.id });
  }
  return owners;
}

async function issueAll(place: Place, work: Work, owners: readonly Owner[], issue: Issue): Promise<Sample> {
  const blocks: { tenantId: string; ids: string[] }[] = [];
  const each = work.count / owners.length;
  for (const owner of owners) {
    const ids = Array.from({ length: each }, () => newId());
    await makeDrafts(place, owner, ids);
    for (let from = 0; from < each; from += work.block)
      blocks.push({ tenantId: owner.tenantId, ids: ids.slice(from, from + work.block) });
  }
  await place.owner.query("checkpoint");
  const next = blocks.values();
  const writer = async () => {
    for (const { tenantId, ids } of next)
      await withTenant(place.database, { tenantId, actor: "bench" }, (tx) => issue(tx, ids));
  };
  return timeWork(work.count, () => Promise.all(Array.from({ length: WRITERS }, writer)));
}

async function makeDrafts(place: Place, { tenantId, customerId }: Owner, ids: readonly string[]) {
  await place.owner.query(
    `insert into invoice (tenant_id, id, customer_id, invoice_type, currency, billing_reason, subtotal_minor, discount_total_minor,
       tax_total_minor, credit_total_minor, total_minor, amount_due_minor, settings_version)
     select $1, id, $2, 'one_off', 'USD', 'manual', 100, 0, 0, 0, 100, 100, 0 from unnest($3::uuid[]) as id`,
    [tenantId, customerId, ids],
  );
}

const finalizations = (ids: readonly string[]) =>
  ids.map((invoiceId) => ({
    ...{ invoiceId, series: "invoice", prefix: "INV-", pad: 5, suffix: "", termsDays: 30 },
    document: { schema: 1 },
  }));

const issueGapless: Issue = (tx, ids) => issueInvoices(tx, finalizations(ids));

/** The same rows, of the same terms and documents, in one statement; the number is the next of a sequence, for which nobody waits. */
const issueWithGaps: Issue = (tx, invoiceIds) => {
  const list = finalizations(invoiceIds);
  const ids = arrayLiteral(invoiceIds);
  return tx.db.$queryRaw`
    with wanted as (
      select * from unnest(${ids}::uuid[], ${arrayLiteral(list.map((f) => f.series))}::text[],
        ${arrayLiteral(list.map((f) => f.prefix))}::text[], ${arrayLiteral(list.map((f) => f.pad))}::int[], ${arrayLiteral(list.map((f) => f.suffix))}::text[],
        ${arrayLiteral(list.map((f) => f.termsDays))}::int[], ${arrayLiteral(list.map((f) => JSON.stringify(f.document)))}::text[])
        as w (id, series, prefix, pad, suffix, terms_days, document)
    ), issued as (
      update invoice i set invoice_status = 'finalized', series = w.series, issued_at = ${toDate(tx.now)}, finalized_at = now(),
        due_at = coalesce(i.due_at, ${toDate(tx.now)}::timestamptz + w.terms_days * interval '1 day'),
        number = w.prefix || lpad(nextval('bench_number')::text, greatest(w.pad, 9), '0') || w.suffix
      from wanted w
      where i.tenant_id = ${tx.tenantId}::uuid and i.id = any(${ids}::uuid[]) and i.id = w.id
      returning i.id, i.number, i.issued_at, i.due_at, w.document
    ), documents as (
      select id, number, issued_at, due_at, document::jsonb || jsonb_build_object('number', number,
        'issuedAt', to_char(issued_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'dueAt', to_char(due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as document
      from issued
    ), frozen as (
      insert into invoice_document (tenant_id, invoice_id, document, sha256)
      select ${tx.tenantId}::uuid, id, document, encode(sha256(convert_to(document::text, 'UTF8')), 'hex') from documents
    )
    select id, number, issued_at, due_at from documents order by number`;
};

async function issuedBy({ owner }: Place, owners: readonly Owner[]): Promise<string> {
  const { rows } = await owner.query<{ words: string }>(
    `select count(*) || ' issued, ' || count(distinct (i.tenant_id, i.number)) || ' numbers, ' || count(d.*) || ' documents' as words
     from invoice i left join invoice_document d on d.tenant_id = i.tenant_id and d.invoice_id = i.id
     where i.tenant_id = any($1) and i.invoice_status = 'finalized'`,
    [owners.map(({ tenantId }) => tenantId)],
  );
  return rows[0]?.words ?? "";
}

async function assertGapless({ owner }: Place, owners: readonly Owner[], count: number): Promise<void> {
  const { rows } = await owner.query<{ last: string }>(
    "select sum(last_number) as last from document_counter where tenant_id = any($1)",
    [owners.map(({ tenantId }) => tenantId)],
  );
  if (rows[0]?.last !== String(count)) throw new Error(`${rows[0]?.last} numbers were taken for ${count}`);
}
