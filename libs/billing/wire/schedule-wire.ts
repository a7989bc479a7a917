import { z } from "zod";
import type { ScheduleRow } from "#libs/data/schedule-ticks.ts";
import type { TenantScheduleRow } from "#libs/data/tenant-schedules.ts";
import { nullableTimestamp, text, timezoneName } from "./wire-values.ts";

const cron = text(100).describe('Six fields, seconds first, such as "0 0 6 1 * *"');

export const scheduleBody = z.strictObject({
  cron,
  timezone: timezoneName.default("UTC"),
  enabled: z.boolean().default(true),
});

export const scheduleWire = z
  .object({
    name: z.string(),
    scope: z
      .enum(["tenant", "installation"])
      .describe("installation: the same for every tenant that has not set its own"),
    cron: z.string(),
    timezone: z.string(),
    enabled: z.boolean(),
    last_run_at: z.iso.datetime().nullable(),
    next_run_at: z.iso.datetime().nullable(),
    version: z.int(),
  })
  .meta({ id: "Schedule" });

export function presentTenantSchedule(row: TenantScheduleRow): z.infer<typeof scheduleWire> {
  return {
    ...row,
    scope: "tenant",
    last_run_at: nullableTimestamp(row.last_run_at),
    next_run_at: nullableTimestamp(row.next_run_at),
  };
}

/** A schedule of the installation, as a tenant without its own sees it. */
export function presentSchedule(row: ScheduleRow): z.infer<typeof scheduleWire> {
  return {
    ...row,
    ...{ scope: "installation", enabled: true, version: 0 },
    last_run_at: nullableTimestamp(row.last_run_at),
    next_run_at: nullableTimestamp(row.next_run_at),
  };
}
