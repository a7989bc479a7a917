import { spawnSync } from "node:child_process";
import { readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The project's folder. */
export const projectDir = resolve(__dirname, "../../..");

const sources = ["apps", "libs", "prisma", "tsconfig.json", "package.json"];

/** Written after a build that found no error: a failed one leaves files behind too. */
const stamp = join(projectDir, "dist/.bench-built");

/** Compiles the project when a source is newer than the last good build from here. Throws what the compiler said. */
export function buildWhenStale(say: (text: string) => void): void {
  const builtAt = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (sources.every((path) => newestOf(join(projectDir, path)) <= builtAt)) return;
  say("compiling...");
  const startedAt = new Date();
  const tsc = join(projectDir, "node_modules/.bin", process.platform === "win32" ? "tsc.cmd" : "tsc");
  const { status, stdout, error } = spawnSync(tsc, [], { cwd: projectDir, encoding: "utf8" });
  if (status !== 0) throw new Error(`the project does not compile:\n${stdout || String(error)}`);
  writeFileSync(stamp, "");
  // What was changed while it compiled is not in it.
  utimesSync(stamp, startedAt, startedAt);
}

/** When the newest source below a path was changed. */
function newestOf(path: string): number {
  const found = statSync(path);
  if (found.isFile()) return found.mtimeMs;
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.name.endsWith(".ts"))
    .reduce((newest, entry) => Math.max(newest, newestOf(join(path, entry.name))), 0);
}
