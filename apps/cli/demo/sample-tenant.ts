import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { SingleBar } from "cli-progress";
import { Temporal } from "temporal-polyfill";
import { createApiKey } from "#libs/billing/catalog/create-api-key.ts";
import { createTenant } from "#libs/billing/catalog/create-tenant.ts";
import { loadCatalog } from "#libs/billing/catalog/load-catalog.ts";
import { parseEventLines } from "#libs/billing/usage/event-wire.ts";
import { ingestEvents } from "#libs/billing/usage/ingest-events.ts";
import { type Database, withTenant } from "#libs/data/database.ts";
import { prismaDir } from "../stack/prisma-dir.ts";

/** What a demo remembers between its starts. */
export type DemoState = {
  readonly tenantId: string;
  readonly apiKey: string;
  readonly adminPassword: string;
  readonly imported: boolean;
};

/** Where the sample tenant's clock stands at first: March 2026 is over in every zone. */
const clockStart = "2026-04-01T12:00:00Z";
const batchSize = 5_000;

export const adminEmail = "admin@billwright.example";

export function readDemoState(dataDir: string): DemoState | null {
  const path = join(dataDir, "demo.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as DemoState) : null;
}

function saveDemoState(dataDir: string, state: DemoState): DemoState {
  writeFileSync(join(dataDir, "demo.json"), JSON.stringify(state), { mode: 0o600 });
  return state;
}

export function newAdminPassword(): string {
  return randomBytes(9).toString("base64url");
}

/** Makes the sample tenant once; a later start finds it. */
export async function ensureSampleTenant(
  database: Database,
  dataDir: string,
  adminPassword: string,
): Promise<DemoState> {
  const known = readDemoState(dataDir);
  if (known !== null) return known;
  const clockNow = Temporal.Instant.from(clockStart);
  const { tenantId } = await createTenant(database, {
    name: "Northwind Metering GmbH",
    mode: "test",
    clockNow,
    actor: "demo",
  });
  const { secret } = await withTenant(database, { tenantId, actor: "demo" }, (tx) =>
    createApiKey(tx, { name: "demo", role: "admin" }),
  );
  return saveDemoState(dataDir, { tenantId, apiKey: secret, adminPassword, imported: false });
}

/** Loads the committed sample: catalog and a month of events. Repeating it adds nothing. */
export async function importSample(
  database: Database,
  dataDir: string,
  state: DemoState,
): Promise<DemoState> {
  if (state.imported) return state;
  const { tenantId } = state;
  await loadCatalog(database, {
    tenantId,
    records: lines(readSample("catalog")).map((line) => JSON.parse(line) as unknown),
  });
  const events = lines(readSample("events"));
  const bar = process.stdout.isTTY
    ? new SingleBar({ format: "  {bar} {value}/{total} events", clearOnComplete: true, hideCursor: true })
    : null;
  bar?.start(events.length, 0);
  let accepted = 0;
  let duplicates = 0;
  for (let at = 0; at < events.length; at += batchSize) {
    const parsed = parseEventLines(events.slice(at, at + batchSize).join("\n"));
    const answer = await withTenant(database, { tenantId, actor: "demo", timeoutMs: 60_000 }, (tx) =>
      ingestEvents(tx, parsed.events, parsed.rejected),
    );
    if (answer.rejected.length > 0)
      throw new Error(
        `the sample's event ${answer.rejected[0]?.id} was refused: ${answer.rejected[0]?.message}`,
      );
    accepted += answer.accepted;
    duplicates += answer.duplicates;
    bar?.update(Math.min(at + batchSize, events.length));
  }
  bar?.stop();
  process.stdout.write(`Imported ${accepted} usage events (${duplicates} duplicates counted once)\n`);
  return saveDemoState(dataDir, { ...state, imported: true });
}

function readSample(name: "catalog" | "events"): string {
  return gunzipSync(readFileSync(join(prismaDir, "sample", `${name}.ndjson.gz`))).toString("utf8");
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
