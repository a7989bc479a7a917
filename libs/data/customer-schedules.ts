import type { Temporal } from "temporal-polyfill";
import { type Db, toDate, type TenantTx } from "./database.ts";

/** Active customers whose own schedule is due by the database's clock, earliest first. System role. */
export async function listDueCustomerSchedules(
  db: Db,
  limit: number,
): Promise<{ readonly tenant_id: string; readonly customer_id: string }[]> {
  return db.$queryRaw<{ tenant_id: string; customer_id: string }[]>`
    select tenant_id, id as customer_id from customer
    where schedule_next_run_at <= now() and status = 'active' order by schedule_next_run_at limit ${limit}`;
}

/** Writes down that the customer's own schedule has ticked; its version stays. The caller holds the row. */
export async function markCustomerScheduleRun(
  tx: TenantTx,
  run: {
    readonly customerId: string;
    readonly ranAt: Temporal.Instant;
    readonly nextRunAt: Temporal.Instant;
  },
): Promise<void> {
  await tx.db.$executeRaw`
    update customer set schedule_last_run_at = ${toDate(run.ranAt)}, schedule_next_run_at = ${toDate(run.nextRunAt)}
    where tenant_id = ${tx.tenantId}::uuid and id = ${run.customerId}::uuid`;
}
