import type { Temporal } from "temporal-polyfill";
import { type Db, toDate, type TenantTx } from "./database.ts";
import { planJobs } from "./domain-events.ts";

/** Tenants that have a draft whose window has passed by their own clock. System role. */
export async function listTenantsWithDueDrafts(db: Db): Promise<string[]> {
  const rows = await db.$queryRaw<{ tenant_id: string }[]>`
    select distinct i.tenant_id from invoice i join tenant t on t.id = i.tenant_id
    where i.invoice_status = 'draft' and i.finalize_at <= coalesce(t.clock_now, now())`;
  return rows.map((row) => row.tenant_id);
}

/** Plans the finalization of a tenant's drafts whose window has passed, 1,000 at a time. Returns how many are new. */
export async function planDueDrafts(tx: TenantTx): Promise<number> {
  const due = await tx.db.$queryRaw<{ id: string }[]>`
    select id from invoice where tenant_id = ${tx.tenantId}::uuid and invoice_status = 'draft' and finalize_at <= ${toDate(tx.now)}
    order by finalize_at, id limit 1000`;
  const jobs = await planJobs(
    tx,
    due.map(({ id }) => ({ type: "invoice.draft_due", subjectType: "invoice", subjectId: id })),
  );
  return jobs.length;
}

/** Changes what a draft says beside its lines. */
export async function updateDraftHeader(
  tx: TenantTx,
  id: string,
  header: {
    readonly description: string | null;
    readonly dueAt: Temporal.Instant | null;
    readonly metadata: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  await tx.db.$executeRaw`
    update invoice set description = ${header.description}::text, due_at = ${header.dueAt === null ? null : toDate(header.dueAt)}::timestamptz,
      metadata = ${JSON.stringify(header.metadata)}::jsonb
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid and invoice_status = 'draft'`;
}
