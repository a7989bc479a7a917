import type { Temporal } from "temporal-polyfill";
import { previousMonth } from "#libs/core/calendar/month.ts";
import { withSystem, withTenant } from "#libs/data/database.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { listTenantIds } from "#libs/data/tenants.ts";
import type { Deps } from "../deps.ts";
import { startBillingRun } from "./start-billing-run.ts";

/**
 * What the monthly and the legacy schedule do: one run per tenant of its previous month, or of PROCESS_MONTH. The month
 * is part of the run's key, and of a legacy or dry run the tick: several schedulers, and a tick that comes twice, start one run.
 * @returns how many runs are new
 */
export async function startScheduledRuns(
  deps: Pick<Deps, "database" | "logger">,
  input: {
    readonly kind: "month" | "legacy";
    readonly processMonth: string | undefined;
    readonly dryRun: boolean;
    /** The tick's instant by its cron. */
    readonly at: Temporal.Instant;
  },
): Promise<number> {
  let fresh = 0;
  for (const tenantId of await withSystem(deps.database, listTenantIds)) {
    try {
      const run = await withTenant(
        deps.database,
        { tenantId, actor: `schedule:${input.kind}` },
        async (tx) => {
          const { settings } = await currentSettings(tx);
          const month = input.processMonth ?? previousMonth(tx.now, settings.timezone);
          const at = input.at.toString({ smallestUnit: "second" });
          const tick = input.dryRun ? `/dry/${at}` : input.kind === "legacy" ? `/${at}` : "";
          return startBillingRun(tx, {
            kind: input.kind,
            month,
            dryRun: input.dryRun,
            key: `${input.kind}/${month}${tick}`,
          });
        },
      );
      fresh += run.fresh ? 1 : 0;
    } catch (error) {
      deps.logger.error("scheduled run could not start", { tenant_id: tenantId, kind: input.kind, error });
    }
  }
  return fresh;
}
