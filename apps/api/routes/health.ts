import { z } from "zod";
import { schedulesOf } from "#libs/jobs/schedules.ts";
import { stripeCircuit } from "#libs/billing/effect/provider-circuit.ts";
import { withSystem } from "#libs/data/database.ts";
import { readCircuit } from "#libs/data/provider-circuits.ts";
import type { ApiDeps } from "../api-deps.ts";
import { defineRoute, type Route } from "../define-route.ts";

const tag = "Operations";
const state = z.enum(["ok", "degraded", "down"]);
const part = z.object({
  status: state,
  detail: z.string().nullable(),
  since: z.string().describe("When this process first found it so; it looks whenever it is asked"),
});
const healthWire = z
  .object({
    status: state,
    uptime_seconds: z.int(),
    components: z.object({ database: part, queue: part, storage: part, stripe: part, schedules: part }),
  })
  .meta({ id: "Health" });
const readyWire = z
  .object({ status: state, components: z.object({ database: part, queue: part }) })
  .meta({ id: "Readiness" });

type Part = Omit<z.infer<typeof part>, "since">;

const ok: Part = { status: "ok", detail: null };
const checkMs = 3_000;

/** What a check says within its time; its error is the detail, without secrets: errors of ours name none. */
async function probe(failed: "down" | "degraded", check: () => Promise<Part>): Promise<Part> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Part>((resolve) => {
    timer = setTimeout(
      () => resolve({ status: failed, detail: `no answer within ${checkMs / 1_000} s` }),
      checkMs,
    );
  });
  const answer = check().then(
    (part) => part,
    (error: unknown): Part => ({ status: failed, detail: firstLine(error) }),
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return (message.trim().split("\n").at(-1) ?? "").slice(0, 200);
}

const database = (api: ApiDeps) =>
  probe("down", async () => {
    await withSystem(api.deps.database, (db) => db.$queryRaw`select 1 as one`, 2_000);
    return ok;
  });

const queue = (api: ApiDeps) => probe("down", () => api.queues.check().then(() => ok));

/** Storage, Stripe and the clock catch up by themselves: without them the API still does its work. */
const storage = (api: ApiDeps) => remembered(api, "storage", () => api.deps.store.check().then(() => ok));

const rememberMs = 10_000;
const remember = new WeakMap<ApiDeps, Map<string, { readonly atMs: number; readonly part: Promise<Part> }>>();

/** Anybody may ask for our health; others are asked for theirs once in ten seconds, however often that is. */
function remembered(api: ApiDeps, name: string, check: () => Promise<Part>): Promise<Part> {
  const known = remember.get(api) ?? new Map();
  remember.set(api, known);
  const last = known.get(name);
  if (last !== undefined && Date.now() - last.atMs < rememberMs) return last.part;
  const part = probe("degraded", check);
  known.set(name, { atMs: Date.now(), part });
  return part;
}

const stripe = (api: ApiDeps) =>
  remembered(api, "stripe", async () => {
    const client = api.deps.stripe;
    if (client === null) return { status: "ok", detail: "switched off" };
    const circuit = await withSystem(api.deps.database, (db) => readCircuit(db, stripeCircuit()));
    if (circuit.opened_at !== null && circuit.retry_ms > 0) {
      const since = circuit.opened_at.toISOString();
      const detail = `no answer since ${since}, work waits: ${circuit.last_error ?? "unknown"}`.slice(0, 200);
      return { status: "degraded", detail };
    }
    await client.balance.retrieve();
    return ok;
  });

const lateMs = 5 * 60_000;

const schedules = (api: ApiDeps) =>
  probe("degraded", async () => {
    const known = [
      ...schedulesOf({ runSchedule: undefined, processMonth: undefined, dryRun: false }).values(),
    ];
    const queues = [...new Set(known.map((schedule) => schedule.queue))];
    const planned = (
      await Promise.all(queues.map((name) => api.queues.queue(name).getJobSchedulers(0, 100, true)))
    ).flat();
    const missing = known.filter((schedule) => !planned.some((each) => each.key === schedule.name));
    if (missing.length > 0) {
      const names = missing.map((schedule) => schedule.name).join(", ");
      return { status: "degraded", detail: `not planned: ${names}; is a scheduler running?` };
    }
    const late = planned.filter((each) => each.next !== undefined && each.next < Date.now() - lateMs);
    if (late.length === 0) return ok;
    return {
      status: "degraded",
      detail: `late: ${late.map((each) => each.key).join(", ")}; is a worker running?`,
    };
  });

const found = new WeakMap<ApiDeps, Map<string, { readonly status: string; readonly since: string }>>();

/** Says of each component since when it is as it is. */
function dated<Name extends string>(
  api: ApiDeps,
  components: Readonly<Record<Name, Part>>,
): Record<Name, z.infer<typeof part>> {
  const before = found.get(api) ?? new Map();
  found.set(api, before);
  const dates = Object.entries<Part>(components).map(([name, { status, detail }]) => {
    if (before.get(name)?.status !== status) before.set(name, { status, since: new Date().toISOString() });
    return [name, { status, detail, since: before.get(name).since }];
  });
  return Object.fromEntries(dates);
}

function worst(parts: readonly Part[]): Part["status"] {
  const states = parts.map((part) => part.status);
  if (states.includes("down")) return "down";
  return states.includes("degraded") ? "degraded" : "ok";
}

const live = defineRoute({
  method: "get",
  path: "/health/live",
  tag,
  summary: "Is the process alive",
  access: "public",
  response: { status: 200, schema: z.object({ status: z.string() }) },
  errors: [],
  example: { response: { status: "ok" } },
  open: async () => ({ body: { status: "ok" } }),
});

const ready = defineRoute({
  method: "get",
  path: "/health/ready",
  tag,
  summary: "Can it take requests",
  description: "503 while database or queue do not answer.",
  access: "public",
  response: { status: 200, schema: readyWire },
  errors: [],
  example: {},
  open: async (api) => {
    const [db, carrier] = await Promise.all([database(api), queue(api)]);
    const status = worst([db, carrier]);
    return {
      status: status === "down" ? 503 : 200,
      body: { status, components: dated(api, { database: db, queue: carrier }) },
    };
  },
});

const whole = defineRoute({
  method: "get",
  path: "/health",
  tag,
  summary: "How is everything",
  description: "503 when a component is down; degraded ones catch up by themselves.",
  access: "public",
  response: { status: 200, schema: healthWire },
  errors: [],
  example: {},
  open: async (api) => {
    const checks = [database(api), queue(api), storage(api), stripe(api), schedules(api)] as const;
    const [db, carrier, store, provider, clock] = await Promise.all(checks);
    const status = worst([db, carrier, store, provider, clock]);
    return {
      status: status === "down" ? 503 : 200,
      body: {
        status,
        uptime_seconds: Math.floor((Date.now() - api.startedAt.getTime()) / 1_000),
        components: dated(api, {
          ...{ database: db, queue: carrier, storage: store, stripe: provider, schedules: clock },
        }),
      },
    };
  },
});

const metrics = defineRoute({
  method: "get",
  path: "/metrics",
  tag,
  summary: "Metrics for Prometheus",
  description: "Figures without names; keep it on an inner network all the same.",
  access: "public",
  response: { status: 200, contentTypes: ["text/plain"], description: "Prometheus text format" },
  errors: [],
  example: {},
  open: async (api) => ({ content: await api.metrics.page(), contentType: api.metrics.contentType }),
});

export const healthRoutes: readonly Route[] = [live, ready, whole, metrics];
