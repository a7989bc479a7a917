import type { TaxRate } from "#libs/core/invoice/tax-lines.ts";
import { Prisma } from "#prisma/generated/client.ts";
import { negatedTaxes } from "./credit-notes.ts";
import { toDate, type TenantTx } from "./database.ts";

/** A billed period of a metered item, and how many events it was rated with the last time; null: it must be rated again. */
export type CountedClaim = {
  readonly id: string;
  readonly subscription_id: string;
  readonly customer_id: string;
  readonly subscription_item_id: string;
  readonly start_at: Date;
  readonly end_at: Date;
  readonly counted: bigint | null;
};

const oldestDays = 400;

/**
 * Takes the billed, metered periods that were not counted for the longest, by rotation, and notes that they are
 * counted now. A period counts for 400 days after its end; one that is known to be late is left out.
 */
export async function takeClaimsToCount(tx: TenantTx, limit: number): Promise<CountedClaim[]> {
  return tx.db.$queryRaw<CountedClaim[]>`
    with picked as (
      select p.id from billing_period p
      join subscription_item si on si.tenant_id = p.tenant_id and si.id = p.subscription_item_id
      join price r on r.tenant_id = si.tenant_id and r.id = si.price_id and r.meter_id is not null
      left join invoice i on i.tenant_id = p.tenant_id and i.id = p.invoice_id
      where p.tenant_id = ${tx.tenantId}::uuid and p.state = 'billed' and p.late_since is null
        and (p.invoice_id is null or i.invoice_status = 'finalized') and p.end_at > ${toDate(tx.now)}::timestamptz - ${oldestDays} * interval '1 day'
      order by p.counted_at nulls first, p.id limit ${limit} for no key update of p skip locked
    ), noted as (
      update billing_period p set counted_at = now() from picked where p.tenant_id = ${tx.tenantId}::uuid and p.id = picked.id
      returning p.*
    )
    select n.id, si.subscription_id, s.customer_id, n.subscription_item_id, n.start_at, n.end_at,
      n.event_count as counted
    from noted n
    join subscription_item si on si.tenant_id = n.tenant_id and si.id = n.subscription_item_id
    join subscription s on s.tenant_id = si.tenant_id and s.id = si.subscription_id`;
}

/** Notes that these periods have other events than were billed: the next invoice settles them. */
export async function markLate(tx: TenantTx, claimIds: readonly string[]): Promise<void> {
  if (claimIds.length === 0) return;
  await tx.db.$executeRaw`
    update billing_period set late_since = now()
    where tenant_id = ${tx.tenantId}::uuid and id = any(${[...claimIds]}::uuid[]) and late_since is null`;
}

/**
 * Notes the same of every later period of the customer that these meters bill: what an earlier event left behind is carried
 * into them, though they have no event more. Only for meters with `carry_over`.
 */
export async function markLateAfter(tx: TenantTx, claimIds: readonly string[]): Promise<void> {
  if (claimIds.length === 0) return;
  await tx.db.$executeRaw`
    update billing_period p set late_since = now()
    from (select s.customer_id, r.meter_id, min(q.end_at) as since
          from billing_period q
          join subscription_item si on si.tenant_id = q.tenant_id and si.id = q.subscription_item_id
          join subscription s on s.tenant_id = si.tenant_id and s.id = si.subscription_id
          join price r on r.tenant_id = si.tenant_id and r.id = si.price_id
          where q.tenant_id = ${tx.tenantId}::uuid and q.id = any(${[...claimIds]}::uuid[]) group by s.customer_id, r.meter_id) as e
    join subscription s on s.tenant_id = ${tx.tenantId}::uuid and s.customer_id = e.customer_id
    join subscription_item si on si.tenant_id = s.tenant_id and si.subscription_id = s.id
    join price r on r.tenant_id = si.tenant_id and r.id = si.price_id and r.meter_id = e.meter_id
    where p.tenant_id = ${tx.tenantId}::uuid and p.subscription_item_id = si.id and p.state = 'billed' and p.late_since is null
      and p.start_at >= e.since`;
}

/** How many events a late period has now that it is rated with all of them. */
export type SettledClaim = { readonly claimId: string; readonly eventCount: bigint };

/** Notes with how many events periods were settled, also where that changed no amount: they are not late again for these. */
export async function countSettled(tx: TenantTx, settled: readonly SettledClaim[]): Promise<void> {
  if (settled.length === 0) return;
  await tx.db.$executeRaw`
    update billing_period p set event_count = c.event_count
    from unnest(${settled.map((each) => each.claimId)}::uuid[], ${settled.map((each) => each.eventCount)}::bigint[]) as c (id, event_count)
    where p.tenant_id = ${tx.tenantId}::uuid and p.id = c.id`;
}

/** Forgets how many events the periods have that an invoice settled, now that it is void: they are rated again. */
export async function forgetSettled(tx: TenantTx, invoiceId: string): Promise<void> {
  await tx.db.$executeRaw`
    update billing_period p set event_count = null from invoice_line l
    where l.tenant_id = ${tx.tenantId}::uuid and l.invoice_id = ${invoiceId}::uuid and l.kind = 'late_usage'
      and p.tenant_id = l.tenant_id and p.id = l.billing_period_id`;
}

/** Takes the notes of subscriptions back, once they are settled, or nothing came of them. */
export async function clearLate(tx: TenantTx, subscriptionIds: readonly string[]): Promise<void> {
  if (subscriptionIds.length === 0) return;
  await tx.db.$executeRaw`
    update billing_period p set late_since = null from subscription_item si
    where p.tenant_id = ${tx.tenantId}::uuid and p.late_since is not null and si.tenant_id = p.tenant_id
      and si.id = p.subscription_item_id and si.subscription_id = any(${[...subscriptionIds]}::uuid[])`;
}

/**
 * What stands on invoices that are not void for a group of a late period: a charge, what a settlement gave back (amounts
 * before discounts, positive), or what a credit note took back of a charge. Minor units and decimals as text.
 */
export type BilledPart = {
  readonly is: "charge" | "credit" | "note";
  readonly group: string;
  readonly amount: string;
  readonly discount: string;
  readonly taxes: Readonly<Record<string, string>>;
  readonly quantity: string;
  readonly events: string;
};

export type LateClaim = {
  readonly id: string;
  readonly subscription_id: string;
  readonly subscription_item_id: string;
  readonly schedule_no: number;
  readonly index: number;
  readonly start_at: Date;
  readonly end_at: Date;
  readonly next_due_at: Date | null;
  /** Settlements that were ever written, void ones too. */
  readonly settlements: number;
  readonly billed: readonly BilledPart[];
  /** As they applied to its lines. */
  readonly tax_rates: readonly TaxRate[];
  /** The price that it was billed by, with its overrides; null when it has no line. */
  readonly price: unknown;
};

/** Of an invoice that is decided again: the periods that it settled, and that what it billed of them does not count. */
export type SettledAgain = { readonly claimIds: readonly string[]; readonly exceptInvoiceId: string };

/** The late periods of some subscriptions, oldest first; those that an invoice settled, when it is decided again. */
export async function listLateClaims(
  tx: TenantTx,
  subscriptionIds: readonly string[],
  again: SettledAgain | null = null,
): Promise<LateClaim[]> {
  const claimIds = again === null ? null : [...again.claimIds];
  return tx.db.$queryRaw<LateClaim[]>`
    select p.id, s.id as subscription_id, p.subscription_item_id, p.schedule_no, p.index, p.start_at, p.end_at, s.next_due_at,
      (select count(distinct split_part(l.source_key, '/', 3))::int from invoice_line l
        where l.tenant_id = p.tenant_id and l.billing_period_id = p.id and l.kind = 'late_usage') as settlements,
      (select l.inputs -> 'price' from invoice_line l where l.tenant_id = p.tenant_id and l.billing_period_id = p.id and l.kind = 'usage'
        order by l.id desc limit 1) as price,
      (select coalesce(jsonb_agg(distinct jsonb_build_object('id', t.id, 'name', t.name, 'percentage', trim_scale(t.percentage)::text,
          'inclusive', coalesce(l.tax_behavior = 'inclusive', t.inclusive))), '[]')
        from invoice_line l join tax_rate t on t.tenant_id = l.tenant_id and l.taxes ? t.id::text
        where l.tenant_id = p.tenant_id and l.billing_period_id = p.id) as tax_rates,
      (select coalesce(jsonb_agg(part order by part->>'group'), '[]') from (
        select jsonb_build_object('is', case when b.is_credit then 'credit' else 'charge' end, 'group', l.group_key, 'amount', case
              when l.inputs ? 'credit' then l.inputs->'credit'->>'amountMinor' else abs(l.amount_minor)::text end,
            'discount', coalesce(l.inputs->'credit'->>'discountMinor', l.discount_minor::text),
            'taxes', case when b.is_credit then ${negatedTaxes(Prisma.sql`l.taxes`)} else l.taxes end,
            'quantity', trim_scale(l.quantity)::text, 'events', l.event_count::text) as part
        from invoice_line l join invoice i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
        cross join lateral (select l.amount_minor < 0 or l.inputs ? 'credit' as is_credit) b
        where l.tenant_id = p.tenant_id and l.billing_period_id = p.id and i.invoice_status <> 'voided'
          and i.id is distinct from ${again?.exceptInvoiceId ?? null}::uuid
        union all
        select jsonb_build_object('is', 'note', 'group', l.group_key, 'amount', n.amount_minor::text, 'discount', n.discount_minor::text,
            'taxes', n.taxes, 'quantity', '0', 'events', '0')
        from invoice_line l
        join invoice_line n on n.tenant_id = l.tenant_id and n.corrects_line_id = l.id
        join invoice ni on ni.tenant_id = n.tenant_id and ni.id = n.invoice_id and ni.invoice_status <> 'voided'
        where l.tenant_id = p.tenant_id and l.billing_period_id = p.id) as parts) as billed
    from subscription s
    join subscription_item si on si.tenant_id = s.tenant_id and si.subscription_id = s.id
    join billing_period p on p.tenant_id = si.tenant_id and p.subscription_item_id = si.id and p.state = 'billed'
      and case when ${claimIds}::uuid[] is null then p.late_since is not null else p.id = any(${claimIds}::uuid[]) end
    where s.tenant_id = ${tx.tenantId}::uuid and s.id = any(${[...subscriptionIds]}::uuid[])
    order by p.start_at, p.id`;
}

/** Subscriptions with late periods and no invoice to come. */
export async function listEndedWithLate(tx: TenantTx, limit: number): Promise<string[]> {
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    select distinct s.id from billing_period p
    join subscription_item si on si.tenant_id = p.tenant_id and si.id = p.subscription_item_id
    join subscription s on s.tenant_id = si.tenant_id and s.id = si.subscription_id
    where p.tenant_id = ${tx.tenantId}::uuid and p.late_since is not null and s.next_due_at is null
    order by s.id limit ${limit}`;
  return rows.map((row) => row.id);
}

/** Which period of which item claims are, by claim id. */
export async function findClaimPlaces(
  tx: TenantTx,
  claimIds: readonly string[],
): Promise<Map<string, { readonly itemId: string; readonly scheduleNo: number; readonly index: number }>> {
  if (claimIds.length === 0) return new Map();
  const rows = await tx.db.$queryRaw<
    { id: string; subscription_item_id: string; schedule_no: number; index: number }[]
  >`
    select id, subscription_item_id, schedule_no, index from billing_period
    where tenant_id = ${tx.tenantId}::uuid and id = any(${[...claimIds]}::uuid[])`;
  return new Map(
    rows.map((row) => [
      row.id,
      { itemId: row.subscription_item_id, scheduleNo: row.schedule_no, index: row.index },
    ]),
  );
}
