import type { ObjectRef } from "#libs/core/object-ref.ts";
import { Prisma } from "#prisma/generated/client.ts";
import { toDate, type TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";

export type CouponRow = {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly kind: "percent" | "amount";
  readonly percent_off: string | null;
  readonly amount_off_minor: bigint | null;
  readonly currency: string | null;
  readonly duration: "once" | "repeating" | "forever";
  readonly duration_periods: number | null;
  readonly applies_to: readonly string[];
  readonly archived_at: Date | null;
  readonly created_at: Date;
};

export type CustomerCouponRow = {
  readonly id: string;
  readonly coupon_id: string;
  readonly coupon_code: string;
  readonly customer_id: string;
  readonly subscription_id: string | null;
  /** Periods of subscriptions that it has discounted; void invoices do not count, those that were skipped as zero do. */
  readonly uses: number;
  readonly starts_at: Date;
  readonly ends_at: Date | null;
};

/**
 * What a holding `h` took off: of invoices, and of those that were not made since nothing was left of them. What a void invoice
 * used is free again. @param exceptId an invoice that is decided again
 */
function discounts(exceptId: string | null): Prisma.Sql {
  return Prisma.sql`(select i.id, i.subscription_id, d.period_at, d.amount_minor
    from invoice_discount d join invoice i on i.tenant_id = d.tenant_id and i.id = d.invoice_id
    where d.tenant_id = h.tenant_id and d.customer_coupon_id = h.id and d.amount_minor > 0 and i.invoice_status <> 'voided'
      and (${exceptId}::uuid is null or i.id <> ${exceptId}::uuid)
    union all select n.id, n.subscription_id, n.period_at, n.amount_minor from skipped_discount n
    where n.tenant_id = h.tenant_id and n.customer_coupon_id = h.id)`;
}

/** Periods of subscriptions that a holding `h` has discounted: all invoices of a period are one use. */
function uses(exceptId: string | null): Prisma.Sql {
  return Prisma.sql`(select count(distinct coalesce(d.subscription_id::text || ' ' || d.period_at::text, d.id::text))
    from ${discounts(exceptId)} d)`;
}

const columns = Prisma.sql`id, code, name, kind, trim_scale(percent_off)::text as percent_off, amount_off_minor, currency, duration,
  duration_periods, applies_to, archived_at, created_at`;

/** False when the code is taken. */
export async function insertCoupon(
  tx: TenantTx,
  coupon: Omit<CouponRow, "archived_at" | "created_at">,
): Promise<boolean> {
  const c = coupon;
  const inserted = await tx.db.$executeRaw`
    insert into coupon (tenant_id, id, code, name, kind, percent_off, amount_off_minor, currency, duration, duration_periods, applies_to)
    values (${tx.tenantId}::uuid, ${c.id}::uuid, ${c.code}, ${c.name}, ${c.kind}, ${c.percent_off}::numeric, ${c.amount_off_minor}::bigint,
      ${c.currency}, ${c.duration}, ${c.duration_periods}::int, ${JSON.stringify(c.applies_to)}::jsonb)
    on conflict (tenant_id, code) do nothing`;
  return inserted === 1;
}

export async function findCoupon(tx: TenantTx, ref: ObjectRef): Promise<CouponRow | null> {
  const id = "id" in ref ? ref.id : null;
  const code = "code" in ref ? ref.code : null;
  const rows = await tx.db.$queryRaw<CouponRow[]>`
    select ${columns} from coupon where tenant_id = ${tx.tenantId}::uuid and (id = ${id}::uuid or code = ${code}::text)`;
  return rows[0] ?? null;
}

export async function listCoupons(tx: TenantTx, query: PageQuery): Promise<Page<CouponRow>> {
  const rows = await tx.db.$queryRaw<CouponRow[]>`
    select ${columns} from coupon where tenant_id = ${tx.tenantId}::uuid and (${query.cursor}::uuid is null or id < ${query.cursor}::uuid)
    order by id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}

/** Gives a coupon to a customer, or to one of its subscriptions. Returns the id of the holding. */
export async function insertCustomerCoupon(
  tx: TenantTx,
  held: { readonly customerId: string; readonly subscriptionId: string | null; readonly couponId: string },
): Promise<string> {
  const id = newId();
  await tx.db.$executeRaw`
    insert into customer_coupon (tenant_id, id, customer_id, subscription_id, coupon_id, starts_at)
    values (${tx.tenantId}::uuid, ${id}::uuid, ${held.customerId}::uuid, ${held.subscriptionId}::uuid, ${held.couponId}::uuid, ${toDate(tx.now)})`;
  return id;
}

/** Oldest first, the order in which they are applied. */
export async function listCustomerCoupons(tx: TenantTx, customerId: string): Promise<CustomerCouponRow[]> {
  return tx.db.$queryRaw<CustomerCouponRow[]>`
    select h.id, h.coupon_id, k.code as coupon_code, h.customer_id, h.subscription_id, ${uses(null)}::int as uses, h.starts_at, h.ends_at
    from customer_coupon h join coupon k on k.tenant_id = h.tenant_id and k.id = h.coupon_id
    where h.tenant_id = ${tx.tenantId}::uuid and h.customer_id = ${customerId}::uuid order by h.id`;
}

/**
 * The coupons of a subscription `s` as JSON, for the loader of billable subscriptions: those of its customer and its own,
 * in the order in which they were given, with the latest 400 periods of the subscription that each discounted.
 * @param exceptId an invoice that is decided again: what it used is free for it
 */
export function heldCoupons(tx: TenantTx, exceptId: string | null): Prisma.Sql {
  const limit = Prisma.sql`case k.duration when 'once' then 1 when 'repeating' then k.duration_periods end`;
  return Prisma.sql`(select coalesce(jsonb_agg(jsonb_build_object('id', h.id, 'name', k.name, 'kind', k.kind, 'currency', k.currency,
      'value', coalesce(trim_scale(k.percent_off)::text, k.amount_off_minor::text), 'appliesTo', k.applies_to,
      'usesLeft', (${limit} - ${uses(exceptId)})::text,
      'used', (select coalesce(jsonb_object_agg(u.at, u.minor), '{}') from (
        select (extract(epoch from d.period_at) * 1000)::bigint::text as at, sum(d.amount_minor)::text as minor
        from ${discounts(exceptId)} d where d.period_at is not null and d.subscription_id = s.id
        group by d.period_at order by d.period_at desc limit 400) u)) order by h.id), '[]')
    from customer_coupon h join coupon k on k.tenant_id = h.tenant_id and k.id = h.coupon_id
    where h.tenant_id = s.tenant_id and h.customer_id = s.customer_id and (h.subscription_id is null or h.subscription_id = s.id)
      and h.starts_at <= ${toDate(tx.now)} and (h.ends_at is null or h.ends_at > ${toDate(tx.now)}))`;
}

/** Locks what the subscriptions hold of coupons with a limit, so that no two invoices take the same use. */
export async function lockLimitedCoupons(tx: TenantTx, subscriptionIds: readonly string[]): Promise<void> {
  await tx.db.$queryRaw`
    select h.id from customer_coupon h join coupon k on k.tenant_id = h.tenant_id and k.id = h.coupon_id and k.duration <> 'forever'
    where h.tenant_id = ${tx.tenantId}::uuid
      and h.customer_id in (select customer_id from subscription where tenant_id = ${tx.tenantId}::uuid and id = any(${[...subscriptionIds]}::uuid[]))
    order by h.id for update of h`;
}

/** Coupons that were named for a manual invoice, in the order in which they discount it. */
export async function listNamedCoupons(tx: TenantTx, invoiceId: string): Promise<string[]> {
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    select coupon_id as id from invoice_discount
    where tenant_id = ${tx.tenantId}::uuid and invoice_id = ${invoiceId}::uuid and coupon_id is not null order by invoice_discount.id`;
  return rows.map((row) => row.id);
}
