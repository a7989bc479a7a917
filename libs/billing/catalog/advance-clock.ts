import { Temporal } from "temporal-polyfill";
import { domainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findTenant, setTenantClock } from "#libs/data/tenants.ts";

/**
 * Moves a test tenant's clock forward. What falls due by it is billed by the next sweep or run.
 * @throws `clock_invalid` for a tenant without a clock of its own, or a time that is not later
 */
export async function advanceClock(tx: TenantTx, to: Temporal.Instant): Promise<void> {
  const tenant = await findTenant(tx);
  if (!tenant?.clock_now)
    throw domainError(
      "clock_invalid",
      "this tenant follows real time; only a test tenant has a clock to advance",
    );
  if (Temporal.Instant.compare(to, tx.now) <= 0) {
    throw domainError(
      "clock_invalid",
      `the clock stands at ${tx.now.toString()} and goes forward only; ${to.toString()} is not later`,
    );
  }
  await setTenantClock(tx, to);
  await writeAudit(tx, {
    action: "tenant.advance_clock",
    targetType: "tenant",
    targetId: tx.tenantId,
    before: { clock_now: tx.now.toString() },
    after: { clock_now: to.toString() },
  });
}
