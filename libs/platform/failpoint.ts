import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";

/** A named place where a test or the chaos runner may stop a process. */
export type Failpoint = (name: string) => void;

/** Does nothing: what production uses. */
export const noFailpoint: Failpoint = () => undefined;

/** A stopped process goes on by itself after this long. */
const patienceMs = 60_000;
const lookEveryMs = 20;

/** The file that arms a point in `dir`. */
export function failpointFile(dir: string, name: string): string {
  return join(dir, name.replaceAll(/[^a-z0-9._-]/gi, "_"));
}

/**
 * Stops the process at an armed point and waits to be killed. A point is armed by a file of its name in `dir`;
 * reaching it renames the file to `NAME.PID.hit`, so that exactly one process stops there and its killer finds it.
 * Whoever takes that file away lets the process go on, as one that was only slow. Where the file says `throw` the process does
 * not wait: an exception comes of the point.
 */
export function fileFailpoint(dir: string): Failpoint {
  return (name) => {
    const armed = failpointFile(dir, name);
    if (!existsSync(armed)) return;
    const hit = `${armed}.${process.pid}.hit`;
    try {
      renameSync(armed, hit);
    } catch {
      return;
    }
    if (readFileSync(hit, "utf8") === "throw") throw new Error(`the failpoint ${name} was told to throw`);
    const never = new Int32Array(new SharedArrayBuffer(4));
    for (let waited = 0; waited < patienceMs && existsSync(hit); waited += lookEveryMs) {
      Atomics.wait(never, 0, 0, lookEveryMs);
    }
  };
}
