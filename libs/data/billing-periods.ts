import { arrayLiteral } from "./array-literal.ts";
import { toDate, type TenantTx } from "./database.ts";
import type { DuePeriod } from "#libs/core/rating/due-periods.ts";
import { newId } from "./new-id.ts";

export type PeriodClaim = { readonly id: string; readonly due: DuePeriod };

/**
 * Claims periods for billing, sorted so that two claimers never wait for each other in a circle. Only the returned
 * claims are won: the others were claimed before. The chain of each item (start = end of the one before) is a
 * foreign key, so a claim that would leave a gap or overlap fails.
 */
export async function claimPeriods(tx: TenantTx, dues: readonly DuePeriod[]): Promise<PeriodClaim[]> {
  if (dues.length === 0) return [];
  const wanted = dues.map((due) => ({ id: newId(), due }));
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    insert into billing_period (tenant_id, id, subscription_item_id, schedule_no, index, start_at, end_at, prev_end_at, state)
    select ${tx.tenantId}::uuid, c.id, c.item_id, c.schedule_no, c.index, c.start_at, c.end_at,
           case when c.index > 0 or c.schedule_no > 0 then c.start_at end, 'claimed'
    from unnest(${arrayLiteral(wanted.map((c) => c.id))}::uuid[], ${arrayLiteral(wanted.map((c) => c.due.item.itemId))}::uuid[],
                ${arrayLiteral(wanted.map((c) => c.due.item.scheduleNo))}::int[], ${arrayLiteral(wanted.map((c) => c.due.index))}::int[],
                ${arrayLiteral(wanted.map((c) => toDate(c.due.start)))}::timestamptz[], ${arrayLiteral(wanted.map((c) => toDate(c.due.end)))}::timestamptz[])
      as c (id, item_id, schedule_no, index, start_at, end_at)
    order by c.item_id, c.index
    on conflict do nothing
    returning id`;
  const won = new Set(rows.map((row) => row.id));
  return wanted.filter((claim) => won.has(claim.id));
}

/** Those of the periods that are claimed already. */
export async function findClaimed(tx: TenantTx, dues: readonly DuePeriod[]): Promise<Set<DuePeriod>> {
  if (dues.length === 0) return new Set();
  const rows = await tx.db.$queryRaw<{ n: bigint }[]>`
    select c.n from unnest(${arrayLiteral(dues.map((due) => due.item.itemId))}::uuid[], ${arrayLiteral(dues.map((due) => due.item.scheduleNo))}::int[],
                           ${arrayLiteral(dues.map((due) => due.index))}::int[]) with ordinality as c (item_id, schedule_no, index, n)
    where exists (select from billing_period p where p.tenant_id = ${tx.tenantId}::uuid and p.subscription_item_id = c.item_id
                    and p.schedule_no = c.schedule_no and p.index = c.index)`;
  const claimed = new Set(rows.map((row) => Number(row.n)));
  return new Set(dues.filter((_, index) => claimed.has(index + 1)));
}

export type BilledPeriod = {
  readonly id: string;
  /** Unset: billed. `dropped`: its usage was waived, and is never counted again. */
  readonly state?: "billed" | "dropped";
  readonly invoiceId: string | null;
  readonly eventCount: bigint;
};

/** Records which invoice billed a claim, and of how many usage events its quantity was made. */
export async function markPeriodsBilled(tx: TenantTx, billed: readonly BilledPeriod[]): Promise<void> {
  if (billed.length === 0) return;
  await tx.db.$executeRaw`
    update billing_period p set state = b.state, invoice_id = b.invoice_id, event_count = b.event_count
    from unnest(${arrayLiteral(billed.map((b) => b.id))}::uuid[], ${arrayLiteral(billed.map((b) => b.state ?? "billed"))}::text[], ${arrayLiteral(billed.map((b) => b.invoiceId))}::uuid[],
                ${arrayLiteral(billed.map((b) => b.eventCount))}::bigint[])
      as b (id, state, invoice_id, event_count)
    where p.tenant_id = ${tx.tenantId}::uuid and p.id = b.id`;
}
