import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";

/** A named place where a test or the chaos runner may stop a process. */
export type Failpoint = (name: string) => void;

/** Does nothing: what production uses. */
export const noFailpoint: Failpoint = () => undefined;

/**
 * Stops the process at an armed point and waits to be killed. A point is armed by a file of its name in `dir`;
 * reaching it renames the file to `NAME.PID.hit`, so that exactly one process stops there and its killer finds it.
 */
export function fileFailpoint(dir: string): Failpoint {
  return (name) => {
    const armed = join(dir, name.replaceAll(/[^a-z0-9._-]/gi, "_"));
    if (!existsSync(armed)) return;
    try {
      renameSync(armed, `${armed}.${process.pid}.hit`);
    } catch {
      return;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
  };
}
