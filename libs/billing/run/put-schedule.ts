import { Temporal } from "temporal-polyfill";
import { domainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import {
  findTenantSchedule,
  putTenantSchedule,
  type TenantScheduleName,
  type TenantScheduleRow,
  tenantScheduleNames,
} from "#libs/data/tenant-schedules.ts";
import { assertCron, nextTick } from "./cron-tick.ts";

/**
 * Gives the tenant its own time for a run, instead of the installation's; disabled: that run starts for it no more, what
 * falls due is billed all the same. Follows the wall clock, also where business follows a test clock.
 * @throws schedule_fixed, schedule_not_found, timezone_unknown, fields_invalid, version_conflict
 */
export async function putSchedule(
  tx: TenantTx,
  input: {
    readonly name: string;
    readonly cron: string;
    readonly timezone: string;
    readonly enabled: boolean;
    readonly ifVersion?: number;
  },
  now: Temporal.Instant = Temporal.Now.instant(),
): Promise<TenantScheduleRow> {
  const name = ownName(input.name);
  assertCron(input, now);
  const before = await findTenantSchedule(tx, name, true);
  const version = before?.version ?? 0;
  if (input.ifVersion !== undefined && input.ifVersion !== version) {
    throw domainError("version_conflict", `the schedule is at version ${version}, not ${input.ifVersion}`);
  }
  const { cron, timezone } = input;
  await putTenantSchedule(tx, {
    name,
    cron,
    timezone,
    nextRunAt: input.enabled ? nextTick(input, now) : null,
  });
  const after = await findTenantSchedule(tx, name);
  if (after === null) throw domainError("internal", `the schedule ${name} vanished while it was written`);
  await writeAudit(tx, { action: "schedule.put", targetType: "schedule", targetId: name, before, after });
  return after;
}

function ownName(name: string): TenantScheduleName {
  const own = tenantScheduleNames.find((each) => each === name);
  if (own !== undefined) return own;
  const choice = tenantScheduleNames.join(" and ");
  if (name === "billing.due" || name === "usage.recount") {
    throw domainError("schedule_fixed", `${name} is the same for every tenant; a tenant sets ${choice}`);
  }
  throw domainError("schedule_not_found", `there is no schedule "${name}"; a tenant sets ${choice}`);
}
