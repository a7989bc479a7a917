import type { Temporal } from "temporal-polyfill";
import { Prisma } from "#prisma/generated/client.ts";
import { arrayLiteral } from "./array-literal.ts";
import { type Db, toDate, toInstant, type TenantTx } from "./database.ts";

export type Progress = {
  readonly subscriptionId: string;
  /** The boundary that was billed. */
  readonly index: number;
  /** Null: the last boundary has been billed. */
  readonly next: { readonly index: number; readonly at: Temporal.Instant } | null;
  readonly billingSequence: number;
  /** `begun`: out of trial or waiting, else as it was; null: as it was. */
  readonly status: "begun" | "active" | "paused" | "canceled" | "ended" | null;
};

/**
 * Moves subscriptions past a billed boundary; the claims are the guard, this is where the next one is found. One that
 * another run has moved on meanwhile stays where it is: it never goes back to a boundary that is billed.
 */
export async function advanceSubscriptions(tx: TenantTx, list: readonly Progress[]): Promise<void> {
  if (list.length === 0) return;
  await tx.db.$executeRaw`
    update subscription s set next_index = coalesce(p.next_index, s.next_index + 1), next_due_at = p.next_due_at,
      billing_sequence = p.billing_sequence, updated_at = now(),
      status = case when p.status is null then s.status when p.status <> 'begun' then p.status
                    when s.status in ('scheduled', 'trialing') then 'active' else s.status end
    from unnest(${arrayLiteral(list.map((p) => p.subscriptionId))}::uuid[], ${arrayLiteral(list.map((p) => p.next?.index ?? null))}::int[],
                ${arrayLiteral(list.map((p) => (p.next === null ? null : toDate(p.next.at))))}::timestamptz[], ${arrayLiteral(list.map((p) => p.billingSequence))}::int[],
                ${arrayLiteral(list.map((p) => p.index))}::int[], ${arrayLiteral(list.map((p) => p.status))}::text[])
      as p (id, next_index, next_due_at, billing_sequence, billed_index, status)
    where s.tenant_id = ${tx.tenantId}::uuid and s.id = p.id and s.next_index = p.billed_index`;
}

/**
 * Locks subscriptions until the commit, in the order of their ids: whoever bills or changes them comes here first, so that
 * none is billed by terms that change meanwhile.
 */
export async function lockSubscriptions(tx: TenantTx, ids: readonly string[]): Promise<void> {
  await tx.db.$queryRaw`
    select id from subscription where tenant_id = ${tx.tenantId}::uuid and id = any(${[...ids]}::uuid[]) order by id for no key update`;
}

/** The latest instant at which a period of the subscription fell due and was claimed; null: none was yet. */
export async function readLastBilledBoundary(
  tx: TenantTx,
  subscriptionId: string,
): Promise<Temporal.Instant | null> {
  const [row] = await tx.db.$queryRaw<{ at: Date | null }[]>`
    select max(case when r.definition->>'kind' <> 'one_time' and r.definition->>'billing' = 'in_arrears' then p.end_at else p.start_at end) as at
    from subscription_item i
    join price r on r.tenant_id = i.tenant_id and r.id = i.price_id
    join billing_period p on p.tenant_id = i.tenant_id and p.subscription_item_id = i.id
    where i.tenant_id = ${tx.tenantId}::uuid and i.subscription_id = ${subscriptionId}::uuid`;
  return row?.at ? toInstant(row.at) : null;
}

/** Says anew when a subscription has something to do; null: nothing any more. */
export async function setNextDue(
  tx: TenantTx,
  subscriptionId: string,
  at: Temporal.Instant | null,
): Promise<void> {
  await tx.db.$executeRaw`
    update subscription set next_due_at = ${at === null ? null : toDate(at)}::timestamptz
    where tenant_id = ${tx.tenantId}::uuid and id = ${subscriptionId}::uuid`;
}

/** Live subscriptions with recurring or metered items to come that wait for no boundary, by id after a cursor. */
export async function listWithoutDueBoundary(
  tx: TenantTx,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    select s.id from subscription s
    where s.tenant_id = ${tx.tenantId}::uuid and (${after}::uuid is null or s.id > ${after}::uuid) and s.next_due_at is null and s.ends_at is null
      and s.status in ('scheduled', 'trialing', 'active', 'past_due') and exists (
        select from subscription_item si join price r on r.tenant_id = si.tenant_id and r.id = si.price_id
        where si.tenant_id = s.tenant_id and si.subscription_id = s.id and si.ends_at is null and r.definition ->> 'kind' <> 'one_time')
    order by s.id limit ${limit}`;
  return rows.map((row) => row.id);
}

/** What parks an account whose books do not add up; only a person takes it back. */
export const breachCode = "invariant_breached";

/**
 * Puts aside every live subscription of customers, for a reason that stays until a person takes them back. One that is so
 * already stays as it is. Returns those that are new.
 */
export async function parkAccounts(
  tx: TenantTx,
  list: readonly { readonly customerId: string; readonly reason: string }[],
): Promise<{ readonly id: string; readonly customer_id: string; readonly parked_reason: string }[]> {
  if (list.length === 0) return [];
  return tx.db.$queryRaw`
    update subscription s set parked_at = now(), parked_code = ${breachCode}, parked_reason = p.reason
    from unnest(${list.map((p) => p.customerId)}::uuid[], ${list.map((p) => p.reason)}::text[]) as p (customer_id, reason)
    where s.tenant_id = ${tx.tenantId}::uuid and s.customer_id = p.customer_id and s.status not in ('canceled', 'ended')
      and s.parked_code is distinct from ${breachCode}
    returning s.id, s.customer_id, s.parked_reason`;
}

/** Whether the customer's account is put aside because its books do not add up. */
export async function isAccountParked(tx: TenantTx, customerId: string): Promise<boolean> {
  const rows = await tx.db.$queryRaw<object[]>`
    select from subscription where tenant_id = ${tx.tenantId}::uuid and customer_id = ${customerId}::uuid and parked_code = ${breachCode} limit 1`;
  return rows.length > 0;
}

/** Puts subscriptions aside whose billing failed, with the reason; they stop nobody else. */
export async function parkSubscriptions(
  tx: TenantTx,
  list: readonly { readonly subscriptionId: string; readonly code: string; readonly reason: string }[],
): Promise<void> {
  if (list.length === 0) return;
  await tx.db.$executeRaw`
    update subscription s set parked_at = now(), parked_code = p.code, parked_reason = p.reason
    from unnest(${list.map((p) => p.subscriptionId)}::uuid[], ${list.map((p) => p.code)}::text[], ${list.map((p) => p.reason)}::text[])
      as p (id, code, reason)
    where s.tenant_id = ${tx.tenantId}::uuid and s.id = p.id and s.parked_code is distinct from ${breachCode}`;
}

/**
 * Takes subscriptions back from the side: one of them, or all that were parked longer ago than that, but for those whose books do
 * not add up. Returns their ids.
 */
export async function unparkSubscriptions(
  tx: TenantTx,
  which: { readonly subscriptionId: string } | { readonly olderThanMs: number },
): Promise<string[]> {
  const id = "subscriptionId" in which ? which.subscriptionId : null;
  const olderThanMs = "olderThanMs" in which ? which.olderThanMs : 0;
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    update subscription set parked_at = null, parked_code = null, parked_reason = null
    where tenant_id = ${tx.tenantId}::uuid and parked_at is not null
      and case when ${id}::uuid is null then parked_code is distinct from ${breachCode} else id = ${id}::uuid end and parked_at <= now() - ${olderThanMs} * interval '1 millisecond'
    returning id`;
  return rows.map((row) => row.id);
}

/** Subscriptions that were parked longer ago than that and may be tried again, those that rest longest first. */
export async function listRestedParked(
  tx: TenantTx,
  which: { readonly olderThanMs: number; readonly limit: number },
): Promise<string[]> {
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    select id from subscription
    where tenant_id = ${tx.tenantId}::uuid and parked_at <= now() - ${which.olderThanMs} * interval '1 millisecond'
      and parked_code is distinct from ${breachCode} and status not in ('canceled', 'ended')
    order by parked_at, id limit ${which.limit}`;
  return rows.map((row) => row.id);
}

/** Lets a subscription that was tried in vain rest again, with what is wrong now; one that somebody took back meanwhile stays so. */
export async function restParked(
  tx: TenantTx,
  again: { readonly subscriptionId: string; readonly code: string; readonly reason: string },
): Promise<void> {
  await tx.db.$executeRaw`
    update subscription set parked_at = now(), parked_code = ${again.code}, parked_reason = ${again.reason}
    where tenant_id = ${tx.tenantId}::uuid and id = ${again.subscriptionId}::uuid and parked_at is not null and parked_code is distinct from ${breachCode}`;
}

/** Tenants that have a boundary due by their own clock, or something parked for longer than `parkedMs`. System role. */
export async function listTenantsWithDueWork(db: Db, parkedMs: number): Promise<string[]> {
  const rows = await db.$queryRaw<{ tenant_id: string }[]>`
    select distinct s.tenant_id from subscription s join tenant t on t.id = s.tenant_id
    where s.next_due_at <= coalesce(t.clock_now, now()) and s.status not in ('canceled', 'ended')
      and (s.parked_at is null or s.parked_at <= now() - ${parkedMs} * interval '1 millisecond')`;
  return rows.map((row) => row.tenant_id);
}

export type DueSubscription = {
  readonly id: string;
  readonly customer_id: string;
  readonly timezone: string;
};

/** Whose subscriptions count: those of active customers. */
export type Whom = {
  /** Null: all. */
  readonly customerIds: readonly string[] | null;
  /** Customers with a schedule of their own, switched on, are left out. */
  readonly leavesScheduled: boolean;
};
export const everybody: Whom = { customerIds: null, leavesScheduled: false };

/**
 * Subscriptions of active customers with a boundary at or before the cutoff of their zone, not parked, in order.
 * @param cutoffs zone -> instant, inclusive; zones that are missing have nothing due
 */
export async function listDueSubscriptions(
  tx: TenantTx,
  cutoffs: ReadonlyMap<string, Temporal.Instant>,
  whom: Whom,
): Promise<DueSubscription[]> {
  const zones = [...cutoffs.keys()];
  return tx.db.$queryRaw<DueSubscription[]>`
    select s.id, s.customer_id, s.timezone from subscription s
    join customer c on c.tenant_id = s.tenant_id and c.id = s.customer_id
    join unnest(${zones}::text[], ${zones.map((zone) => toDate(cutoffs.get(zone) ?? tx.now))}::timestamptz[]) as z (timezone, cutoff) on z.timezone = s.timezone
    where s.tenant_id = ${tx.tenantId}::uuid and s.next_due_at <= z.cutoff and s.parked_at is null
      and s.status not in ('canceled', 'ended') and ${isAmong(whom)}
    order by c.external_id, s.id`;
}

/** Active customers that hold a live subscription, counted by zone; a customer with two zones counts in each. */
export async function countBillable(
  tx: TenantTx,
  whom: Whom,
): Promise<{
  readonly organizations: number;
  readonly zones: string[];
}> {
  const [row] = await tx.db.$queryRaw<{ organizations: bigint; zones: string[] | null }[]>`
    select count(distinct s.customer_id) as organizations, array_agg(distinct s.timezone) as zones from subscription s
    join customer c on c.tenant_id = s.tenant_id and c.id = s.customer_id
    where s.tenant_id = ${tx.tenantId}::uuid and s.status not in ('canceled', 'ended')
      and ${isAmong(whom)}`;
  return { organizations: Number(row?.organizations ?? 0n), zones: row?.zones ?? [] };
}

/**
 * Of the customers that `countBillable` counts, those whose every live subscription has nothing due by its zone's cutoff:
 * not one that is parked, and not one whose zone has no cutoff yet.
 */
export async function countNothingDue(
  tx: TenantTx,
  cutoffs: ReadonlyMap<string, Temporal.Instant>,
  whom: Whom,
): Promise<number> {
  const zones = [...cutoffs.keys()];
  const [row] = await tx.db.$queryRaw<{ n: bigint }[]>`
    select count(*) as n from (
      select s.customer_id from subscription s
      join customer c on c.tenant_id = s.tenant_id and c.id = s.customer_id
      left join unnest(${zones}::text[], ${zones.map((zone) => toDate(cutoffs.get(zone) ?? tx.now))}::timestamptz[]) as z (timezone, cutoff) on z.timezone = s.timezone
      where s.tenant_id = ${tx.tenantId}::uuid and s.status not in ('canceled', 'ended')
        and ${isAmong(whom)}
      group by s.customer_id
      having bool_and(s.parked_at is null and z.cutoff is not null and (s.next_due_at is null or s.next_due_at > z.cutoff))) n`;
  return Number(row?.n ?? 0n);
}

function isAmong({ customerIds, leavesScheduled }: Whom): Prisma.Sql {
  const only = customerIds === null ? null : [...customerIds];
  return Prisma.sql`c.status = 'active' and c.deleted_at is null and (${only}::uuid[] is null or s.customer_id = any(${only}::uuid[]))
    and not (${leavesScheduled}::boolean and c.schedule_next_run_at is not null)`;
}

/** The distinct zones of some subscriptions. */
export async function zonesOfSubscriptions(tx: TenantTx, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.db.$queryRaw<{ timezone: string }[]>`
    select distinct timezone from subscription where tenant_id = ${tx.tenantId}::uuid and id = any(${[...ids]}::uuid[])`;
  return rows.map((row) => row.timezone);
}
