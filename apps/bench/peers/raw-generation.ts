import { causes } from "#libs/jobs/catalog.ts";
import { newId } from "#libs/data/new-id.ts";
import type { Month, MonthlyTenant } from "../monthly-tenant.ts";
import type { Place } from "../open-place.ts";

/**
 * The same tables with the same indexes and checks, without foreign keys, triggers and row-level security, and the subscriptions as
 * they stand now: what billing them costs the database at least.
 */
export async function openRawTables({ owner }: Place, tenants: readonly MonthlyTenant[]): Promise<void> {
  await owner.query("drop schema if exists raw cascade; create schema raw");
  for (const table of ["subscription", "usage_event", ...writtenTables])
    await owner.query(`create table raw.${table} (like public.${table} including all)`);
  await owner.query("insert into raw.subscription select * from subscription where tenant_id = any($1)", [
    tenants.map(({ tenantId }) => tenantId),
  ]);
  await owner.query("analyze raw.subscription");
}

const writtenTables = [
  ...["billing_period", "invoice", "invoice_line", "invoice_document", "document_counter"],
  ...["ledger_transaction", "ledger_posting", "domain_event", "job"],
] as const;

/** Bills a chunk of subscriptions in one statement: usage, price, lines, claims, ledger, event, jobs and numbers. */
export async function generateRaw(
  { owner }: Place,
  { tenantId }: MonthlyTenant,
  given: { readonly month: Month; readonly subscriptionIds: readonly string[] },
): Promise<number> {
  const { month, subscriptionIds } = given;
  const result = await owner.query({
    name: "generate-raw",
    text: statement,
    values: [
      tenantId,
      subscriptionIds,
      month.start.toString(),
      month.end.toString(),
      jobsOfInvoice(tenantId),
    ],
  });
  return result.rowCount ?? 0;
}

const INVOICE = newId();

/** The jobs that an issued invoice causes, for whichever invoice. */
function jobsOfInvoice(tenantId: string): string {
  const event = { type: "invoice.finalized", subjectType: "invoice", subjectId: INVOICE } as const;
  const seeds = causes({ ...event, id: newId(), tenantId, data: { customer_id: newId() }, runId: null });
  return JSON.stringify(seeds).replaceAll(INVOICE, "INVOICE");
}

const statement = `
with due as materialized (
  select s.*, gen_random_uuid() as invoice_id, gen_random_uuid() as transaction_id, gen_random_uuid() as event_id
  from raw.subscription s where s.tenant_id = $1 and s.id = any($2::uuid[]) and s.next_due_at <= $4::timestamptz for update
), used as (
  select u.customer_id, u.meter_id, sum(u.sum) as quantity, sum(u.n) as n from usage_hour u join due d on d.customer_id = u.customer_id
  where u.tenant_id = $1 and u.hour >= $3::timestamptz and u.hour < $4::timestamptz group by 1, 2
), priced as (
  select d.id as subscription_id, d.invoice_id, d.next_index, i.id as item_id, p.id as price_id, p.code, p.kind, p.position, p.definition,
    coalesce(u.quantity, 1) as quantity, coalesce(u.n, 0) as n, gen_random_uuid() as line_id, gen_random_uuid() as period_id
  from due d join subscription_item i on i.tenant_id = $1 and i.subscription_id = d.id
  join price p on p.tenant_id = $1 and p.id = i.price_id
  left join used u on u.customer_id = d.customer_id and u.meter_id = p.meter_id
), rated as materialized (
  select p.*, case p.definition->'chargeModel'->>'model'
    when 'flat' then (p.definition->'chargeModel'->>'amount')::numeric
    when 'per_unit' then p.quantity * (p.definition->'chargeModel'->>'unitAmount')::numeric
    else (
      select sum(case when p.definition->'chargeModel'->>'model' = 'graduated'
        then case when p.quantity > t.floor then (least(p.quantity, t.top) - t.floor) * t.unit + t.flat else 0 end
        else case when p.quantity > t.floor and p.quantity <= t.top then p.quantity * t.unit + t.flat else 0 end end)
      from (
        select coalesce(lag((e->>'upTo')::numeric) over (order by ord), 0) as floor, coalesce((e->>'upTo')::numeric, 'infinity') as top,
          (e->>'unitAmount')::numeric as unit, coalesce((e->>'flatAmount')::numeric, 0) as flat
        from jsonb_array_elements(p.definition->'chargeModel'->'tiers') with ordinality as x (e, ord)
      ) t
    ) end as exact
  from priced p
), totals as materialized (
  select r.subscription_id, sum(round(r.exact * 100))::bigint as total,
    jsonb_agg(jsonb_build_object('id', r.line_id, 'kind', r.kind, 'description', r.code, 'group', '', 'quantity', r.quantity, 'unit', null,
      'unitAmount', null, 'amount', round(r.exact, 2)::text, 'exactAmount', r.exact::text, 'discount', '0.00', 'tax', '0.00', 'periodStart', $3::text,
      'periodEnd', $4::text, 'tiers', coalesce(r.definition->'chargeModel'->'tiers', '[]'), 'steps', '[]'::jsonb, 'proration', null, 'inputHash',
      encode(sha256(convert_to(r.definition::text || r.quantity, 'UTF8')), 'hex')) order by r.position) as lines
  from rated r group by 1
), numbered as materialized (
  select d.*, t.total, t.lines, row_number() over (order by d.customer_id) as ord from due d join totals t on t.subscription_id = d.id
), counter as (
  insert into raw.document_counter as c (tenant_id, series, last_number, last_issued_at)
  select $1, 'invoice', count(*), $4::timestamptz from numbered
  on conflict (tenant_id, series) do update set last_number = c.last_number + excluded.last_number, last_issued_at = excluded.last_issued_at
  returning last_number
), issued as (
  insert into raw.invoice (tenant_id, id, customer_id, subscription_id, invoice_type, invoice_status, currency, kind, schedule_no, boundary_index,
    billing_sequence, billing_reason, period_start, period_end, subtotal_minor, discount_total_minor, tax_total_minor, credit_total_minor,
    total_minor, amount_due_minor, number, series, issued_at, finalized_at, due_at, settings_version, tax_status)
  select $1, n.invoice_id, n.customer_id, n.id, 'subscription', 'finalized', n.currency, 'cycle', n.schedule_no, n.next_index, n.billing_sequence + 1,
    'subscription_cycle', $3::timestamptz, $4::timestamptz, n.total, 0, 0, 0, n.total, n.total,
    'INV-' || lpad((c.last_number - (select count(*) from numbered) + n.ord)::text, 9, '0'), 'invoice', $4::timestamptz, now(),
    $4::timestamptz + interval '30 days', 0, 'taxable'
  from numbered n cross join counter c returning id, number, total_minor
), documents as (
  insert into raw.invoice_document (tenant_id, invoice_id, document, sha256)
  select $1, d.id, d.document, encode(sha256(convert_to(d.document::text, 'UTF8')), 'hex')
  from (select i.id, jsonb_build_object('schema', 1, 'invoiceId', i.id, 'invoiceType', 'subscription', 'corrects', null, 'description', null,
      'number', i.number, 'issuedAt', $4::text, 'dueAt', $4::text, 'currency', n.currency, 'timezone', n.timezone, 'locale', 'en-US', 'periodStart', $3::text,
      'periodEnd', $4::text, 'seller', jsonb_build_object('name', 'Bench', 'address', '[]'::jsonb, 'taxId', null, 'logo', null, 'color', null, 'footer', null, 'email', null),
      'customer', jsonb_build_object('id', c.id, 'externalId', c.external_id, 'name', c.name, 'email', c.email, 'address', '[]'::jsonb, 'taxIds', c.tax_ids,
        'taxStatus', c.tax_status),
      'lines', n.lines, 'taxes', '[]'::jsonb, 'discounts', '[]'::jsonb, 'subtotal', round(n.total / 100.0, 2)::text, 'discountTotal', '0.00', 'taxTotal', '0.00',
      'total', round(n.total / 100.0, 2)::text, 'creditTotal', '0.00', 'amountDue', round(n.total / 100.0, 2)::text, 'notices', '[]'::jsonb, 'pageSize', 'A4',
      'settingsVersion', 0, 'templateVersion', 'invoice-2', 'tzdataVersion', '2025b') as document
    from issued i join numbered n on n.invoice_id = i.id join customer c on c.tenant_id = $1 and c.id = n.customer_id) d
), claims as (
  insert into raw.billing_period (tenant_id, id, subscription_item_id, schedule_no, index, start_at, end_at, prev_end_at, state, invoice_id, event_count)
  select $1, r.period_id, r.item_id, 0, r.next_index - 1, $3::timestamptz, $4::timestamptz, $3::timestamptz, 'billed', r.invoice_id, r.n from rated r
), lines as (
  insert into raw.invoice_line (tenant_id, id, invoice_id, position, source_key, kind, subscription_item_id, price_id, billing_period_id, description,
    quantity, exact_amount, amount_minor, period_start, period_end, ratio_numerator, ratio_denominator, rounding_mode, tiers, steps, inputs, input_hash, event_count)
  select $1, r.line_id, r.invoice_id, r.position, r.item_id || '/0/' || r.next_index, r.kind, r.item_id, r.price_id, r.period_id, r.code, r.quantity, r.exact,
    round(r.exact * 100), $3::timestamptz, $4::timestamptz, 1, 1, 'half_up', coalesce(r.definition->'chargeModel'->'tiers', '[]'),
    jsonb_build_array(jsonb_build_object('name', 'charge_model', 'before', r.quantity, 'after', r.exact)),
    jsonb_build_object('price', r.definition, 'quantity', r.quantity, 'eventCount', r.n, 'period', jsonb_build_object('start', $3::text, 'end', $4::text)),
    encode(sha256(convert_to(r.definition::text || r.quantity, 'UTF8')), 'hex'), r.n
  from rated r
), transactions as (
  insert into raw.ledger_transaction (tenant_id, id, kind, ref, customer_id, invoice_id, occurred_at)
  select $1, n.transaction_id, 'invoice.finalized', n.invoice_id, n.customer_id, n.invoice_id, $4::timestamptz from numbered n
), postings as (
  insert into raw.ledger_posting (tenant_id, id, ledger_transaction_id, position, debit_account, credit_account, amount_minor, currency)
  select $1, gen_random_uuid(), n.transaction_id, 0, 'receivable', 'revenue', n.total, n.currency from numbered n
), events as (
  insert into raw.domain_event (tenant_id, id, type, subject_type, subject_id, data, occurred_at)
  select $1, n.event_id, 'invoice.finalized', 'invoice', n.invoice_id, jsonb_build_object('customer_id', n.customer_id), $4::timestamptz from numbered n
), jobs as (
  insert into raw.job (tenant_id, id, name, queue, key, payload, attempt_budget, cause_id)
  select $1, gen_random_uuid(), j->>'name', j->>'queue', replace(j->>'key', 'INVOICE', n.invoice_id::text),
    replace((j->'payload')::text, 'INVOICE', n.invoice_id::text)::jsonb, (j->>'attemptBudget')::int, n.event_id
  from numbered n cross join jsonb_array_elements($5::jsonb) j
), moved as (
  update raw.subscription s set next_index = s.next_index + 1, next_due_at = s.next_due_at + interval '1 month', billing_sequence = s.billing_sequence + 1,
    version = s.version + 1, updated_at = now()
  from due d where s.tenant_id = $1 and s.id = d.id
)
select id, number, total_minor from issued`;
