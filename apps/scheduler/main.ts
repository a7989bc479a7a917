import { causes, jobCatalog } from "#libs/jobs/catalog.ts";
import { schedulesOf } from "#libs/jobs/schedules.ts";
import { readConfig } from "#libs/platform/config.ts";
import { createLogger } from "#libs/platform/logger.ts";
import { buildDeps } from "../build-deps.ts";
import { runProcess } from "../run-process.ts";
import { scheduleSettings } from "../schedule-settings.ts";
import { outsideSweeps } from "./outside-sweeps.ts";
import { startScheduler } from "./start-scheduler.ts";

runProcess("scheduler", async () => {
  const config = readConfig();
  const logger = createLogger({ level: config.LOG_LEVEL, format: config.LOG_FORMAT, process: "scheduler" });
  const built = await buildDeps(config, logger, { causes });
  const scheduler = startScheduler(built.deps, built.queues, {
    jobs: jobCatalog,
    schedules: schedulesOf(scheduleSettings(config)),
    retryScale: config.JOB_RETRY_SCALE,
    sweeps: outsideSweeps(built.deps, config.JOB_RETRY_SCALE, scheduleSettings(config)),
  });
  logger.info("scheduler started", { backend: built.queues.kind });
  return {
    logger,
    close: async () => {
      await scheduler.close();
      await built.close();
    },
  };
});
