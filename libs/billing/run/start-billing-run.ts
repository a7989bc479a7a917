import type { Temporal } from "temporal-polyfill";
import { isMonthOver, monthEnd, parseMonth } from "#libs/core/calendar/month.ts";
import { domainError } from "#libs/core/errors.ts";
import { insertRun, lockRuns, type RunKind } from "#libs/data/billing-runs.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { planJobs } from "#libs/data/domain-events.ts";
import { findJobByKey } from "#libs/data/jobs.ts";
import { newId } from "#libs/data/new-id.ts";

export type StartRunInput = {
  readonly kind: RunKind;
  /** `YYYY-MM`: every unbilled boundary up to the first instant of the next month in each subscription's zone. */
  readonly month?: string;
  /** Every unbilled boundary up to here, inclusive; default: the tenant's now. */
  readonly asOf?: Temporal.Instant;
  readonly dryRun: boolean;
  /** Only these customers; unset = all. */
  readonly customerIds?: readonly string[];
  /** Leaves customers with a schedule of their own to that; unset: bills them too. */
  readonly leavesScheduled?: boolean;
  /** Business key of a scheduled run: a second start with it is the same run. Unset: a run of its own. */
  readonly key?: string;
};

export type StartedRun = { readonly runId: string; readonly jobId: string; readonly fresh: boolean };

/** Zones go from UTC-12 to UTC+14: the earliest in which a month ends. */
const earliestZone = "Pacific/Kiritimati";
/** How long a plan of a run may be worked on before what is left counts as an error. */
export const runDeadlineMs = 15 * 60_000;

/**
 * Asks for a billing run: writes the run and the job that plans it. A scheduled key that was started before gives
 * the same run.
 * @throws `month_not_over` for a month that is over nowhere yet, unless it is a dry run; `month_invalid`
 */
export async function startBillingRun(tx: TenantTx, input: StartRunInput): Promise<StartedRun> {
  if (input.month !== undefined) {
    parseMonth(input.month);
    if (!input.dryRun && !isMonthOver(input.month, earliestZone, tx.now)) {
      throw domainError(
        "month_not_over",
        `${input.month} ends at ${monthEnd(input.month, earliestZone).toString()} in the earliest time zone, now is ${tx.now.toString()}; a dry run may look ahead`,
        {
          errors: [
            { path: "month", code: "month_not_over", message: "a month that is over, or dry_run: true" },
          ],
        },
      );
    }
  }
  await lockRuns(tx);
  const id = newId();
  const run = await insertRun(tx, {
    id,
    kind: input.kind,
    key: input.key ?? `${input.kind}/${id}`,
    month: input.month ?? null,
    asOf: input.asOf ?? null,
    dryRun: input.dryRun,
    customers: input.customerIds ?? [],
    leavesScheduled: input.leavesScheduled ?? false,
    deadlineMs: runDeadlineMs,
  });
  const signal = { type: "billing_run.requested", subjectType: "billing_run", subjectId: run.id } as const;
  await planJobs({ ...tx, runId: run.id }, [signal]);
  const job = await findJobByKey(tx, `billing_run.plan/${run.id}/0`);
  return { runId: run.id, jobId: job?.id ?? run.id, fresh: run.fresh };
}
