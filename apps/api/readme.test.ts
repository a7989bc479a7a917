import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { causes, jobCatalog } from "#libs/jobs/catalog.ts";
import { queueNames } from "#libs/platform/queue/queue-names.ts";
import { schedulesOf } from "#libs/jobs/schedules.ts";
import { readConfig } from "#libs/platform/config.ts";
import { createLogger } from "#libs/platform/logger.ts";
import { createPdfRenderer } from "#libs/platform/pdf/pdf-renderer.ts";
import { runCurlScript } from "#libs/testkit/curl-script.ts";
import { openTestDatabase } from "#libs/testkit/test-database.ts";
import { testRedisUrl } from "#libs/testkit/test-queues.ts";
import { buildDeps } from "../build-deps.ts";
import { startScheduler } from "../scheduler/start-scheduler.ts";
import { startWorkers } from "../worker/start-workers.ts";
import { startApi } from "./start-api.ts";

const readme = readFileSync("README.md", "utf8");
const example = "apps/api/client/example.ts";

/** The blocks of shell under a heading, as they stand. */
function blocksUnder(heading: string): string[] {
  const chapter = readme.split(/^## /m).find((text) => text.startsWith(heading)) ?? "";
  return [...chapter.matchAll(/^```bash\n(.*?)^```$/gms)].map((match) => match[1] ?? "");
}

type Installation = { readonly url: string; readonly close: () => Promise<void> };

/** API, workers and scheduler in this process, as `billwright up` starts them, on a database of its own. */
async function startInstallation(bootstrapKey: string): Promise<Installation> {
  const test = await openTestDatabase();
  const dir = mkdtempSync(join(tmpdir(), "billwright-readme-"));
  const config = readConfig({
    DATABASE_URL: test.url,
    REDIS_URL: await testRedisUrl(),
    PORT: "0",
    BILLWRIGHT_DATA_DIR: dir,
    BOOTSTRAP_API_KEY: bootstrapKey,
  });
  const logger = createLogger({ level: "error", format: "json", process: "test", silent: true });
  const built = await buildDeps(config, logger, { causes });
  // The folder in which every test keeps its unpacked browser.
  const pdf = createPdfRenderer({ workDir: join(tmpdir(), "billwright-pdf-test"), logger });
  const deps = { ...built.deps, pdf };
  const schedules = schedulesOf({ runSchedule: undefined, processMonth: undefined, dryRun: false });
  const api = await startApi(config, { deps, queues: built.queues }, "127.0.0.1");
  const workers = startWorkers(deps, built.queues, { names: queueNames, jobs: jobCatalog, schedules });
  const scheduler = startScheduler(deps, built.queues, {
    ...{ jobs: jobCatalog, schedules, retryScale: 1, sweeps: [] },
  });
  return {
    url: `http://127.0.0.1:${api.port}`,
    close: async () => {
      await api.close(1_000);
      await scheduler.close();
      await workers.close();
      await pdf.close();
      await built.close();
      await test.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

describe("the README", () => {
  it("gets from a key to a paid invoice with its ten requests, word for word, and on with the typed client", async () => {
    const [start = "", walk = ""] = blocksUnder("From a key to a paid invoice");
    const key = /BOOTSTRAP_API_KEY=(\w+) npm start/.exec(start)?.[1] ?? "";
    expect(walk).toContain(`KEY=${key}`);
    const installation = await startInstallation(key);
    try {
      const script = { fixed: { API: installation.url }, boundMs: 60_000 };
      const { printed, files, requests } = await runCurlScript(walk, script);
      expect(printed.at(-1)).toBe("paid");
      expect(
        Buffer.from(files.get("invoice.pdf") ?? [])
          .subarray(0, 5)
          .toString(),
      ).toBe("%PDF-");
      const invoice = await fetch(`${installation.url}/v1/invoices?limit=10`, {
        headers: { Authorization: `Bearer ${key}` },
      });
      expect(await invoice.json()).toMatchObject({
        data: [{ total: "54.00", amount_paid: "54.00", amount_remaining: "0.00", status: "paid" }],
      });
      expect(new Set(requests.map(({ method, path }) => `${method} ${path}`)).size).toBe(10);
      const tsx = promisify(execFile)(process.execPath, ["--import", "tsx", example, installation.url, key]);
      expect((await tsx).stdout).toMatch(
        /^Acme AG INV-\d{6}-00001 54\.00 USD paid\n409 external_id_taken\n$/,
      );
    } finally {
      await installation.close();
    }
  }, 120_000);

  it("shows the example of the typed client as it is run", () => {
    expect(readme).toContain(`\`\`\`ts\n${readFileSync(example, "utf8")}\`\`\`\n`);
  });

  it("names the two commands that a stranger needs", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: object };
    const commands = [...readme.matchAll(/\bnpm run ([\w:]+)|\bnpm (test|start)\b/g)].map(
      (m) => m[1] ?? m[2],
    );
    expect(readme).toContain("npm ci && npm run demo");
    expect(readme).toContain("npm ci && npm test");
    expect(commands.filter((name) => !(String(name) in scripts))).toEqual([]);
  });

  it("points only to files that exist", () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)|src="([^"]+)"/g)].map((m) => m[1] ?? m[2] ?? "");
    expect(links.length).toBeGreaterThan(20);
    for (const path of links) expect(() => readFileSync(path)).not.toThrow();
  });
});
