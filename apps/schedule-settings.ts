import type { ScheduleSettings } from "#libs/jobs/schedules.ts";
import type { Config } from "#libs/platform/config.ts";

/** What the configuration says about schedules. */
export function scheduleSettings(config: Config): ScheduleSettings {
  return { runSchedule: config.RUN_SCHEDULE, processMonth: config.PROCESS_MONTH, dryRun: config.DRY_RUN };
}
