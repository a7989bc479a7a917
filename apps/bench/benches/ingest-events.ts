import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createApiKey } from "#libs/billing/catalog/create-api-key.ts";
import { withTenant } from "#libs/data/database.ts";
import type { Bench, BenchCase, OpenBench, Sample } from "../bench.ts";
import type { ServerKind } from "../http/server-kinds.ts";
import { sendAll } from "../http/send-all.ts";
import { type Servers, startServers } from "../http/start-servers.ts";
import { inPlace, type Place } from "../open-place.ts";
import { assertSameBuckets, copyAndCountUsage, copyUsage } from "../peers/copy-usage.ts";
import { timeWork } from "../time-work.ts";
import { openUsageTenant } from "../usage-tenant.ts";

const CUSTOMERS = 1_000;
const meters = ["calls", "bytes", "seats", "jobs"] as const;
/** A million events are a day. */
const EVERY_MS = 86;
const FIRST_AT = Date.parse("2026-03-01T00:00:00Z");

/** Events over HTTP, answered once they are durable and in their hourly buckets. */
export const ingestEventsBench: Bench = {
  name: "ingest-events",
  about: `POST /v1/events to a process of its own, ${CUSTOMERS} customers, ${meters.length} meters, until all are answered; peers: COPY of the same rows, alone and with their buckets, Express`,
  open: (terms) =>
    inPlace(terms, async (place) => {
      const servers = await startServers(place, ["api", "bare", "insert"]);
      try {
        return { cases: await casesOf(place, servers, terms.size), close: servers.close };
      } catch (error) {
        await servers.close();
        throw error;
      }
    }),
};

async function casesOf(
  place: Place,
  servers: Servers,
  size: "tiny" | "small" | "full",
): Promise<OpenBench["cases"]> {
  const key = await openTenant(place);
  const batched = { tiny: 2_000, small: 20_000, full: 1_000_000 }[size];
  const single = { tiny: 100, small: 1_000, full: 100_000 }[size];
  return [
    ...besideCopy(place, servers, { key, count: batched, perRequest: 100, connections: 20 }),
    ...besideCopy(place, servers, { key, count: batched, perRequest: 1_000, connections: 8 }),
    ...[50, 200].flatMap((connections) => {
      const load = { key, count: single, perRequest: 1, connections };
      return [besideExpress(place, servers, load, "bare"), besideExpress(place, servers, load, "insert")];
    }),
  ];
}

type Load = {
  readonly key: string;
  readonly count: number;
  readonly perRequest: number;
  readonly connections: number;
};

async function openTenant(place: Place): Promise<string> {
  const { database, owner } = place;
  const { tenantId } = await openUsageTenant(place, CUSTOMERS);
  await owner.query(`
    drop table if exists ingest_copy, ingest_naive;
    create table ingest_copy (like usage_event including defaults, primary key (tenant_id, source, id));
    create table ingest_naive (id text primary key, customer text, event_type text, timestamp timestamptz, value numeric, properties jsonb);
    grant insert, select on ingest_naive to billwright`);
  const { secret } = await withTenant(database, { tenantId, actor: "bench" }, (tx) =>
    createApiKey(tx, { name: "bench", role: "ingest" }),
  );
  return secret;
}

/**
 * Two peers take the very rows that ours has stored, from a file: into a table with their primary key and nothing else, which is as fast as
 * this server stores rows; and into `usage_event` with their buckets, which is what ours leaves behind.
 */
function besideCopy(place: Place, servers: Servers, load: Load): BenchCase[] {
  const { count, perRequest, connections } = load;
  const dir = join(place.dir, `copy-${perRequest}`);
  const file = join(dir, "events.copy");
  const send = sender(place, servers, load, "api");
  const timed = (work: () => Promise<unknown>) => async () => {
    await clear(place);
    return timeWork(count, work);
  };
  const copy = timed(() => copyUsage(place, "ingest_copy", file));
  const copyAndCount = timed(() => copyAndCountUsage(place, file));
  const writeFile = async () => {
    mkdirSync(dir, { recursive: true });
    chmodSync(dir, 0o777);
    await send();
    await place.owner.query(`copy usage_event to '${file}'`);
  };
  const caseOf = (peer: string, sample: () => Promise<Sample>, verify: () => Promise<void>): BenchCase => ({
    name: `${count} events, ${perRequest} a request, ${connections} connections, beside ${peer}`,
    ...{ unit: "events/s", better: "higher", ratioTarget: 0.45 },
    ours: { name: "POST /v1/events", sample: send },
    peer: { name: peer, sample },
    verify,
  });
  return [
    caseOf("COPY into its primary key alone", copy, async () => {
      await writeFile();
      const ours = await stored(place, "usage_event", "count(*)", "sum(value)");
      const counted = await stored(place, "usage_hour", "sum(n)", "sum(sum)");
      await copy();
      const copied = await stored(place, "ingest_copy", "count(*)", "sum(value)");
      if (ours !== copied || counted !== copied || !copied.startsWith(`${count} events`))
        throw new Error(`stored: ${ours}; in buckets: ${counted}; copied: ${copied}`);
    }),
    caseOf("COPY and INSERT of the same rows and buckets", copyAndCount, async () => {
      await writeFile();
      await assertSameBuckets(place, copyAndCount);
    }),
  ];
}

function besideExpress(place: Place, servers: Servers, load: Load, kind: "bare" | "insert"): BenchCase {
  const { count, connections } = load;
  const peer = kind === "bare" ? "Express that stores nothing" : "Express, an INSERT a request, no buckets";
  const sides = { ours: sender(place, servers, load, "api"), peer: sender(place, servers, load, kind) };
  return {
    ...{ name: `${count} events, 1 a request, ${connections} connections, beside ${peer}`, unit: "events/s" },
    ...{ better: "higher", ratioTarget: kind === "bare" ? 0.7 : 1.7 },
    ours: { name: "POST /v1/events", sample: sides.ours },
    peer: { name: peer, sample: sides.peer },
    verify: async () => {
      await sides.ours();
      const ours = await stored(place, "usage_event", "count(*)", "sum(value)");
      await sides.peer();
      const theirs = await stored(place, "ingest_naive", "count(*)", "sum(value)");
      if (!ours.startsWith(`${count} events`) || (kind === "insert" && theirs !== ours))
        throw new Error(`ours: ${ours}; peer: ${theirs}`);
    },
  };
}

/** Sends the same events each time, to empty tables. */
function sender(place: Place, servers: Servers, load: Load, kind: ServerKind): () => Promise<Sample> {
  const { key, count, perRequest, connections } = load;
  return async () => {
    await clear(place);
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const requests = Array.from({ length: Math.ceil(count / perRequest) }, (_, n) => ({
      ...({ method: "POST", path: "/v1/events", headers } as const),
      body: bodyOf(n * perRequest, Math.min(perRequest, count - n * perRequest)),
    }));
    let times: number[] = [];
    const sample = await timeWork(count, async () => {
      times = await sendAll(requests, { port: servers.portOf(kind), connections });
    });
    const last = times.length - 1;
    return { ...sample, latencyMs: { p50: times[last >> 1] ?? 0, p99: times[Math.floor(last * 0.99)] ?? 0 } };
  };
}

async function clear({ owner }: Place): Promise<void> {
  await owner.query("truncate usage_event, usage_hour, ingest_copy, ingest_naive");
  await owner.query("checkpoint");
}

async function stored({ owner }: Place, table: string, count: string, sum: string): Promise<string> {
  const { rows } = await owner.query<{ words: string }>(
    `select ${count} || ' events, ' || coalesce(trim_scale(${sum}), 0) as words from ${table}`,
  );
  return rows[0]?.words ?? "";
}

function bodyOf(from: number, count: number): Buffer {
  const events = Array.from({ length: count }, (_, index) => eventAt(from + index));
  return Buffer.from(JSON.stringify(count === 1 ? events[0] : events));
}

function eventAt(n: number) {
  return {
    ...{ id: `event-${n}`, customer: `customer-${(n * 7_919) % CUSTOMERS}` },
    event_type: meters[Math.floor((n * 2_654_435_761) / 7) % meters.length],
    timestamp: new Date(FIRST_AT + n * EVERY_MS).toISOString(),
    ...{ value: String((n % 1_000) / 4), properties: { region: "eu-west" } },
  };
}
