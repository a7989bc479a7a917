import { join } from "node:path";
import { openNdjsonLog } from "./ndjson-log.ts";

/** The sandbox's clock: real time plus an offset that only grows and survives a restart. */
export type SandboxClock = {
  readonly nowMs: () => number;
  /** Seconds since 1970, as Stripe's `created`. */
  readonly nowSeconds: () => number;
  readonly advance: (milliseconds: number) => void;
};

/** Opens the clock kept in `clock.ndjson` of the data directory. */
export function openSandboxClock(dataDir: string): SandboxClock {
  let offsetMs = 0;
  const log = openNdjsonLog<{ advanced_ms: number }>(join(dataDir, "clock.ndjson"), (step) => {
    offsetMs += step.advanced_ms;
  });
  const nowMs = (): number => Date.now() + offsetMs;
  return {
    nowMs,
    nowSeconds: () => Math.floor(nowMs() / 1000),
    advance: (milliseconds) => {
      log.append({ advanced_ms: milliseconds });
      offsetMs += milliseconds;
    },
  };
}
