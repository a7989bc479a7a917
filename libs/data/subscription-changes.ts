import type { Temporal } from "temporal-polyfill";
import type { Interval, Price } from "#libs/core/price/price.ts";
import type { BillableItem } from "#libs/core/rating/billable-item.ts";
import type { AppliedChange } from "#libs/core/subscription/applied-change.ts";
import type { ChangeTerms } from "#libs/core/subscription/change-terms.ts";
import type { Meter } from "#libs/core/usage/meter.ts";
import { toDate, toInstant, type TenantTx } from "./database.ts";
import { insertItems } from "./subscription-items.ts";

export type SubscriptionChangeRow = {
  readonly id: string;
  readonly subscription_id: string;
  readonly at: Date;
  readonly terms: ChangeTerms;
};

/** Stores a change and lets the sweep come for it: the subscription is due at its instant at the latest. */
export async function insertSubscriptionChange(
  tx: TenantTx,
  change: {
    readonly id: string;
    readonly subscriptionId: string;
    readonly at: Temporal.Instant;
    readonly terms: ChangeTerms;
  },
): Promise<void> {
  const at = toDate(change.at);
  await tx.db.$executeRaw`
    insert into subscription_change (tenant_id, id, subscription_id, at, terms)
    values (${tx.tenantId}::uuid, ${change.id}::uuid, ${change.subscriptionId}::uuid, ${at}::timestamptz, ${JSON.stringify(change.terms)}::jsonb)`;
  await tx.db.$executeRaw`
    update subscription set next_due_at = least(next_due_at, ${at}::timestamptz), version = version + 1, updated_at = now()
    where tenant_id = ${tx.tenantId}::uuid and id = ${change.subscriptionId}::uuid`;
}

/** Sets the end that a cancellation brings, and since when it is known; null and null undo it. */
export async function setSubscriptionEnd(
  tx: TenantTx,
  subscriptionId: string,
  end: { readonly endsAt: Temporal.Instant | null; readonly canceledAt: Temporal.Instant | null },
): Promise<void> {
  const date = (at: Temporal.Instant | null) => (at === null ? null : toDate(at));
  await tx.db.$executeRaw`
    update subscription set ends_at = ${date(end.endsAt)}::timestamptz, canceled_at = ${date(end.canceledAt)}::timestamptz,
      version = version + 1, updated_at = now()
    where tenant_id = ${tx.tenantId}::uuid and id = ${subscriptionId}::uuid`;
}

/** Changes that wait, in the order in which they take effect. */
export async function listPendingChanges(
  tx: TenantTx,
  subscriptionIds: readonly string[],
): Promise<SubscriptionChangeRow[]> {
  return tx.db.$queryRaw<SubscriptionChangeRow[]>`
    select id, subscription_id, at, terms from subscription_change
    where tenant_id = ${tx.tenantId}::uuid and subscription_id = any(${[...subscriptionIds]}::uuid[]) and state = 'pending'
    order by at, id`;
}

/** Changes that wait no more: replaced by a later wish, or undone. */
export async function dropPendingChanges(tx: TenantTx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.db.$executeRaw`
    update subscription_change set state = 'dropped'
    where tenant_id = ${tx.tenantId}::uuid and id = any(${[...ids]}::uuid[]) and state = 'pending'`;
}

export type OfferedPlanRow = {
  readonly id: string;
  readonly plan_id: string;
  readonly interval: Interval;
  readonly minimum_commitment_minor: bigint | null;
  readonly maximum_amount_minor: bigint | null;
  readonly prices: readonly {
    readonly id: string;
    readonly definition: Price;
    readonly meter: (Meter & { readonly id: string }) | null;
  }[];
};

/** Plan versions with their prices in order and the meters of these. */
export async function loadOfferedPlans(
  tx: TenantTx,
  versionIds: readonly string[],
): Promise<OfferedPlanRow[]> {
  if (versionIds.length === 0) return [];
  return tx.db.$queryRaw<OfferedPlanRow[]>`
    select v.id, v.plan_id, v.interval, v.minimum_commitment_minor, v.maximum_amount_minor,
      (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'definition', r.definition,
                                                    'meter', m.definition || jsonb_build_object('id', m.id)) order by r.position), '[]')
         from price r left join meter m on m.tenant_id = r.tenant_id and m.id = r.meter_id
        where r.tenant_id = v.tenant_id and r.plan_version_id = v.id) as prices
    from plan_version v where v.tenant_id = ${tx.tenantId}::uuid and v.id = any(${[...versionIds]}::uuid[])`;
}

export type SavedChange = {
  readonly subscriptionId: string;
  readonly applied: AppliedChange;
  readonly scheduleNo: number;
};

/** Ends and opens the items of applied changes, before their periods are claimed. */
export async function saveChangedItems(tx: TenantTx, list: readonly SavedChange[]): Promise<void> {
  if (list.length === 0) return;
  const closed = list.flatMap(({ applied }) => applied.closed);
  await tx.db.$executeRaw`
    update subscription_item i set ends_at = c.ends_at, proration = coalesce(c.proration, i.proration)
    from unnest(${closed.map((item) => item.itemId)}::uuid[], ${closed.map((item) => toDate(item.endsAt ?? tx.now))}::timestamptz[],
                ${list.flatMap(({ applied }) => applied.closed.map(() => prorationOf(applied)))}::text[])
      as c (id, ends_at, proration)
    where i.tenant_id = ${tx.tenantId}::uuid and i.id = c.id`;
  await insertItems(
    tx,
    list.flatMap(({ subscriptionId, applied }) =>
      applied.opened.map((item: BillableItem) => ({
        ...{ id: item.itemId, subscriptionId, priceId: item.priceId, quantity: item.quantity },
        ...{ schedule: item.schedule, proration: prorationOf(applied) },
      })),
    ),
  );
}

function prorationOf({ change: { terms } }: AppliedChange): "second" | "day" | null {
  return terms.kind === "change" && terms.proration !== "none" ? terms.proration : null;
}

/** Writes what changes mean for their subscriptions, and that they are applied. */
export async function saveAppliedChanges(
  tx: TenantTx,
  list: readonly (SavedChange & { readonly invoiceId: string | null })[],
): Promise<void> {
  if (list.length === 0) return;
  const rows = list.map(({ subscriptionId, applied, scheduleNo, invoiceId }) => {
    const { at, terms, offered } = applied.change;
    const reschedule = terms.kind === "reschedule" ? terms : null;
    return {
      ...{
        id: subscriptionId,
        scheduleNo,
        invoiceId,
        changeId: applied.change.id,
        at: toDate(at),
        kind: terms.kind,
      },
      ...{ planVersionId: offered?.planVersionId ?? null, timezone: reschedule?.timezone ?? null },
      anchor: reschedule === null || reschedule.anchor === null ? null : JSON.stringify(reschedule.anchor),
    };
  });
  await tx.db.$executeRaw`
    update subscription s set schedule_no = c.schedule_no, plan_version_id = coalesce(c.plan_version_id, s.plan_version_id),
      timezone = coalesce(c.timezone, s.timezone), anchor = coalesce(c.anchor::jsonb, s.anchor),
      ends_at = case when c.kind = 'cancel' then c.at else s.ends_at end,
      paused_at = case c.kind when 'pause' then c.at when 'resume' then null else s.paused_at end,
      version = s.version + 1, updated_at = now()
    from unnest(${rows.map((r) => r.id)}::uuid[], ${rows.map((r) => r.scheduleNo)}::int[], ${rows.map((r) => r.planVersionId)}::uuid[],
                ${rows.map((r) => r.timezone)}::text[], ${rows.map((r) => r.anchor)}::text[], ${rows.map((r) => r.kind)}::text[],
                ${rows.map((r) => r.at)}::timestamptz[])
      as c (id, schedule_no, plan_version_id, timezone, anchor, kind, at)
    where s.tenant_id = ${tx.tenantId}::uuid and s.id = c.id`;
  await tx.db.$executeRaw`
    update subscription_change h set state = 'applied', schedule_no = c.schedule_no, invoice_id = c.invoice_id
    from unnest(${rows.map((r) => r.changeId)}::uuid[], ${rows.map((r) => r.scheduleNo)}::int[], ${rows.map((r) => r.invoiceId)}::uuid[])
      as c (id, schedule_no, invoice_id)
    where h.tenant_id = ${tx.tenantId}::uuid and h.id = c.id`;
}

/** The change that an invoice bills; null when it bills none. */
export async function findBilledChange(
  tx: TenantTx,
  invoiceId: string,
): Promise<SubscriptionChangeRow | null> {
  const rows = await tx.db.$queryRaw<SubscriptionChangeRow[]>`
    select id, subscription_id, at, terms from subscription_change
    where tenant_id = ${tx.tenantId}::uuid and invoice_id = ${invoiceId}::uuid order by at desc, id desc limit 1`;
  return rows[0] ?? null;
}

/** The changes that an invoice billed are billed by another one. */
export async function moveBilledChanges(
  tx: TenantTx,
  fromInvoiceId: string,
  toInvoiceId: string,
): Promise<void> {
  await tx.db.$executeRaw`
    update subscription_change set invoice_id = ${toInvoiceId}::uuid
    where tenant_id = ${tx.tenantId}::uuid and invoice_id = ${fromInvoiceId}::uuid`;
}

/** When a row's change takes effect. */
export function changeInstant(row: SubscriptionChangeRow): Temporal.Instant {
  return toInstant(row.at);
}
