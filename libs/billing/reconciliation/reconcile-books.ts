import { defined } from "#libs/core/defined.ts";
import type { ReconciliationCheck } from "#libs/data/reconciliations.ts";
import type { Deps } from "../deps.ts";
import { checkInvariants } from "../invariant/check-invariants.ts";
import type { CheckReport, ReconciliationScope } from "./check-report.ts";

/** The invariants that a check looks at. */
const codesOf: Readonly<Record<Exclude<ReconciliationCheck, "storage" | "stripe">, readonly string[]>> = {
  ledger: ["I1", "I2", "I3", "I4", "I5", "I6", "I11", "I12"],
  periods: ["I7", "I8", "I9", "I10"],
  usage: ["I13", "I14", "I15", "I16", "I17"],
  effects: ["I18", "I19", "I20", "I21", "I22", "I23", "I24"],
};

/** Holds what is stored against itself, by the invariants; all of it, unless a start is named. @throws Error what could not be looked at */
export async function reconcileBooks(
  deps: Pick<Deps, "database" | "logger" | "mailer" | "stripe">,
  check: keyof typeof codesOf,
  { tenantId, since, stopping }: ReconciliationScope,
): Promise<CheckReport> {
  const codes = codesOf[check];
  const window = since === null ? { deep: true } : { since };
  const checked = await checkInvariants(deps, {
    tenantId,
    ...{ codes, stopping },
    ...defined(window),
    limit: 200,
    timeoutMs: 300_000,
  });
  const failed = checked.find(({ failure }) => failure !== null);
  if (failed?.failure)
    throw new Error(`${failed.invariant.code} could not be looked at: ${failed.failure.message}`);
  const findings = checked.flatMap(({ invariant, breaches }) =>
    breaches.map(({ subject_type, subject_id, detail }) => ({
      ...{ code: invariant.code, severity: invariant.severity, repair: invariant.repair },
      ...{ subjectType: subject_type, subjectId: subject_id, detail },
    })),
  );
  return { objects: checked.length, findings };
}
