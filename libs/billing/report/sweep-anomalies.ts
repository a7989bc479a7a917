import { previousMonth } from "#libs/core/calendar/month.ts";
import { localDate } from "#libs/core/calendar/timezone.ts";
import { saveAnomalyChecks } from "#libs/data/anomaly-checks.ts";
import { type TenantTx, withSystem, withTenant } from "#libs/data/database.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { listTenantIds } from "#libs/data/tenants.ts";
import type { Deps } from "../deps.ts";
import { describeFailure } from "../work/run-work.ts";
import { anomalyKinds, readAnomalies } from "./read-anomalies.ts";

const timeoutMs = 60_000;

/** Counts the anomalies of every tenant for the metrics; one that fails is logged and does not stop the others. */
export async function sweepAnomalies(deps: Pick<Deps, "database" | "logger">): Promise<number> {
  let found = 0;
  for (const tenantId of await withSystem(deps.database, listTenantIds)) {
    const scope = { tenantId, actor: "schedule:report.anomalies", timeoutMs };
    try {
      found += await withTenant(deps.database, scope, countAnomalies);
    } catch (error) {
      deps.logger.error("anomalies could not be counted", {
        tenant_id: tenantId,
        error: describeFailure(error),
      });
    }
  }
  return found;
}

/** Those of the tenant's month and of the one before it, whose invoices came this month. */
async function countAnomalies(tx: TenantTx): Promise<number> {
  const { settings } = await currentSettings(tx);
  const month = localDate(tx.now, settings.timezone).toPlainYearMonth().toString();
  const found = [
    ...(await readAnomalies(tx, previousMonth(tx.now, settings.timezone))),
    ...(await readAnomalies(tx, month)),
  ];
  await saveAnomalyChecks(
    tx,
    anomalyKinds.map((kind) => ({ kind, findings: found.filter((each) => each.kind === kind).length })),
  );
  return found.length;
}
