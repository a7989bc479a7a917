import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childEnvironment } from "#libs/platform/config.ts";
import { failpointFile } from "#libs/platform/failpoint.ts";
import { freePort } from "#libs/platform/postgres/embedded-postgres.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";

const dir = mkdtempSync(join(tmpdir(), "billwright-killed-ingest-"));
const failpointDir = join(dir, "failpoints");
const children: ChildProcess[] = [];
let world: ApiWorld;

beforeAll(async () => {
  mkdirSync(failpointDir);
  world = await openApiWorld();
  await world.call("post", "/v1/customers").send({ external_id: "acme", name: "Acme" }).expect(201);
  const meter = { code: "calls", name: "Calls", aggregation: "sum", event_type: "api_call" };
  await world.call("post", "/v1/meters").send(meter).expect(201);
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await world.close();
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
});

async function until<T>(look: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The API as it is started in production, in a process of its own. */
async function startApi(): Promise<{ child: ChildProcess; url: string }> {
  const port = await freePort(0);
  const child = spawn(process.execPath, ["--import", "tsx", "--conditions=source", "apps/api/main.ts"], {
    env: childEnvironment({
      ...{ DATABASE_URL: world.test.url, BILLWRIGHT_DATA_DIR: dir, FAILPOINT_DIR: failpointDir },
      ...{ PORT: String(port), LOG_LEVEL: "error" },
    }),
    stdio: ["ignore", "inherit", "inherit"],
  });
  children.push(child);
  const url = `http://127.0.0.1:${port}`;
  await until(async () => ((await fetch(`${url}/health/live`).catch(() => null))?.ok ? true : null));
  return { child, url };
}

const requests = Array.from({ length: 20 }, (_, n) =>
  [0, 1, 2].map((k) => ({
    ...{ id: `e${n}-${k}`, event_type: "api_call", customer: "acme", value: 2 },
    timestamp: `2026-03-0${1 + k}T10:00:00Z`,
  })),
);
const events = requests.flat().length;

/** What each request was told; null: nothing. */
const sendAll = (url: string) =>
  Promise.all(
    requests.map(async (body) => {
      const headers = { authorization: `Bearer ${world.keys.ingest}`, "content-type": "application/json" };
      const sent = await fetch(`${url}/v1/events`, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
      }).catch(() => null);
      if (sent === null) return null;
      expect(sent.status).toBe(200);
      return (await sent.json()) as { accepted: number; duplicates: number; conflicts: unknown[] };
    }),
  );

async function stored() {
  const { rows } = await world.test.owner.query<{ ids: string[]; counted: number; sum: number }>(
    `select (select coalesce(array_agg(id order by id), '{}') from usage_event) as ids,
       (select coalesce(sum(n), 0)::int from usage_hour) as counted, (select coalesce(sum(sum), 0)::float8 from usage_hour) as sum`,
  );
  return rows[0] ?? { ids: [], counted: 0, sum: 0 };
}

it("keeps what it has answered for, and answers for nothing that a SIGKILL took, wherever it stood", async () => {
  for (const point of ["usage.ingest:before-commit", "usage.ingest:committed"]) {
    const { child, url } = await startApi();
    writeFileSync(failpointFile(failpointDir, point), "");
    const sending = sendAll(url);
    const hit = `${failpointFile("", point)}.${child.pid}.hit`;
    await until(async () => (readdirSync(failpointDir).includes(hit) ? true : null));
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    const answers = await sending;
    expect(answers).toContain(null);
    const { ids, counted, sum } = await stored();
    for (const [n, answer] of answers.entries()) {
      if (answer !== null) expect(ids).toEqual(expect.arrayContaining([`e${n}-0`, `e${n}-1`, `e${n}-2`]));
    }
    expect([counted, sum]).toEqual([ids.length, ids.length * 2]);
    if (point.endsWith(":committed")) expect(ids.length).toBeGreaterThan(0);
  }
  const { url } = await startApi();
  const again = await sendAll(url);
  const told = again.reduce((sum, answer) => sum + (answer?.accepted ?? 0) + (answer?.duplicates ?? 0), 0);
  expect([told, again.flatMap((answer) => answer?.conflicts ?? [])]).toEqual([events, []]);
  expect(await stored()).toMatchObject({ counted: events, sum: events * 2 });
  expect((await stored()).ids).toHaveLength(events);
}, 300_000);
