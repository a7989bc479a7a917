import type { Temporal } from "temporal-polyfill";
import type { Anchor } from "#libs/core/calendar/resolve-anchor.ts";
import type { Schedule } from "#libs/core/calendar/schedule.ts";
import type { DecimalString } from "#libs/core/price/price.ts";
import type { PriceOverride } from "#libs/core/price/price-override.ts";
import type { ChangeTerms } from "#libs/core/subscription/change-terms.ts";
import { Prisma } from "#prisma/generated/client.ts";
import type { Metadata } from "./customers.ts";
import { toDate, type TenantTx } from "./database.ts";
import { insertItems } from "./subscription-items.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";

export type SubscriptionStatus =
  | "scheduled"
  | "trialing"
  | "active"
  | "past_due"
  | "paused"
  | "canceled"
  | "ended";
export type Collection = "charge_automatically" | "send_invoice";

export type SubscriptionItemRow = {
  readonly id: string;
  readonly price_id: string;
  readonly price_code: string;
  readonly quantity: DecimalString | null;
};

export type SubscriptionRow = {
  readonly id: string;
  readonly customer_id: string;
  readonly plan_id: string;
  readonly plan_code: string;
  readonly plan_version_id: string;
  readonly plan_version: number;
  readonly currency: string;
  readonly status: SubscriptionStatus;
  readonly starts_at: Date;
  readonly trial_ends_at: Date | null;
  readonly ends_at: Date | null;
  readonly canceled_at: Date | null;
  readonly paused_at: Date | null;
  readonly anchor: Anchor;
  readonly timezone: string;
  readonly collection: Collection;
  readonly payment_method_id: string | null;
  readonly price_overrides: readonly PriceOverride[];
  readonly metadata: Metadata;
  readonly schedule_no: number;
  readonly next_index: number;
  readonly next_due_at: Date | null;
  readonly parked_at: Date | null;
  readonly parked_code: string | null;
  readonly parked_reason: string | null;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  /** Those that no change has ended, in the order of the plan's prices. */
  readonly items: readonly SubscriptionItemRow[];
  /** What waits to take effect, in order. */
  readonly pending_changes: readonly PendingChangeRow[];
};

export type PendingChangeRow = {
  readonly at: string;
  readonly terms: ChangeTerms;
  /** Code and version of the plan that it leads to, when it leads to one. */
  readonly plan_code: string | null;
  readonly plan_version: number | null;
};

export type NewSubscriptionRow = {
  readonly id: string;
  readonly customerId: string;
  readonly planVersionId: string;
  readonly currency: string;
  readonly status: SubscriptionStatus;
  readonly startsAt: Temporal.Instant;
  readonly trialEndsAt: Temporal.Instant | null;
  readonly endsAt: Temporal.Instant | null;
  readonly anchor: Anchor;
  readonly timezone: string;
  readonly collection: Collection;
  readonly paymentMethodId: string | null;
  readonly priceOverrides: readonly PriceOverride[];
  readonly metadata: Metadata;
  readonly nextDueAt: Temporal.Instant | null;
  readonly items: readonly {
    readonly id: string;
    readonly priceId: string;
    readonly quantity: DecimalString | null;
    /** Becomes schedule number 0. */
    readonly schedule: Schedule;
  }[];
};

const columns = Prisma.sql`
  s.id, s.customer_id, v.plan_id, p.code as plan_code, s.plan_version_id, v.plan_version, s.currency, s.status, s.starts_at, s.trial_ends_at,
  s.ends_at, s.canceled_at, s.paused_at, s.anchor, s.timezone, s.collection, s.payment_method_id, s.price_overrides, s.metadata,
  s.schedule_no, s.next_index, s.next_due_at, s.parked_at, s.parked_code, s.parked_reason, s.version, s.created_at, s.updated_at,
  (select coalesce(jsonb_agg(jsonb_build_object('id', i.id, 'price_id', i.price_id, 'price_code', r.code,
                                                'quantity', trim_scale(i.quantity)::text) order by r.position, i.id), '[]')
     from subscription_item i join price r on r.tenant_id = i.tenant_id and r.id = i.price_id
    where i.tenant_id = s.tenant_id and i.subscription_id = s.id
      and (i.ends_at is null or i.ends_at >= s.paused_at)) as items,
  (select coalesce(jsonb_agg(jsonb_build_object('at', h.at, 'terms', h.terms, 'plan_code', hp.code, 'plan_version', hv.plan_version)
                             order by h.at, h.id), '[]')
     from subscription_change h
     left join plan_version hv on hv.tenant_id = h.tenant_id and hv.id::text = h.terms->>'planVersionId'
     left join plan hp on hp.tenant_id = hv.tenant_id and hp.id = hv.plan_id
    where h.tenant_id = s.tenant_id and h.subscription_id = s.id and h.state = 'pending') as pending_changes`;
const tables = Prisma.sql`
  subscription s
  join plan_version v on v.tenant_id = s.tenant_id and v.id = s.plan_version_id
  join plan p on p.tenant_id = v.tenant_id and p.id = v.plan_id`;

/** A subscription with its items and their first schedules. */
export async function insertSubscription(tx: TenantTx, row: NewSubscriptionRow): Promise<void> {
  const date = (at: Temporal.Instant | null): Date | null => (at === null ? null : toDate(at));
  await tx.db.$executeRaw`
    insert into subscription (tenant_id, id, customer_id, plan_version_id, currency, status, starts_at, trial_ends_at, ends_at, anchor, timezone,
                              collection, payment_method_id, price_overrides, metadata, next_index, next_due_at)
    values (${tx.tenantId}::uuid, ${row.id}::uuid, ${row.customerId}::uuid, ${row.planVersionId}::uuid, ${row.currency}, ${row.status},
            ${toDate(row.startsAt)}::timestamptz, ${date(row.trialEndsAt)}::timestamptz, ${date(row.endsAt)}::timestamptz,
            ${JSON.stringify(row.anchor)}::jsonb, ${row.timezone}, ${row.collection}, ${row.paymentMethodId}::uuid,
            ${JSON.stringify(row.priceOverrides)}::jsonb, ${JSON.stringify(row.metadata)}::jsonb, 0, ${date(row.nextDueAt)}::timestamptz)`;
  await insertItems(
    tx,
    row.items.map((item) => ({ ...item, subscriptionId: row.id, proration: null })),
  );
}

/** Writes what does not decide amounts, and counts the version up. The caller holds the row. */
export async function updateSubscriptionRow(
  tx: TenantTx,
  id: string,
  fields: Pick<NewSubscriptionRow, "paymentMethodId" | "collection" | "metadata">,
): Promise<void> {
  await tx.db.$executeRaw`
    update subscription set payment_method_id = ${fields.paymentMethodId}::uuid, collection = ${fields.collection},
      metadata = ${JSON.stringify(fields.metadata)}::jsonb, version = version + 1, updated_at = now()
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid`;
}

export async function findSubscription(tx: TenantTx, id: string): Promise<SubscriptionRow | null> {
  const rows = await tx.db.$queryRaw<SubscriptionRow[]>`
    select ${columns} from ${tables} where s.tenant_id = ${tx.tenantId}::uuid and s.id = ${id}::uuid`;
  return rows[0] ?? null;
}

export type SubscriptionFilters = {
  readonly customerId?: string;
  readonly planId?: string;
  readonly status?: SubscriptionStatus;
  /** Only those whose billing failed and was put aside (true), or only the others. */
  readonly parked?: boolean;
};

export async function listSubscriptions(
  tx: TenantTx,
  query: PageQuery<SubscriptionFilters>,
): Promise<Page<SubscriptionRow>> {
  const { customerId = null, planId = null, status = null, parked = null } = query.filters ?? {};
  const rows = await tx.db.$queryRaw<SubscriptionRow[]>`
    select ${columns} from ${tables}
    where s.tenant_id = ${tx.tenantId}::uuid and (${query.cursor}::uuid is null or s.id < ${query.cursor}::uuid)
      and (${customerId}::uuid is null or s.customer_id = ${customerId}::uuid) and (${planId}::uuid is null or v.plan_id = ${planId}::uuid)
      and (${status}::text is null or s.status = ${status}) and (${parked}::boolean is null or (s.parked_at is not null) = ${parked})
    order by s.id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}

/** The customer's first subscription to a plan that starts at that instant, if there is one. */
export async function findSubscriptionByStart(
  tx: TenantTx,
  key: { readonly customerId: string; readonly planId: string; readonly startsAt: Temporal.Instant },
): Promise<string | null> {
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    select s.id from ${tables}
    where s.tenant_id = ${tx.tenantId}::uuid and s.customer_id = ${key.customerId}::uuid and v.plan_id = ${key.planId}::uuid
      and s.starts_at = ${toDate(key.startsAt)}::timestamptz
    order by s.id limit 1`;
  return rows[0]?.id ?? null;
}

/** How many of a customer's subscriptions may still be billed. */
export async function countLiveSubscriptions(tx: TenantTx, customerId: string): Promise<number> {
  const [row] = await tx.db.$queryRaw<{ n: bigint }[]>`
    select count(*) as n from subscription
    where tenant_id = ${tx.tenantId}::uuid and customer_id = ${customerId}::uuid and status not in ('canceled', 'ended')`;
  return Number(row?.n ?? 0n);
}
