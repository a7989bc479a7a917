import type { Temporal } from "temporal-polyfill";
import type { Deps } from "#libs/billing/deps.ts";
import { sweepDueBoundaries } from "#libs/billing/run/sweep-due-boundaries.ts";
import { startScheduledRuns } from "#libs/billing/run/start-scheduled-runs.ts";
import { noteTick } from "#libs/billing/run/note-schedules.ts";
import { scheduleReconciliations } from "#libs/billing/reconciliation/schedule-reconciliations.ts";
import { sweepAnomalies } from "#libs/billing/report/sweep-anomalies.ts";
import { sweepOverdue } from "#libs/billing/dunning/sweep-overdue.ts";
import { sweepReminders } from "#libs/billing/dunning/sweep-reminders.ts";
import { sweepWriteOffs } from "#libs/billing/dunning/sweep-write-offs.ts";
import { planRecounts } from "#libs/billing/usage/plan-recounts.ts";
import type { QueueName } from "#libs/platform/queue/queue-names.ts";

/** A cron that wakes us up: what is due is computed from the database, so a tick too many or too few does no harm. */
export type Schedule = {
  readonly name: string;
  /** Six fields, seconds first. */
  readonly cron: string;
  readonly timezone: string;
  readonly queue: QueueName;
  /** `at`: the instant of the tick by its cron, system time; the same for a tick that is delivered twice. */
  readonly tick: (deps: Deps, at: Temporal.Instant) => Promise<unknown>;
};

export type ScheduleSettings = {
  /** Cron of the legacy run; unset = there is none. */
  readonly runSchedule: string | undefined;
  /** Month that the monthly and the legacy run process instead of the previous one. */
  readonly processMonth: string | undefined;
  /** Monthly and legacy runs compute and report, and nothing else is written. */
  readonly dryRun: boolean;
};

const writesNothing = async (): Promise<string> => "DRY_RUN is set: nothing is written";

/** Every schedule of an installation. */
export function schedulesOf(settings: ScheduleSettings): Map<string, Schedule> {
  const { processMonth, dryRun, runSchedule } = settings;
  const list: Schedule[] = [
    {
      name: "usage.recount",
      cron: "0 0 * * * *",
      timezone: "UTC",
      queue: "usage-aggregation",
      tick: dryRun ? writesNothing : (deps) => planRecounts(deps.database),
    },
    {
      name: "billing.month",
      cron: "0 0 0 1 * *",
      timezone: "UTC",
      queue: "invoice-generation",
      tick: (deps, at) => startScheduledRuns(deps, { kind: "month", processMonth, dryRun, at }),
    },
    {
      name: "billing.due",
      cron: "0 * * * * *",
      timezone: "UTC",
      queue: "invoice-generation",
      tick: dryRun ? writesNothing : (deps) => sweepDueBoundaries(deps),
    },
  ];
  list.push(...afterBilling(dryRun));
  if (runSchedule !== undefined) {
    list.push({
      name: "billing.legacy",
      cron: runSchedule,
      timezone: "UTC",
      queue: "invoice-generation",
      tick: (deps, at) => startScheduledRuns(deps, { kind: "legacy", processMonth, dryRun, at }),
    });
  }
  return new Map(list.map((schedule) => [schedule.name, schedule]));
}

/** What goes on once invoices are issued: dunning, and looking whether all adds up. */
function afterBilling(dryRun: boolean): Schedule[] {
  const list: Schedule[] = [
    {
      name: "invoice.remind",
      timezone: "UTC",
      cron: "0 20 * * * *",
      queue: "email-delivery",
      tick: (deps) => sweepReminders(deps),
    },
    {
      name: "invoice.overdue",
      timezone: "UTC",
      cron: "30 * * * * *",
      queue: "notification",
      tick: (deps) => sweepOverdue(deps),
    },
    {
      name: "invoice.write_off",
      timezone: "UTC",
      cron: "0 50 * * * *",
      queue: "notification",
      tick: (deps) => sweepWriteOffs(deps),
    },
    {
      name: "reconciliation.daily",
      timezone: "UTC",
      cron: "0 10 5 * * *",
      queue: "notification",
      tick: (deps, at) => scheduleReconciliations(deps, at),
    },
    {
      name: "report.anomalies",
      timezone: "UTC",
      cron: "0 40 4 * * *",
      queue: "notification",
      tick: (deps) => sweepAnomalies(deps),
    },
  ];
  return dryRun ? list.map((schedule) => ({ ...schedule, tick: writesNothing })) : list;
}

/** Runs one tick; what it throws is retried by the queue, and by the next tick. */
export async function runSchedule(deps: Deps, schedule: Schedule, at: Temporal.Instant): Promise<unknown> {
  const result = await schedule.tick(deps, at);
  await noteTick(deps, schedule, at);
  deps.logger.debug("schedule ticked", { schedule: schedule.name, result });
  return result;
}
