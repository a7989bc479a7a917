import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

/** The project's folder. */
export const projectDir = resolve(__dirname, "../../..");

const sources = ["apps", "libs", "prisma", "tsconfig.json", "package.json"];

/** Compiles the project when a source is newer than the compiled worker. Throws what the compiler said. */
export function buildWhenStale(say: (text: string) => void): void {
  const builtAt = modifiedAt(join(projectDir, "dist/apps/worker/main.js"));
  if (sources.every((path) => newestOf(join(projectDir, path)) <= builtAt)) return;
  say("compiling...");
  const tsc = join(projectDir, "node_modules/.bin", process.platform === "win32" ? "tsc.cmd" : "tsc");
  const { status, stdout, error } = spawnSync(tsc, [], { cwd: projectDir, encoding: "utf8" });
  if (status !== 0) throw new Error(`the project does not compile:\n${stdout || String(error)}`);
}

function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** When the newest source below a path was changed. */
function newestOf(path: string): number {
  if (statSync(path).isFile()) return modifiedAt(path);
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.name.endsWith(".ts"))
    .reduce((newest, entry) => Math.max(newest, newestOf(join(path, entry.name))), 0);
}
