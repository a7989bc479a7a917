import { execFile } from "node:child_process";
import { join } from "node:path";
import { childEnvironment } from "#libs/platform/config.ts";
import { projectDir } from "../../stack/build-when-stale.ts";
import type { UsedMonth } from "../../stack/make-billed-tenant.ts";
import { unrestOf } from "../../stack/quiet.ts";
import { until } from "../../stack/until.ts";
import type { Fault, FaultGround } from "../fault.ts";

/** A sender waits no longer for its receipt, however full Redis is. */
const receiptMs = 5_000;
const recoverMs = 60_000;

export const fillRedis: Fault = {
  code: "F10",
  does: "Redis is full and refuses (noeviction), and then drops what it likes (allkeys-lru): usage is taken all the same, and the doctor says so",
  queues: "redis",
  boundMs: 300_000,
  run: async (ground) => [...(await refuse(ground)), ...(await evict(ground))],
};

/** No memory is left: whoever writes is told so, and everything goes on by itself when there is some again. */
async function refuse(ground: FaultGround): Promise<string[]> {
  const { stack, tenant, inject } = ground;
  const redis = clientOf(ground);
  const used = await tenant.useMonth();
  const before = refusals(ground);
  await redis.config("SET", "maxmemory", "1");
  const breaches = await sendOnce(ground, used, "Redis is full");
  await tenant.endMonth();
  await tenant.startRun({ month: used.month });
  const refused = await until(() => refusals(ground) - before || null, 20_000, 200);
  if (refused === null) breaches.push("nobody was refused by a Redis without memory");
  else inject(`${refused} steps of schedulers failed: Redis was out of memory`);
  await redis.config("SET", "maxmemory", "0");
  const isOver = await until(
    async () => ((await unrestOf(stack, tenant)) === null ? true : null),
    recoverMs,
    300,
  );
  if (isOver === null) breaches.push(`the month was not billed ${recoverMs} ms after Redis had memory again`);
  return breaches;
}

/** Whatever is needed for something else is dropped without a word, jobs and schedules too. */
async function evict(ground: FaultGround): Promise<string[]> {
  const { tenant, isQuick, inject } = ground;
  const redis = clientOf(ground);
  const used = await tenant.useMonth();
  const breaches: string[] = [];
  const calm = await queuesFinding(ground);
  if (calm?.level !== "ok") breaches.push(`the doctor says of a sound Redis: ${JSON.stringify(calm)}`);
  await redis.config("SET", "maxmemory-policy", "allkeys-lru");
  const before = await infoOf(ground, "evicted_keys");
  breaches.push(...(await sendOnce(ground, used, "Redis drops keys")));
  await tenant.endMonth();
  await tenant.startRun({ month: used.month });
  for (let times = 0; times < (isQuick ? 8 : 25); times++) {
    await redis.config("SET", "maxmemory", String((await infoOf(ground, "used_memory")) - 30_000));
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const dropped = (await infoOf(ground, "evicted_keys")) - before;
  if (dropped > 0) inject(`${dropped} keys dropped`);
  else breaches.push("no key was dropped");
  await redis.config("SET", "maxmemory", "0");
  const warned = await queuesFinding(ground);
  if (warned?.level !== "warning" || !warned.detail.includes("allkeys-lru"))
    breaches.push(`the doctor says of maxmemory-policy allkeys-lru: ${JSON.stringify(warned)}`);
  return breaches;
}

function clientOf({ stack }: FaultGround) {
  if (stack.redis === null) throw new Error("there is no Redis");
  return stack.redis.client;
}

/** Sends each batch once: whoever is not given a receipt at once has found a way in which Redis holds usage back. */
async function sendOnce({ tenant }: FaultGround, { events }: UsedMonth, when: string): Promise<string[]> {
  const breaches: string[] = [];
  for (let at = 0; at < events.length; at += 25) {
    const { status, tookMs } = await tenant.client.ask("POST", "/v1/events", {
      events: events.slice(at, at + 25),
    });
    if (status >= 300) breaches.push(`usage was answered ${status} while ${when}`);
    if (tookMs > receiptMs) breaches.push(`usage waited ${tookMs} ms for its receipt while ${when}`);
  }
  return breaches;
}

/** How often a scheduler was told that there is no memory. */
function refusals({ stack }: FaultGround): number {
  const logs = stack.processes.running("scheduler").map(({ log }) => log());
  return logs.join("\n").split("OOM command not allowed").length - 1;
}

async function infoOf(ground: FaultGround, field: "evicted_keys" | "used_memory"): Promise<number> {
  const info = await clientOf(ground).info();
  return Number(new RegExp(`^${field}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
}

type Finding = { readonly check: string; readonly level: string; readonly detail: string };

/** What the doctor, run by hand, says of the queues. */
async function queuesFinding({ stack }: FaultGround): Promise<Finding | undefined> {
  const doctor = join(projectDir, "dist/apps/cli/main.js");
  const { env } = stack.recipeOf("api");
  const printed = await new Promise<string>((resolve) => {
    // Its exit code says that something is worth a look; what it prints says what.
    execFile(
      process.execPath,
      [doctor, "doctor", "--json"],
      { cwd: projectDir, env: childEnvironment(env) },
      (_error, stdout) => resolve(stdout),
    );
  });
  return (JSON.parse(printed) as Finding[]).find(({ check }) => check === "queues");
}
