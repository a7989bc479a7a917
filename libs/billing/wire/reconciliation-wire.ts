import { z } from "zod";
import { isIdKind, publicId } from "#libs/core/public-id.ts";
import {
  reconciliationChecks,
  type ReconciliationFinding,
  type ReconciliationRow,
} from "#libs/data/reconciliations.ts";
import { nullableTimestamp, timestampToWire } from "./wire-values.ts";

export const reconciliationCheck = z.enum(reconciliationChecks);
const severity = z.enum(["critical", "error", "warning"]);

const findingWire = z
  .strictObject({
    check: reconciliationCheck,
    code: z.string().describe("The invariant (I1 to I24), or what does not agree outside"),
    severity: severity.describe("critical: money or numbers are in doubt; error: something is not done"),
    subject: z.strictObject({ type: z.string(), id: z.string().nullable() }),
    detail: z.string(),
    repair: z.string().describe("What puts it right"),
  })
  .meta({ id: "ReconciliationFinding" });

export const reconciliationSummaryWire = z
  .strictObject({
    id: z.string(),
    state: z
      .enum(["pending", "completed", "incomplete"])
      .describe("completed: every check was made or is off; incomplete: it ended, and a check failed"),
    checks: z.array(reconciliationCheck),
    since: z.iso.datetime().nullable(),
    looked: z
      .array(
        z.strictObject({
          check: reconciliationCheck,
          outcome: z
            .enum(["done", "off", "failed"])
            .describe("off: switched off here; failed: reason says why"),
          objects: z.int(),
          reason: z.string().nullable(),
        }),
      )
      .describe("How each check went"),
    counts: z.strictObject({ critical: z.int(), error: z.int(), warning: z.int() }),
    job_id: z.string().nullable(),
    created_at: z.iso.datetime(),
    completed_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "ReconciliationSummary" });

export const reconciliationWire = reconciliationSummaryWire
  .extend({ findings: z.array(findingWire).describe("Up to 1,000, by check") })
  .meta({ id: "Reconciliation" });

export function presentReconciliationSummary(
  row: ReconciliationRow,
): z.infer<typeof reconciliationSummaryWire> {
  const count = (of: z.infer<typeof severity>) =>
    row.findings.filter((finding) => finding.severity === of).length;
  return {
    ...{ id: publicId("reconciliation", row.id), state: stateOf(row), checks: [...row.checks] },
    since: nullableTimestamp(row.since),
    looked: row.looked.map(({ check, outcome, objects, reason }) => ({ check, outcome, objects, reason })),
    counts: { critical: count("critical"), error: count("error"), warning: count("warning") },
    job_id: row.job_id === null ? null : publicId("job", row.job_id),
    created_at: timestampToWire(row.created_at),
    completed_at: nullableTimestamp(row.completed_at),
  };
}

/** A report that a check is missing from must not be read as one that found nothing. */
function stateOf({ state, looked }: ReconciliationRow): "pending" | "completed" | "incomplete" {
  return looked.some(({ outcome }) => outcome === "failed") ? "incomplete" : state;
}

export function presentReconciliation(row: ReconciliationRow): z.infer<typeof reconciliationWire> {
  return { ...presentReconciliationSummary(row), findings: row.findings.map(presentFinding) };
}

function presentFinding(finding: ReconciliationFinding): z.infer<typeof findingWire> {
  const { check, code, severity: level, subjectType: type, subjectId, detail, repair } = finding;
  const id = subjectId !== null && isIdKind(type) ? publicId(type, subjectId) : subjectId;
  return { check, code, severity: level, subject: { type, id }, detail, repair };
}
