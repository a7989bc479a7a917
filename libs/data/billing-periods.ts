import { arrayLiteral } from "./array-literal.ts";
import { toDateText, type TenantTx } from "./database.ts";
import type { DuePeriod } from "#libs/core/rating/due-periods.ts";
import { Prisma } from "#prisma/generated/client.ts";
import { draftHeaders, type NewInvoice } from "./invoices.ts";

/** A period that is claimed to be billed, and what becomes of it. */
export type PeriodClaim = {
  readonly id: string;
  readonly due: DuePeriod;
  /** `dropped`: its usage was waived, and is never counted again. */
  readonly state: "billed" | "dropped";
  /** Null where no invoice bills it. */
  readonly invoiceId: string | null;
  /** Of how many usage events its quantity was made. */
  readonly eventCount: bigint;
};

/** What is billed at a boundary: its claims, and the draft that bills them; null where none does. */
export type ClaimedDraft = {
  readonly claims: readonly PeriodClaim[];
  readonly invoice: NewInvoice | null;
  /** Whether there is an invoice only where a claim of it is won. */
  readonly needsClaim: boolean;
};

/**
 * Claims periods for billing and writes the headers of the drafts that bill what was won, in one statement. The claims are sorted, so
 * that two claimers never wait for each other in a circle. The chain of each item (start = end of the one before) is a foreign key,
 * so a claim that would leave a gap or overlap fails.
 * @returns ids of the claims that are won: the others were claimed before
 */
export async function claimDrafts(tx: TenantTx, list: readonly ClaimedDraft[]): Promise<Set<string>> {
  if (list.length === 0) return new Set();
  const wanted = list.flatMap(({ claims }) => claims);
  const invoices = list.flatMap(({ invoice }) => invoice ?? []);
  const free = list.flatMap(({ invoice, needsClaim }) =>
    invoice === null || needsClaim ? [] : [invoice.id],
  );
  const isWon = Prisma.sql`i.id in (select w.invoice_id from won w) or i.id = any(${arrayLiteral(free)}::uuid[])`;
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    with won as (
      insert into billing_period (tenant_id, id, subscription_item_id, schedule_no, index, start_at, end_at, prev_end_at, state, invoice_id, event_count)
      select ${tx.tenantId}::uuid, c.id, c.item_id, c.schedule_no, c.index, c.start_at, c.end_at,
             case when c.index > 0 or c.schedule_no > 0 then c.start_at end, c.state, c.invoice_id, c.event_count
      from unnest(${arrayLiteral(wanted.map((c) => c.id))}::uuid[], ${arrayLiteral(wanted.map((c) => c.due.item.itemId))}::uuid[],
                  ${arrayLiteral(wanted.map((c) => c.due.item.scheduleNo))}::int[], ${arrayLiteral(wanted.map((c) => c.due.index))}::int[],
                  ${arrayLiteral(wanted.map((c) => toDateText(c.due.start)))}::timestamptz[], ${arrayLiteral(wanted.map((c) => toDateText(c.due.end)))}::timestamptz[],
                  ${arrayLiteral(wanted.map((c) => c.state))}::text[], ${arrayLiteral(wanted.map((c) => c.invoiceId))}::uuid[],
                  ${arrayLiteral(wanted.map((c) => c.eventCount))}::bigint[])
        as c (id, item_id, schedule_no, index, start_at, end_at, state, invoice_id, event_count)
      order by c.item_id, c.index
      on conflict do nothing
      returning id, invoice_id
    ), drafts as (
      ${draftHeaders(tx, invoices, isWon)}
    )
    select id from won`;
  return new Set(rows.map((row) => row.id));
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

export type BilledPeriod = Pick<PeriodClaim, "id" | "invoiceId" | "eventCount">;

/** Records which invoice bills a claim now, and of how many usage events its quantity was made. */
export async function markPeriodsBilled(tx: TenantTx, billed: readonly BilledPeriod[]): Promise<void> {
  if (billed.length === 0) return;
  await tx.db.$executeRaw`
    update billing_period p set state = 'billed', invoice_id = b.invoice_id, event_count = b.event_count
    from unnest(${arrayLiteral(billed.map((b) => b.id))}::uuid[], ${arrayLiteral(billed.map((b) => b.invoiceId))}::uuid[],
                ${arrayLiteral(billed.map((b) => b.eventCount))}::bigint[])
      as b (id, invoice_id, event_count)
    where p.tenant_id = ${tx.tenantId}::uuid and p.id = b.id`;
}
