import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { childEnvironment } from "#libs/platform/config.ts";
import { projectDir } from "./build-when-stale.ts";
import { until } from "./until.ts";

export type Role = "api" | "worker" | "scheduler" | "sandbox" | "redis" | "pgbouncer";

export type Recipe = {
  readonly role: Role;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

export type Running = {
  readonly name: string;
  readonly recipe: Recipe;
  readonly pid: number;
  readonly log: () => string;
};

/** The processes of a run, known by pid; nothing else is ever signalled. */
export type Processes = {
  readonly start: (recipe: Recipe) => Running;
  readonly ofPid: (pid: number) => Running | null;
  /** Those of a role that have not ended, the oldest first. */
  readonly running: (role: Role) => readonly Running[];
  /** SIGKILL, and the end of it. */
  readonly kill: (pid: number) => Promise<Running>;
  /** Any signal; whoever ends from now on was asked to. */
  readonly signal: (pid: number, name: NodeJS.Signals) => void;
  /** How it ended, in words such as `exit 0` or `SIGKILL`; null when it did not within the bound. */
  readonly waitForEnd: (pid: number, boundMs: number) => Promise<string | null>;
  /** Who ended without being asked to. */
  readonly crashed: () => readonly string[];
  /** SIGTERM for all, SIGKILL for who does not end within the bound. Safe to call twice. */
  readonly endAll: (boundMs: number) => Promise<void>;
};

type Entry = Running & { readonly child: ChildProcess; ended: string | null };

/** Each process writes to a log file of its own in `logDir`. */
export function createProcesses(logDir: string): Processes {
  const entries = new Map<number, Entry>();
  const expected = new Set<number>();
  const crashed: string[] = [];
  let count = 0;
  let isOver = false;
  const start = (recipe: Recipe): Running => {
    if (isOver) throw new Error(`no ${recipe.role} is started any more: all is being stopped`);
    const name = `${recipe.role}-${++count}`;
    const logFile = join(logDir, `${name}.log`);
    const out = openSync(logFile, "a");
    const child = spawn(recipe.command, [...recipe.args], {
      cwd: projectDir,
      stdio: ["ignore", out, out],
      env: childEnvironment(recipe.env),
    });
    closeSync(out);
    const { pid } = child;
    if (pid === undefined) throw new Error(`${recipe.command} did not start: is it installed?`);
    const entry: Entry = { name, recipe, pid, log: () => readFileSync(logFile, "utf8"), child, ended: null };
    entries.set(pid, entry);
    child.on("exit", (code, signal) => {
      entry.ended = signal ?? `exit ${code}`;
      if (!expected.has(pid))
        crashed.push(`${name} ended by itself with ${code ?? signal}: ${tail(entry.log())}`);
    });
    return entry;
  };
  const signal = (entry: Entry, name: NodeJS.Signals): void => {
    expected.add(entry.pid);
    if (entry.ended === null) entry.child.kill(name);
  };
  const gone = (entry: Entry, boundMs: number) => until(() => entry.ended, boundMs, 10);
  const ours = (pid: number): Entry => {
    const entry = entries.get(pid);
    if (entry === undefined) throw new Error(`process ${pid} is none of ours`);
    return entry;
  };
  return {
    start,
    ofPid: (pid) => entries.get(pid) ?? null,
    running: (role) =>
      [...entries.values()].filter((entry) => entry.recipe.role === role && entry.ended === null),
    kill: async (pid) => {
      const entry = ours(pid);
      signal(entry, "SIGKILL");
      await gone(entry, 5_000);
      return entry;
    },
    signal: (pid, name) => signal(ours(pid), name),
    waitForEnd: (pid, boundMs) => gone(ours(pid), boundMs),
    crashed: () => crashed,
    endAll: async (boundMs) => {
      isOver = true;
      const left = [...entries.values()].filter((entry) => entry.ended === null);
      // What the others stand on ends last.
      const isGround = ({ recipe }: Entry) => ["redis", "sandbox", "pgbouncer"].includes(recipe.role);
      for (const stage of [left.filter((entry) => !isGround(entry)), left.filter(isGround)]) {
        for (const entry of stage) signal(entry, "SIGTERM");
        await Promise.all(stage.map((entry) => gone(entry, boundMs)));
        for (const entry of stage) signal(entry, "SIGKILL");
        await Promise.all(stage.map((entry) => gone(entry, 2_000)));
      }
    },
  };
}

function tail(text: string): string {
  return text.trim().split("\n").slice(-3).join(" | ").slice(-600);
}
