import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** One process of this machine. A zombie has ended, and its parent has not asked how. */
export type ProcessRow = {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly isZombie: boolean;
};

/** Every process of this machine, without needing the `ps` that slim images do not have. */
export async function listProcesses(): Promise<ProcessRow[]> {
  const lines = process.platform === "linux" ? await linesOfProc() : await linesOfPs();
  return lines.flatMap((line) => {
    const [pid = "", state = "", parent = "", group = ""] = line.trim().split(/\s+/);
    if (group === "") return [];
    const isZombie = state.startsWith("Z");
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), isZombie }];
  });
}

/** `pid state parent group`; a name, which may hold anything, stands in brackets before the state. */
async function linesOfProc(): Promise<string[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(ids.map((id) => readFile(`/proc/${id}/stat`, "utf8").catch(() => "")));
  return stats.map((stat, at) => (stat === "" ? "" : `${ids[at]} ${stat.slice(stat.lastIndexOf(")") + 2)}`));
}

async function linesOfPs(): Promise<string[]> {
  const { stdout } = await promisify(execFile)("ps", ["-eo", "pid=,stat=,ppid=,pgid="]);
  return stdout.split("\n");
}
