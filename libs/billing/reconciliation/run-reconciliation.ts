import { domainError } from "#libs/core/errors.ts";
import { type TenantTx, withTenant } from "#libs/data/database.ts";
import {
  completeReconciliation,
  findReconciliation,
  type LookedAt,
  type ReconciliationCheck,
  type ReconciliationFinding,
} from "#libs/data/reconciliations.ts";
import type { Deps } from "../deps.ts";
import { describeFailure } from "../work/run-work.ts";
import type { CheckReport, ReconciliationScope } from "./check-report.ts";
import { reconcileBooks } from "./reconcile-books.ts";
import { reconcileStorage } from "./reconcile-storage.ts";
import { reconcileStripe } from "./reconcile-stripe.ts";

type ReconcileDeps = Pick<Deps, "database" | "logger" | "mailer" | "secrets" | "stripe" | "store">;

const mostFindings = 1_000;

/**
 * Makes the report of a reconciliation, check by check, and keeps it. Reads here and outside, and changes neither, but that
 * accounts whose money is in doubt are put aside as ever. A check that fails says why and keeps no other from being made. Safe to
 * repeat: a report that is kept stays. When the process stops it ends at once and keeps nothing: the next try begins anew.
 * @throws DomainError reconciliation_not_found, and the reason of `stopping`
 */
export async function runReconciliation(
  deps: ReconcileDeps,
  input: {
    readonly tenantId: string;
    readonly reconciliationId: string;
    readonly stopping?: AbortSignal;
  },
): Promise<{ readonly findings: number }> {
  const { tenantId, reconciliationId, stopping } = input;
  const scope = { tenantId, actor: "job:reconciliation.run", timeoutMs: 60_000, stopping };
  const inTenant = <T>(work: (tx: TenantTx) => Promise<T>) => withTenant(deps.database, scope, work);
  const asked = await inTenant((tx) => findReconciliation(tx, reconciliationId));
  if (asked === null) throw domainError("reconciliation_not_found", `no reconciliation ${reconciliationId}`);
  if (asked.state === "completed") return { findings: asked.findings.length };
  const looked: LookedAt[] = [];
  const findings: ReconciliationFinding[] = [];
  for (const check of asked.checks) {
    try {
      const made = makeCheck(deps, check, { tenantId, since: asked.since, stopping, inTenant });
      const report = await unlessStopped(stopping, made);
      looked.push({
        check,
        outcome: report === null ? "off" : "done",
        objects: report?.objects ?? 0,
        reason: null,
      });
      findings.push(...(report?.findings ?? []).map((finding) => ({ check, ...finding })));
    } catch (error) {
      stopping?.throwIfAborted();
      deps.logger.warn("a check of a reconciliation failed", { tenant_id: tenantId, check, error });
      looked.push({ check, outcome: "failed", objects: 0, reason: describeFailure(error).message });
    }
  }
  if (findings.length > 0) {
    const count = (severity: ReconciliationFinding["severity"]) =>
      findings.filter((finding) => finding.severity === severity).length;
    deps.logger[count("critical") > 0 ? "error" : "warn"]("a reconciliation found what does not agree", {
      ...{ tenant_id: tenantId, reconciliation_id: reconciliationId },
      ...{ critical: count("critical"), errors: count("error"), warnings: count("warning") },
    });
  }
  await inTenant((tx) =>
    completeReconciliation(tx, reconciliationId, { looked, findings: findings.slice(0, mostFindings) }),
  );
  return { findings: findings.length };
}

/** Waits no longer than until the signal comes, for a provider that answers page by page. @throws the reason of the signal */
async function unlessStopped<T>(stopping: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (stopping === undefined) return work;
  let stop = () => {};
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = () => reject(stopping.reason);
    stopping.addEventListener("abort", stop);
  });
  return Promise.race([work, stopped]).finally(() => stopping.removeEventListener("abort", stop));
}

function makeCheck(
  deps: ReconcileDeps,
  check: ReconciliationCheck,
  scope: ReconciliationScope,
): Promise<CheckReport> {
  if (check === "stripe") return reconcileStripe(deps, scope);
  if (check === "storage") return reconcileStorage(deps, scope);
  return reconcileBooks(deps, check, scope);
}
