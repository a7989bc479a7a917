import { causes } from "#libs/jobs/catalog.ts";
import { ConfigError, readConfig } from "#libs/platform/config.ts";
import { createLogger } from "#libs/platform/logger.ts";
import { buildDeps } from "../build-deps.ts";
import { startApi } from "./start-api.ts";

const drainMs = 10_000;

async function main(): Promise<void> {
  const config = readConfig();
  const logger = createLogger({ level: config.LOG_LEVEL, format: config.LOG_FORMAT, process: "api" });
  const built = await buildDeps(config, logger, { causes });
  const api = await startApi(config, built);
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    logger.info("api stopping", { signal });
    const bound = setTimeout(() => process.exit(1), drainMs + 5_000);
    bound.unref();
    api
      .close(drainMs)
      .then(() => built.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          logger.error("api did not stop cleanly", { error });
          process.exit(1);
        },
      );
  };
  process.once("SIGTERM", () => stop("SIGTERM"));
  process.once("SIGINT", () => stop("SIGINT"));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : String(error)}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
});
