import { withTenant } from "#libs/data/database.ts";
import { loadUsageMeters } from "#libs/data/usage-meters.ts";
import { listHoursOfType } from "#libs/data/usage-recounts.ts";
import type { Deps } from "../deps.ts";
import { adoptEvents } from "./adopt-events.ts";
import { recountHour } from "./recount-hour.ts";

/**
 * Gives a new meter its past: adopts the events that waited for it, and counts those of its type that other meters
 * share, hour by hour, each in its own transaction. Safe to repeat.
 */
export async function fillMeter(
  deps: Pick<Deps, "database" | "logger">,
  input: { readonly tenantId: string; readonly meterId: string },
): Promise<{ adopted: number; hours: number }> {
  const scope = { tenantId: input.tenantId, actor: "job:usage.adopt", timeoutMs: 120_000 };
  const { adopted, hours } = await withTenant(deps.database, scope, async (tx) => {
    const meters = await loadUsageMeters(tx);
    const meter = meters.find((each) => each.id === input.meterId);
    if (meter === undefined) return { adopted: 0, hours: [] };
    const { adopted } = await adoptEvents(tx, { meterId: meter.id });
    const shared = meters.some((each) => each.eventType === meter.eventType && each.id !== meter.id);
    return { adopted, hours: shared ? await listHoursOfType(tx, meter.eventType) : [] };
  });
  for (const hour of hours) {
    await withTenant(deps.database, scope, (tx) => recountHour(tx, { hour, meterId: input.meterId }));
  }
  if (adopted > 0 || hours.length > 0) {
    deps.logger.info("usage adopted", {
      tenant_id: input.tenantId,
      meter_id: input.meterId,
      events: adopted,
      hours: hours.length,
    });
  }
  return { adopted, hours: hours.length };
}
