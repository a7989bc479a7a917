import { exitCodes } from "../cli-context.ts";
import type { Stack } from "./start-stack.ts";

/** Waits for Ctrl-C or SIGTERM, then stops everything in order; a second signal ends at once, which is safe. */
export async function untilStopped(stack: Stack): Promise<void> {
  await stopRequested();
  process.stdout.write("\nStopping...\n");
  await stack.close();
  process.exit(exitCodes.ok);
}

let requested: Promise<void> | null = null;
let isRequested = false;

/** Resolves at the first signal. */
export function stopRequested(): Promise<void> {
  requested ??= new Promise((resolve) => {
    const onSignal = () => {
      if (isRequested) process.exit(exitCodes.stopped);
      isRequested = true;
      resolve();
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
  return requested;
}
