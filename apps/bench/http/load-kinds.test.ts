import { Agent, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { causes } from "#libs/jobs/catalog.ts";
import { readConfig } from "#libs/platform/config.ts";
import { createLogger } from "#libs/platform/logger.ts";
import { logStatements } from "#libs/testkit/log-statements.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { createApp } from "../../api/create-app.ts";
import { buildDeps } from "../../build-deps.ts";
import { inPlace } from "../open-place.ts";
import { linkSettings, type LoadKind, loadKinds, openLoad } from "./load-kinds.ts";
import type { PlannedRequest } from "./send-at-rate.ts";
import { sendRequest } from "./send-request.ts";

let test: TestDatabase;
let send: (request: PlannedRequest) => Promise<string[]>;
let plan: (n: number) => PlannedRequest;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  test = await openTestDatabase();
  const config = readConfig({ DATABASE_URL: test.url, BILLWRIGHT_DATA_DIR: tmpdir(), ...linkSettings });
  const logger = createLogger({ level: "error", format: "json", process: "test", silent: true });
  const { deps, queues, close } = await buildDeps(config, logger, { causes });
  const settings = { admin: null, stripeWebhookSecret: null, requestsPerMinute: 1e9, startedAt: new Date() };
  const server = createServer(createApp({ deps, queues, ...settings }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  closing.push(
    async () => agent.destroy(),
    () => new Promise((done) => server.close(done)),
    close,
  );
  send = (request) => logStatements(deps.database, () => sendRequest(request, port, agent));
  const { close: leave } = await inPlace({ rows: 0, size: "tiny", server: test }, async (place) => {
    plan = await openLoad(place, port, 3);
    return { cases: [] };
  });
  closing.push(async () => leave?.());
}, 120_000);
afterAll(async () => {
  for (const close of closing) await close();
  await test.close();
});

/** Round trips to the database, those of the transactions themselves among them. */
const statements: Readonly<Record<LoadKind, number>> = {
  ...{ "read one": 4, "read list": 3, write: 8, ingest: 6, preview: 9, "hosted page": 15 },
};

it.each(loadKinds)("answers %s with no more statements than are listed", async (kind) => {
  const counts: number[] = [];
  // Now and then a request also hands the hits of its key over, or looks the key up in full; a notice of jobs is for many.
  for (let n = 0; n < 4; n += 1) {
    const sent = await send(plan(loadKinds.indexOf(kind) + n * loadKinds.length));
    counts.push(sent.filter((sql) => !sql.includes("pg_notify")).length);
  }
  expect(Math.min(...counts)).toBe(statements[kind]);
});
