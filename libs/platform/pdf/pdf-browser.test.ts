import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listProcesses, type ProcessRow } from "#libs/testkit/process-table.ts";
import { findChromium } from "./chromium-binary.ts";
import { installFontSet } from "./font-set.ts";
import { startPdfBrowser } from "./pdf-browser.ts";

const workDir = join(tmpdir(), "billwright-pdf-test");

async function browserOptions() {
  await mkdir(workDir, { recursive: true });
  const [binary, fonts] = [await findChromium(workDir), await installFontSet(workDir)];
  const sandbox = process.getuid?.() !== 0;
  return { binary, fontConfigFile: fonts.configFile, homeDir: workDir, sandbox, timeoutMs: 20_000 };
}

/** Members of a process group that still run; zombies have ended. */
async function runningInGroup(group: number): Promise<readonly ProcessRow[]> {
  return (await listProcesses()).filter((row) => row.group === group && !row.isZombie);
}

async function untilGone(group: number): Promise<readonly ProcessRow[]> {
  const deadline = Date.now() + 15_000;
  let running = await runningInGroup(group);
  while (running.length > 0 && Date.now() < deadline) running = await runningInGroup(group);
  return running;
}

describe("the browser that prints", () => {
  test("runs in a group of its own and leaves no process behind when ended", async () => {
    const browser = await startPdfBrowser(await browserOptions());
    const group = Number(browser.processId);
    expect((await runningInGroup(group)).length).toBeGreaterThan(1);
    await browser.end();
    expect(await untilGone(group)).toEqual([]);
    expect(browser.isRunning()).toBe(false);
  });

  test("ends by itself when the process that started it is killed with SIGKILL", async () => {
    const options = JSON.stringify(await browserOptions());
    const script = `
      const { startPdfBrowser } = require(${JSON.stringify(join(__dirname, "pdf-browser.ts"))});
      startPdfBrowser(JSON.parse(process.argv[1])).then((browser) => console.log(browser.processId));`;
    const parent = spawn(
      process.execPath,
      ["--conditions=source", "--require", "tsx/cjs", "-e", script, options],
      { cwd: join(__dirname, "../../.."), stdio: ["ignore", "pipe", "inherit"] },
    );
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const group = Number(line.toString());
    expect((await runningInGroup(group)).length).toBeGreaterThan(1);
    parent.kill("SIGKILL");
    expect(await untilGone(group)).toEqual([]);
  });

  test("runs no script and fetches nothing", async () => {
    const browser = await startPdfBrowser(await browserOptions());
    try {
      const quiet = await browser.print("<body>still</body>");
      const noisy = await browser.print(
        `<body>still<script>document.body.textContent = "a very much longer text than before"</script></body>`,
      );
      expect(Math.abs(noisy.length - quiet.length)).toBeLessThan(40);
    } finally {
      await browser.end();
    }
  });
});
