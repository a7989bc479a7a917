import { z } from "zod";
import { putSchedule } from "#libs/billing/run/put-schedule.ts";
import {
  presentSchedule,
  presentTenantSchedule,
  scheduleBody,
  scheduleWire,
} from "#libs/billing/wire/schedule-wire.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { withSystem, withTenant, type TenantScope } from "#libs/data/database.ts";
import { listSchedules } from "#libs/data/schedule-ticks.ts";
import { listTenantSchedules } from "#libs/data/tenant-schedules.ts";
import type { ApiDeps } from "../api-deps.ts";
import { defineRoute, type Route } from "../define-route.ts";

const tag = "Schedules";
const params = z.object({ name: z.string().min(1).max(64) });

/** What holds for the tenant: its own schedules, and the installation's where it has none. */
async function schedulesOfTenant(api: ApiDeps, scope: TenantScope): Promise<z.infer<typeof scheduleWire>[]> {
  const own = await withTenant(api.deps.database, scope, listTenantSchedules);
  const everyones = await withSystem(api.deps.database, listSchedules);
  const named = new Set<string>(own.map((schedule) => schedule.name));
  return [
    ...own.map(presentTenantSchedule),
    ...everyones.filter((schedule) => !named.has(schedule.name)).map(presentSchedule),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const list = defineRoute({
  method: "get",
  path: "/v1/schedules",
  tag,
  summary: "List the schedules",
  description:
    "When runs start and sweeps wake up. What falls due is computed, so a tick that is missed loses nothing.",
  access: "read",
  response: {
    status: 200,
    schema: z.object({
      data: z.array(scheduleWire),
      has_more: z.boolean(),
      next_cursor: z.string().nullable(),
    }),
  },
  errors: [],
  example: {},
  external: async (api, { scope }) => ({
    body: { data: await schedulesOfTenant(api, scope), has_more: false, next_cursor: null },
  }),
});

const get = defineRoute({
  method: "get",
  path: "/v1/schedules/{name}",
  tag,
  summary: "Get a schedule",
  access: "read",
  params,
  response: { status: 200, schema: scheduleWire },
  errors: ["schedule_not_found"],
  example: { params: { name: "billing.month" } },
  external: async (api, { scope, params: { name } }) => {
    const found = (await schedulesOfTenant(api, scope)).find((schedule) => schedule.name === name);
    if (found === undefined) throw domainError("schedule_not_found", `there is no schedule "${name}"`);
    return { body: found };
  },
});

const put = defineRoute({
  method: "put",
  path: "/v1/schedules/{name}",
  tag,
  summary: "Set a schedule of the tenant",
  description:
    "billing.month starts the run of the month before, billing.legacy one more of it at each tick. Disabled, no run starts by itself; boundaries are billed when they fall due all the same.",
  access: "admin",
  params,
  body: scheduleBody,
  response: { status: 200, schema: scheduleWire },
  errors: ["schedule_fixed", "schedule_not_found", "timezone_unknown", "version_conflict"],
  example: {
    params: { name: "billing.month" },
    body: { cron: "0 0 6 1 * *", timezone: "Europe/Berlin", enabled: true },
  },
  transaction: async (tx, { params: { name }, body, ifMatch }) => ({
    body: presentTenantSchedule(await putSchedule(tx, { name, ...body, ...defined({ ifVersion: ifMatch }) })),
  }),
});

export const scheduleRoutes: readonly Route[] = [list, get, put];
