import { causes, jobCatalog } from "#libs/jobs/catalog.ts";
import { schedulesOf } from "#libs/jobs/schedules.ts";
import { readConfig } from "#libs/platform/config.ts";
import { queueNames } from "#libs/platform/queue/queue-names.ts";
import { createLogger } from "#libs/platform/logger.ts";
import { assertMasterKeys } from "../assert-master-keys.ts";
import { buildDeps } from "../build-deps.ts";
import { runProcess } from "../run-process.ts";
import { scheduleSettings } from "../schedule-settings.ts";
import { startWorkerPage } from "./start-worker-page.ts";
import { startWorkers } from "./start-workers.ts";
import { createWorkerMetrics } from "./worker-metrics.ts";

runProcess("worker", async () => {
  const config = readConfig();
  const logger = createLogger({ level: config.LOG_LEVEL, format: config.LOG_FORMAT, process: "worker" });
  const names = config.WORKER_QUEUES ?? queueNames;
  const built = await buildDeps(config, logger, { causes });
  await assertMasterKeys(built.deps);
  const metrics = createWorkerMetrics(built.pdfFigures);
  let lastEndedMs = performance.now();
  const workers = startWorkers(built.deps, built.queues, {
    names,
    jobs: jobCatalog,
    schedules: schedulesOf(scheduleSettings(config)),
    observe: (delivery) => {
      lastEndedMs = performance.now();
      metrics.observe(delivery);
    },
  });
  const page =
    config.WORKER_PORT === undefined
      ? null
      : await startWorkerPage(built.deps, {
          ...{ port: config.WORKER_PORT, queues: names, workers, metrics },
          lastEndedMs: () => lastEndedMs,
        });
  logger.info("worker started", { queues: names, backend: built.queues.kind, port: page?.port ?? null });
  return {
    logger,
    close: async () => {
      await workers.close();
      await page?.close();
      await built.close();
    },
  };
});
