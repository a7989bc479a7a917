import { exitCodes } from "../cli-context.ts";
import type { Stack } from "./start-stack.ts";

/** Waits for Ctrl-C or SIGTERM, then stops everything in order; a later signal ends at once, which is safe. */
export async function untilStopped(stack: Stack): Promise<void> {
  await stopRequested();
  process.stdout.on("error", () => undefined); // nobody reads a closed terminal
  process.stdout.write("\nStopping...\n");
  await stack.close();
  process.exit(exitCodes.ok);
}

let requested: Promise<void> | null = null;
let requestedAtMs = 0;

/** A terminal signals the whole group, and whoever started us passes it on: within a second it is one wish. */
const sameWishMs = 1_000;

/** Resolves at the first signal; one that comes later ends the process at once. */
export function stopRequested(): Promise<void> {
  requested ??= new Promise((resolve) => {
    const onSignal = () => {
      const nowMs = performance.now();
      if (requestedAtMs === 0) requestedAtMs = nowMs;
      else if (nowMs - requestedAtMs > sameWishMs) process.exit(exitCodes.stopped);
      resolve();
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
    process.on("SIGHUP", onSignal); // the terminal was closed
  });
  return requested;
}
