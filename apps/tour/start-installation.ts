import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { childEnvironment } from "#libs/platform/config.ts";

export type Installation = {
  readonly apiUrl: string;
  /** Where the stand-in for Stripe is. */
  readonly stripeUrl: string;
  readonly mailboxUrl: string;
  /** What it printed when it was up. */
  readonly printed: string;
  /** As Ctrl-C does. Answers how it ended: "exit 0", or the signal. */
  readonly stop: () => Promise<string>;
};

const command = join(".config", "billwright.cjs");
const startMs = 120_000;
const stopMs = 30_000;
const root = resolve(__dirname, "../..");

/** Starts `billwright up --sandbox` as a person does, with a database, a data folder and ports of its own. */
export async function startInstallation(given: {
  readonly key: string;
  readonly dataDir: string;
  readonly port: number;
}): Promise<Installation> {
  const child = spawn(process.execPath, [join(root, command), "up", "--sandbox"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: childEnvironment({
      BOOTSTRAP_API_KEY: given.key,
      BILLWRIGHT_DATA_DIR: given.dataDir,
      PORT: String(given.port),
      LOG_LEVEL: "error",
    }),
  });
  const stop = () => stopChild(child);
  try {
    const printed = await untilUp(child);
    const found = (pattern: RegExp) => pattern.exec(printed)?.[1] ?? "";
    return {
      ...{ printed, stop },
      apiUrl: found(/is up at (\S+)/),
      stripeUrl: found(/stripe +sandbox at (\S+)/),
      mailboxUrl: found(/mailbox at (\S+)/),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What it prints until it is up. @throws Error with what it said when it ends before, or is not up in time */
function untilUp(child: ChildProcess): Promise<string> {
  let printed = "";
  return new Promise((resolveUp, reject) => {
    const fail = (why: string) => reject(new Error(`billwright up ${why}:\n${printed}`));
    const timer = setTimeout(() => fail(`was not up within ${startMs / 1_000} s`), startMs);
    const take = (text: string) => {
      printed += text;
      if (!printed.includes("Ctrl-C")) return;
      clearTimeout(timer);
      resolveUp(printed);
    };
    child.stdout?.setEncoding("utf8").on("data", take);
    child.stderr?.setEncoding("utf8").on("data", take);
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      fail(`ended with ${signal ?? code}`);
    });
  });
}

async function stopChild(child: ChildProcess): Promise<string> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), stopMs);
    await ended;
    clearTimeout(timer);
  }
  return child.signalCode ?? `exit ${child.exitCode}`;
}
