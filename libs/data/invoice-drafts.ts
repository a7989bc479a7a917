import { type Database, withSystem, withTenant } from "./database.ts";
import { planJobs } from "./domain-events.ts";

/** Plans the finalization of every draft whose window has passed by its tenant's clock. */
export async function emitDueDrafts(database: Database): Promise<void> {
  const due = await withSystem(
    database,
    (db) => db.$queryRaw<{ tenant_id: string; id: string }[]>`
      select i.tenant_id, i.id from invoice i join tenant t on t.id = i.tenant_id
      where i.invoice_status = 'draft' and i.finalize_at <= coalesce(t.clock_now, now()) limit 1000`,
  );
  for (const tenantId of new Set(due.map((row) => row.tenant_id))) {
    const ids = due.filter((row) => row.tenant_id === tenantId).map((row) => row.id);
    await withTenant(database, { tenantId, actor: "scheduler" }, (tx) =>
      planJobs(
        tx,
        ids.map((id) => ({ type: "invoice.draft_due", subjectType: "invoice", subjectId: id })),
      ),
    );
  }
}
