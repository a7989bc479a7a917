import type { Meter } from "#libs/core/usage/meter.ts";
import type { TenantSql } from "./database.ts";

export type StoredMeter = Meter & {
  readonly id: string;
  /** Whether it is the newest version of its code; older ones still serve the prices that name them. */
  readonly current: boolean;
};

type MeterRow = {
  id: string;
  code: string;
  name: string;
  event_type: string;
  definition: Partial<Meter>;
  current: boolean;
};

/** Every meter of the tenant that usage events feed, all versions; or those of one event type. */
export async function loadUsageMeters(tx: TenantSql, eventType?: string): Promise<StoredMeter[]> {
  const rows = await tx.db.$queryRaw<MeterRow[]>`
    select id, code, name, event_type, definition, superseded_at is null as current from meter
    where tenant_id = ${tx.tenantId}::uuid and (${eventType ?? null}::text is null or event_type = ${eventType ?? null})
    order by code, definition_version`;
  return rows.map(({ id, code, name, event_type, definition, current }) => ({
    aggregation: "count",
    carryOver: false,
    negative: "keep",
    filters: [],
    groupBy: [],
    ...definition,
    id,
    code,
    name,
    eventType: event_type,
    current,
  }));
}
