import type { Temporal } from "temporal-polyfill";
import { previousMonth } from "#libs/core/calendar/month.ts";
import { type TenantTx, withSystem, withTenant } from "#libs/data/database.ts";
import { listTenantsScheduling } from "#libs/data/tenant-schedules.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { listTenantIds } from "#libs/data/tenants.ts";
import type { Deps } from "../deps.ts";
import { startBillingRun } from "./start-billing-run.ts";

export type ScheduledRun = {
  readonly kind: "month" | "legacy";
  /** Instead of the month before, as the tenant's clock and zone see it. */
  readonly processMonth: string | undefined;
  readonly dryRun: boolean;
  /** The tick's instant by its cron. */
  readonly at: Temporal.Instant;
};

/**
 * What the installation's monthly and legacy schedules do: one run per tenant that has no schedule of its own for it. Several
 * schedulers, and a tick that comes twice, start one run.
 * @returns how many runs are new
 */
export async function startScheduledRuns(
  deps: Pick<Deps, "database" | "logger">,
  input: ScheduledRun,
): Promise<number> {
  const { tenantIds, own } = await withSystem(deps.database, async (db) => ({
    tenantIds: await listTenantIds(db),
    own: await listTenantsScheduling(db, `billing.${input.kind}`),
  }));
  let fresh = 0;
  for (const tenantId of tenantIds.filter((id) => !own.has(id))) {
    const scope = { tenantId, actor: `schedule:${input.kind}` };
    try {
      fresh += (await withTenant(deps.database, scope, (tx) => startScheduledRun(tx, input))) ? 1 : 0;
    } catch (error) {
      deps.logger.error("scheduled run could not start", { tenant_id: tenantId, kind: input.kind, error });
    }
  }
  return fresh;
}

/**
 * The tenant's run of a tick, or that of one customer: the month before in its schedule's zone. The month is part of its key,
 * and of a legacy or dry run the tick. The tenant's leaves customers with a schedule of their own to that. Returns whether it is new.
 */
export async function startScheduledRun(
  tx: TenantTx,
  input: ScheduledRun & { readonly customer?: { readonly id: string; readonly timezone: string } },
): Promise<boolean> {
  const { settings } = await currentSettings(tx);
  const { customer } = input;
  const month = input.processMonth ?? previousMonth(tx.now, customer?.timezone ?? settings.timezone);
  const whose = customer === undefined ? "" : `/customer/${customer.id}`;
  const at = input.at.toString({ smallestUnit: "second" });
  const tick = input.dryRun ? `/dry/${at}` : input.kind === "legacy" ? `/${at}` : "";
  const { fresh } = await startBillingRun(tx, {
    kind: input.kind,
    month,
    dryRun: input.dryRun,
    ...(customer === undefined ? { leavesScheduled: true } : { customerIds: [customer.id] }),
    key: `${input.kind}/${month}${whose}${tick}`,
  });
  return fresh;
}
