import { causes, jobCatalog } from "#libs/jobs/catalog.ts";
import { schedulesOf } from "#libs/jobs/schedules.ts";
import { readConfig } from "#libs/platform/config.ts";
import { queueNames } from "#libs/platform/queue/queue-names.ts";
import { createLogger } from "#libs/platform/logger.ts";
import { assertMasterKeys } from "../assert-master-keys.ts";
import { buildDeps } from "../build-deps.ts";
import { runProcess } from "../run-process.ts";
import { scheduleSettings } from "../schedule-settings.ts";
import { startWorkers } from "./start-workers.ts";

runProcess("worker", async () => {
  const config = readConfig();
  const logger = createLogger({ level: config.LOG_LEVEL, format: config.LOG_FORMAT, process: "worker" });
  const names = config.WORKER_QUEUES ?? queueNames;
  const built = await buildDeps(config, logger, { causes });
  await assertMasterKeys(built.deps);
  const workers = startWorkers(built.deps, built.queues, {
    names,
    jobs: jobCatalog,
    schedules: schedulesOf(scheduleSettings(config)),
  });
  logger.info("worker started", { queues: names, backend: built.queues.kind });
  return {
    logger,
    close: async () => {
      await workers.close();
      await built.close();
    },
  };
});
