import type { Temporal } from "temporal-polyfill";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { type Actor, type Database, withSystem, withTenant } from "#libs/data/database.ts";
import { newId } from "#libs/data/new-id.ts";
import { insertTenant, type TenantMode } from "#libs/data/tenants.ts";

export type NewTenant = Actor & {
  readonly name: string;
  readonly mode: TenantMode;
  /** Where the clock of a test tenant stands; unset: database time. */
  readonly clockNow?: Temporal.Instant;
};

/**
 * Creates a company that bills with us, on the default settings, and returns its UUID. A second call makes a second tenant.
 * Throws `fields_invalid`: a live tenant has no clock of its own.
 */
export async function createTenant(database: Database, input: NewTenant): Promise<{ tenantId: string }> {
  const { name, mode, clockNow, ...actor } = input;
  assertNoPlaces([
    ...(name.trim() === "" ? [{ path: "name", code: "text_empty", message: "must not be empty" }] : []),
    ...(mode === "live" && clockNow !== undefined
      ? [
          {
            path: "clock_now",
            code: "not_allowed",
            message: "a live tenant follows real time; only test tenants have a clock",
          },
        ]
      : []),
  ]);
  const tenantId = newId();
  await withSystem(database, (db) =>
    insertTenant(db, { id: tenantId, name, mode, clockNow: clockNow ?? null }),
  );
  await withTenant(database, { ...actor, tenantId }, (tx) =>
    writeAudit(tx, {
      action: "tenant.create",
      targetType: "tenant",
      targetId: tenantId,
      after: { name, mode, clockNow: clockNow?.toString() ?? null },
    }),
  );
  return { tenantId };
}
