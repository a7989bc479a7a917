import { createTenant } from "#libs/billing/catalog/create-tenant.ts";
import { type TenantTx, withTenant } from "#libs/data/database.ts";
import { newId } from "#libs/data/new-id.ts";
import { loadUsageMeters, type StoredMeter } from "#libs/data/usage-meters.ts";
import type { Place } from "./open-place.ts";

/** Customers that use four meters which add up their values. */
export type UsageTenant = {
  readonly tenantId: string;
  readonly customers: readonly string[];
  readonly meters: readonly StoredMeter[];
  readonly inTenant: <T>(fn: (tx: TenantTx) => Promise<T>) => Promise<T>;
};

/** Of its meters. */
export const usageMeterCodes = ["calls", "bytes", "seats", "jobs"];

export async function openUsageTenant(
  { database, owner }: Place,
  customerCount: number,
): Promise<UsageTenant> {
  const { tenantId } = await createTenant(database, { name: "Bench", mode: "test", actor: "bench" });
  const customers = Array.from({ length: customerCount }, () => newId());
  await owner.query(
    `insert into customer (tenant_id, id, external_id, name)
     select $1, c.id, 'customer-' || c.n - 1, 'Customer' from unnest($2::uuid[]) with ordinality as c (id, n)`,
    [tenantId, customers],
  );
  await owner.query(
    `insert into meter (tenant_id, id, code, name, event_type, definition)
     select $1, gen_random_uuid(), m, m, m, '{"aggregation": "sum"}' from unnest($2::text[]) as m`,
    [tenantId, usageMeterCodes],
  );
  await owner.query("analyze customer; analyze meter");
  const inTenant: UsageTenant["inTenant"] = (fn) =>
    withTenant(database, { tenantId, actor: "bench", timeoutMs: 300_000 }, fn);
  return { tenantId, customers, meters: await inTenant(loadUsageMeters), inTenant };
}
