import type { Causes } from "#libs/core/events.ts";
import type { Meter } from "#libs/core/usage/meter.ts";
import { type Database, type TenantTx, withSystem, withTenant } from "#libs/data/database.ts";
import { newId } from "#libs/data/new-id.ts";
import { logStatements } from "./log-statements.ts";
import { openTestDatabase, type TestDatabase } from "./test-database.ts";

export type UsageWorld = {
  readonly test: TestDatabase;
  readonly database: Database;
  readonly scope: { readonly tenantId: string; readonly actor: string };
  readonly inTenant: <T>(fn: (tx: TenantTx) => Promise<T>) => Promise<T>;
  readonly addCustomer: (externalId: string) => Promise<string>;
  readonly addMeter: (
    meter: Partial<Meter> & Pick<Meter, "code" | "aggregation">,
  ) => Promise<Meter & { id: string }>;
  readonly moveClock: (now: string) => Promise<void>;
  /** The SQL of every statement that the application sent while `fn` ran. */
  readonly logStatements: (fn: () => Promise<unknown>) => Promise<string[]>;
  readonly close: () => Promise<void>;
};

/** A tenant on a test clock that sends usage. */
export async function openUsageWorld(now: string, causes?: Causes): Promise<UsageWorld> {
  const test = await openTestDatabase(causes);
  const { database } = test;
  const scope = { tenantId: newId(), actor: "test" };
  await withSystem(
    database,
    (db) => db.$executeRaw`insert into tenant (id, name, mode, clock_now)
      values (${scope.tenantId}::uuid, 'T', 'test', ${now}::text::timestamptz)`,
  );
  const inTenant = <T>(fn: (tx: TenantTx) => Promise<T>) => withTenant(database, scope, fn);
  return {
    test,
    database,
    scope,
    inTenant,
    addCustomer: (externalId) => inTenant((tx) => addCustomer(tx, externalId)),
    addMeter: (meter) => inTenant((tx) => addMeter(tx, meter)),
    moveClock: (to) =>
      inTenant(async (tx) => {
        await tx.db
          .$executeRaw`update tenant set clock_now = ${to}::text::timestamptz where id = ${tx.tenantId}::uuid`;
      }),
    logStatements: (fn) => logStatements(database, fn),
    close: () => test.close(),
  };
}

async function addCustomer(tx: TenantTx, externalId: string): Promise<string> {
  const id = newId();
  await tx.db.$executeRaw`
    insert into customer (tenant_id, id, external_id, name) values (${tx.tenantId}::uuid, ${id}::uuid, ${externalId}, ${externalId})`;
  return id;
}

async function addMeter(
  tx: TenantTx,
  given: Partial<Meter> & Pick<Meter, "code" | "aggregation">,
): Promise<Meter & { id: string }> {
  const meter: Meter = {
    name: given.code,
    eventType: given.code,
    carryOver: false,
    negative: "keep",
    filters: [],
    groupBy: [],
    ...given,
  };
  const { code, name, eventType, ...definition } = meter;
  const id = newId();
  await tx.db.$executeRaw`
    insert into meter (tenant_id, id, code, name, event_type, definition)
    values (${tx.tenantId}::uuid, ${id}::uuid, ${code}, ${name}, ${eventType}, ${JSON.stringify(definition)}::jsonb)`;
  return { ...meter, id };
}
