import type { TenantTx } from "./database.ts";

/** Half-open [from, to), cut into days or months of the zone. */
export type ReportRange = {
  readonly from: Date;
  readonly to: Date;
  readonly timezone: string;
  readonly unit: "day" | "month";
};

/** A day or a month of a currency in the ledger; amounts below zero took something back. */
export type RevenueRow = {
  /** `2026-03` or `2026-03-09`. */
  readonly period: string;
  readonly currency: string;
  readonly invoiced_minor: bigint;
  readonly voided_minor: bigint;
  readonly credit_notes_minor: bigint;
  /** Credit granted, expired, and whatever else moved revenue. */
  readonly other_minor: bigint;
  readonly revenue_minor: bigint;
  readonly tax_minor: bigint;
};

/** Revenue and tax, without tax in revenue, as posted. */
export async function readRevenue(tx: TenantTx, range: ReportRange): Promise<RevenueRow[]> {
  return tx.db.$queryRaw<RevenueRow[]>`
    with moved as (
      select to_char(date_trunc(${range.unit}, t.occurred_at at time zone ${range.timezone}), ${patternOf(range.unit)}) as period, p.currency, t.kind,
        case when p.credit_account = 'revenue' then p.amount_minor when p.debit_account = 'revenue' then -p.amount_minor else 0 end as revenue,
        case when p.credit_account = 'tax_payable' then p.amount_minor when p.debit_account = 'tax_payable' then -p.amount_minor else 0 end as tax
      from ledger_transaction t join ledger_posting p on p.tenant_id = t.tenant_id and p.ledger_transaction_id = t.id
      where t.tenant_id = ${tx.tenantId}::uuid and t.occurred_at >= ${range.from} and t.occurred_at < ${range.to})
    select period, currency,
      coalesce(sum(revenue) filter (where kind = 'invoice.finalized'), 0)::bigint as invoiced_minor,
      coalesce(sum(revenue) filter (where kind = 'invoice.voided'), 0)::bigint as voided_minor,
      coalesce(sum(revenue) filter (where kind in ('credit_note.issued', 'credit_note.voided')), 0)::bigint as credit_notes_minor,
      coalesce(sum(revenue) filter (where kind not in ('invoice.finalized', 'invoice.voided', 'credit_note.issued', 'credit_note.voided')), 0)::bigint as other_minor,
      sum(revenue)::bigint as revenue_minor, sum(tax)::bigint as tax_minor
    from moved group by period, currency having bool_or(revenue <> 0 or tax <> 0) order by period, currency`;
}

export type CollectionRow = {
  readonly period: string;
  readonly currency: string;
  /** What customers came to owe by invoices, less voids. */
  readonly invoiced_minor: bigint;
  readonly collected_minor: bigint;
  readonly paid_back_minor: bigint;
  readonly written_off_minor: bigint;
  /** What customers owe at the end of the period; everything before `from` counts. */
  readonly outstanding_minor: bigint;
};

/** Money that was asked for, that came in, and that went back. */
export async function readCollections(tx: TenantTx, range: ReportRange): Promise<CollectionRow[]> {
  return tx.db.$queryRaw<CollectionRow[]>`
    with moved as (
      select to_char(date_trunc(${range.unit}, greatest(t.occurred_at, ${range.from}) at time zone ${range.timezone}), ${patternOf(range.unit)}) as period,
        t.occurred_at >= ${range.from} as inside, p.currency, t.kind,
        case when p.debit_account = 'receivable' then p.amount_minor when p.credit_account = 'receivable' then -p.amount_minor else 0 end as owed,
        case when p.debit_account like 'cash:%' then p.amount_minor else 0 end as came,
        case when p.credit_account like 'cash:%' then p.amount_minor else 0 end as went,
        case when p.debit_account = 'write_off' then p.amount_minor when p.credit_account = 'write_off' then -p.amount_minor else 0 end as lost
      from ledger_transaction t join ledger_posting p on p.tenant_id = t.tenant_id and p.ledger_transaction_id = t.id
      where t.tenant_id = ${tx.tenantId}::uuid and t.occurred_at < ${range.to}),
    summed as (
      select period, currency, bool_or(inside) as inside,
        coalesce(sum(owed) filter (where inside and kind in ('invoice.finalized', 'invoice.voided')), 0) as invoiced,
        coalesce(sum(came) filter (where inside and kind <> 'credit.granted'), 0) as collected,
        coalesce(sum(went) filter (where inside), 0) as paid_back,
        coalesce(sum(lost) filter (where inside), 0) as written_off, sum(owed) as owed
      from moved group by period, currency)
    select period, currency, invoiced::bigint as invoiced_minor, collected::bigint as collected_minor, paid_back::bigint as paid_back_minor,
      written_off::bigint as written_off_minor, (sum(owed) over (partition by currency order by period))::bigint as outstanding_minor
    from summed order by period, currency`;
}

export type AgingRow = {
  readonly customer_id: string;
  readonly external_id: string | null;
  readonly name: string;
  readonly currency: string;
  readonly not_due_minor: bigint;
  readonly days_1_to_30_minor: bigint;
  readonly days_31_to_60_minor: bigint;
  readonly days_61_to_90_minor: bigint;
  readonly days_over_90_minor: bigint;
  readonly total_minor: bigint;
};

/** What each customer owes at an instant by the ledger, by how long it is overdue; who owes most comes first. */
export async function readAging(tx: TenantTx, asOf: Date): Promise<AgingRow[]> {
  return tx.db.$queryRaw<AgingRow[]>`
    with owed as (
      select coalesce(i.corrects_invoice_id, i.id) as invoice_id, t.customer_id, p.currency,
        sum(case when p.debit_account = 'receivable' then p.amount_minor else -p.amount_minor end) as minor
      from ledger_transaction t join ledger_posting p on p.tenant_id = t.tenant_id and p.ledger_transaction_id = t.id
      left join invoice i on i.tenant_id = t.tenant_id and i.id = t.invoice_id
      where t.tenant_id = ${tx.tenantId}::uuid and t.occurred_at <= ${asOf} and 'receivable' in (p.debit_account, p.credit_account)
      group by 1, 2, 3 having sum(case when p.debit_account = 'receivable' then p.amount_minor else -p.amount_minor end) <> 0),
    aged as (
      select o.*, coalesce(ceil(extract(epoch from ${asOf}::timestamptz - i.due_at) / 86400), 0) as days
      from owed o left join invoice i on i.tenant_id = ${tx.tenantId}::uuid and i.id = o.invoice_id)
    select a.customer_id, c.external_id, c.name, a.currency,
      coalesce(sum(minor) filter (where days <= 0), 0)::bigint as not_due_minor,
      coalesce(sum(minor) filter (where days > 0 and days <= 30), 0)::bigint as days_1_to_30_minor,
      coalesce(sum(minor) filter (where days > 30 and days <= 60), 0)::bigint as days_31_to_60_minor,
      coalesce(sum(minor) filter (where days > 60 and days <= 90), 0)::bigint as days_61_to_90_minor,
      coalesce(sum(minor) filter (where days > 90), 0)::bigint as days_over_90_minor, sum(minor)::bigint as total_minor
    from aged a join customer c on c.tenant_id = ${tx.tenantId}::uuid and c.id = a.customer_id
    group by a.customer_id, c.external_id, c.name, a.currency order by a.currency, total_minor desc, a.customer_id`;
}

export type StatementRow = {
  readonly currency: string;
  readonly opening_minor: bigint;
  readonly entry_id: string | null;
  readonly kind: string | null;
  readonly number: string | null;
  readonly occurred_at: Date | null;
  readonly debit_minor: bigint;
  readonly credit_minor: bigint;
  readonly balance_minor: bigint;
};

/**
 * What a customer owed before `from`, and each change of it up to `to`, with the balance after it; a currency without a
 * change in between has one row without an entry.
 */
export async function readStatement(
  tx: TenantTx,
  input: { readonly customerId: string; readonly from: Date; readonly to: Date },
): Promise<StatementRow[]> {
  return tx.db.$queryRaw<StatementRow[]>`
    with moved as (
      select t.id, t.kind, t.occurred_at, t.invoice_id, p.currency,
        sum(case when p.debit_account = 'receivable' then p.amount_minor else 0 end) as debit,
        sum(case when p.credit_account = 'receivable' then p.amount_minor else 0 end) as credit
      from ledger_transaction t join ledger_posting p on p.tenant_id = t.tenant_id and p.ledger_transaction_id = t.id
      where t.tenant_id = ${tx.tenantId}::uuid and t.customer_id = ${input.customerId}::uuid and t.occurred_at < ${input.to}
        and 'receivable' in (p.debit_account, p.credit_account)
      group by t.id, t.kind, t.occurred_at, t.invoice_id, p.currency),
    opened as (
      select currency, coalesce(sum(debit - credit) filter (where occurred_at < ${input.from}), 0) as opening from moved group by currency)
    select o.currency, o.opening::bigint as opening_minor, m.id as entry_id, m.kind, i.number, m.occurred_at,
      coalesce(m.debit, 0)::bigint as debit_minor, coalesce(m.credit, 0)::bigint as credit_minor,
      (o.opening + coalesce(sum(m.debit - m.credit) over (partition by o.currency order by m.occurred_at, m.id), 0))::bigint as balance_minor
    from opened o left join moved m on m.currency = o.currency and m.occurred_at >= ${input.from}
    left join invoice i on i.tenant_id = ${tx.tenantId}::uuid and i.id = m.invoice_id
    order by o.currency, m.occurred_at, m.id`;
}

/** Subscriptions that had begun at one of the instants and not ended at the first; ids after a cursor, in order. */
export async function listLiveSubscriptionIds(
  tx: TenantTx,
  input: { readonly since: Date; readonly asOf: Date; readonly after: string | null; readonly limit: number },
): Promise<string[]> {
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    select id from subscription where tenant_id = ${tx.tenantId}::uuid and starts_at <= ${input.asOf}
      and (ends_at is null or ends_at > ${input.since}) and (${input.after}::uuid is null or id > ${input.after}::uuid)
    order by id limit ${input.limit}`;
  return rows.map((row) => row.id);
}

function patternOf(unit: ReportRange["unit"]): string {
  return unit === "month" ? "YYYY-MM" : "YYYY-MM-DD";
}
