import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

describe("billwright up", () => {
  const dir = mkdtempSync(join(tmpdir(), "billwright-up-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  /** Starts the command as a person does; resolves when it says that it is up. */
  async function start() {
    const child = spawn(process.execPath, [".config/billwright.cjs", "up"], {
      env: {
        PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
        ...{ BILLWRIGHT_DATA_DIR: dir, PORT: "3900", LOG_LEVEL: "error" },
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit") as Promise<[number | null, string | null]>;
    let printed = "";
    const isUp = new Promise<void>((resolve) => {
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
        if (printed.includes("Ctrl-C")) resolve();
      });
    });
    await Promise.race([
      isUp,
      ended.then(() => {
        throw new Error(`it ended before it was up: ${printed}`);
      }),
    ]);
    return { child, ended, url: /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0] ?? "" };
  }

  it.each(["SIGTERM", "SIGINT"] as const)(
    "stops everything in order on %s, database included",
    async (signal) => {
      const { child, ended, url } = await start();
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      child.kill(signal);
      expect(await ended).toEqual([0, null]);
      expect(existsSync(join(dir, "postgres/PG_VERSION"))).toBe(true);
      expect(existsSync(join(dir, "postgres/postmaster.pid"))).toBe(false);
    },
    60_000,
  );
});
