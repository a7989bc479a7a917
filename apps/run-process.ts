import { ConfigError } from "#libs/platform/config.ts";
import type { Logger } from "#libs/platform/logger.ts";

export type RunningProcess = { readonly logger: Logger; readonly close: () => Promise<void> };

const boundMs = 25_000;

/**
 * Runs one long-lived process: starts it, and on SIGTERM, SIGINT or SIGHUP (a closed terminal) stops it in order within a bound; a second signal
 * ends it at once, which is safe. Exit 0 after a clean stop, 1 otherwise, 2 for a wrong configuration.
 */
export function runProcess(name: string, start: () => Promise<RunningProcess>): void {
  start().then(
    (running) => {
      let stopping = false;
      const stop = (signal: string) => {
        if (stopping) process.exit(1);
        stopping = true;
        running.logger.info(`${name} stopping`, { signal });
        setTimeout(() => process.exit(1), boundMs).unref();
        running.close().then(
          () => process.exit(0),
          (error: unknown) => {
            running.logger.error(`${name} did not stop cleanly`, { error });
            process.exit(1);
          },
        );
      };
      process.on("SIGTERM", () => stop("SIGTERM"));
      process.on("SIGINT", () => stop("SIGINT"));
      process.on("SIGHUP", () => stop("SIGHUP"));
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof ConfigError ? error.message : String(error)}\n`);
      process.exit(error instanceof ConfigError ? 2 : 1);
    },
  );
}
