import { Temporal } from "temporal-polyfill";
import { findCustomer } from "#libs/data/customers.ts";
import {
  flatPrice,
  makeCustomer,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
} from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { updateCustomer } from "../catalog/update-customer.ts";
import { runCustomerSchedules } from "./run-customer-schedules.ts";
import { startBillingRun } from "./start-billing-run.ts";
import { startScheduledRuns } from "./start-scheduled-runs.ts";

const february = Temporal.Instant.from("2026-02-01T00:00:00Z");
const tick = Temporal.Instant.from("2026-02-01T06:00:00Z");
const settings = { processMonth: undefined, dryRun: false };
const yearly = { cron: "0 0 6 1 1 *", timezone: "UTC", enabled: true };

describe("a customer's own schedule", () => {
  let world: WorkWorld;
  beforeAll(async () => {
    world = await openWorkWorld();
  });
  afterAll(() => world.close());

  const subscriber = async (tenant: TestTenant, externalId: string, schedule = { schedule: yearly }) => {
    const customer = await makeCustomer(tenant, { externalId, ...(externalId === "own" ? schedule : {}) });
    const plan = await makePlan(tenant, { prices: [flatPrice()] });
    const startsAt = Temporal.Instant.from("2026-01-01T00:00:00Z");
    await makeSubscription(tenant, { customer: { id: customer.id }, plan: { id: plan.id }, startsAt });
    return customer.id;
  };
  /** A tenant with a customer of each kind, both with January to bill. */
  const twoCustomers = async () => {
    const tenant = await makeTenant(world.test, { clockNow: february });
    return { tenant, ownId: await subscriber(tenant, "own"), otherId: await subscriber(tenant, "other") };
  };
  const sleepThrough = (customerId: string, since = "3 days") =>
    world.rows(
      "update customer set schedule_next_run_at = date_trunc('second', now()) - $2::interval where id = $1",
      [customerId, since],
    );
  const sweep = async () => {
    const fresh = await runCustomerSchedules(world.deps, settings);
    await world.drain();
    return fresh;
  };
  const tenantTick = async (kind: "month" | "legacy", at = tick) => {
    await startScheduledRuns(world.deps, { kind, ...settings, at });
    await world.drain();
  };
  const runs = (tenant: TestTenant) =>
    world.rows(
      "select kind, key, dry_run, state, organizations, customers from billing_run where tenant_id = $1 order by id",
      [tenant.tenantId],
    );
  const billed = async (tenant: TestTenant) => {
    const rows = await world.rows<{ external_id: string }>(
      "select c.external_id from invoice i join customer c on c.id = i.customer_id where i.tenant_id = $1 and i.number is not null order by 1",
      [tenant.tenantId],
    );
    return rows.map((row) => row.external_id);
  };

  it("starts the month's run for the customer alone, once, when several processes look at once", async () => {
    const { tenant, ownId } = await twoCustomers();
    expect(await sweep()).toBe(0);
    await sleepThrough(ownId, "1 second");
    const fresh = await Promise.all(
      Array.from({ length: 4 }, () => runCustomerSchedules(world.deps, settings)),
    );
    expect(fresh.reduce((sum, count) => sum + count, 0)).toBe(1);
    await world.drain();
    expect(await billed(tenant)).toEqual(["own"]);
    const key = `month/2026-01/customer/${ownId}`;
    expect(await runs(tenant)).toEqual([
      { kind: "month", key, dry_run: false, state: "completed", organizations: 1, customers: [ownId] },
    ]);
  });

  it("runs a tick once that was slept through, and goes on with the next that is to come", async () => {
    const tenant = await makeTenant(world.test, { clockNow: february });
    const every = { schedule: { ...yearly, cron: "0 0 * * * *" } };
    const ownId = await subscriber(tenant, "own", every);
    await sleepThrough(ownId);
    expect(await sweep()).toBe(1);
    const [after] = await world.rows<{ slept: boolean; ahead: boolean; version: number }>(
      `select schedule_last_run_at < now() - interval '2 days' as slept, schedule_next_run_at between now() and now() + interval '1 hour' as ahead,
        version from customer where id = $1`,
      [ownId],
    );
    expect(after).toEqual({ slept: true, ahead: true, version: 1 });
    expect(await sweep()).toBe(0);
    await sleepThrough(ownId);
    expect(await sweep()).toBe(0);
    expect(await runs(tenant)).toHaveLength(1);
  });

  it.each(["month", "legacy"] as const)("is left alone by the tenant's own %s run", async (kind) => {
    const { tenant } = await twoCustomers();
    await tenantTick(kind);
    expect(await billed(tenant)).toEqual(["other"]);
    expect(await runs(tenant)).toMatchObject([{ kind, state: "completed", organizations: 1 }]);
  });

  it("is left alone by a run that waits for zones, however often it is planned", async () => {
    const tenant = await makeTenant(world.test, { clockNow: february });
    const plan = await makePlan(tenant, { prices: [flatPrice()] });
    const startsAt = Temporal.Instant.from("2026-01-01T10:00:00Z");
    const timezone = "Pacific/Honolulu";
    for (const externalId of ["own", "other"]) {
      const fields = externalId === "own" ? { schedule: yearly } : {};
      const { id } = await makeCustomer(tenant, { externalId, timezone, ...fields });
      await makeSubscription(tenant, { customer: { id }, plan: { id: plan.id }, timezone, startsAt });
    }
    await tenantTick("month");
    expect(await runs(tenant)).toMatchObject([{ state: "generated", organizations: 1 }]);
    await world.advance(tenant, Temporal.Instant.from("2026-02-01T10:00:00Z"));
    expect(await billed(tenant)).toEqual(["other"]);
    expect(await runs(tenant)).toMatchObject([{ state: "completed", organizations: 1 }]);
  });

  it.each([null, { ...yearly, enabled: false }])(
    "gives the customer back to the tenant's runs when it is %j",
    async (schedule) => {
      const { tenant, ownId } = await twoCustomers();
      await tenantTick("legacy");
      await tenant.inTenant((tx) => updateCustomer(tx, { customer: { id: ownId }, schedule }));
      await tenantTick("legacy", tick.add({ hours: 1 }));
      expect(await billed(tenant)).toEqual(["other", "own"]);
      expect(await sweep()).toBe(0);
    },
  );

  it("keeps nothing from the minute's sweep, nor from a run that a person starts", async () => {
    const swept = await twoCustomers();
    await world.tick();
    expect(await billed(swept.tenant)).toEqual(["other", "own"]);
    const asked = await twoCustomers();
    await asked.tenant.inTenant((tx) =>
      startBillingRun(tx, { kind: "month", month: "2026-01", dryRun: false }),
    );
    await world.drain();
    expect(await billed(asked.tenant)).toEqual(["other", "own"]);
  });

  it("only computes under DRY_RUN, at every tick anew", async () => {
    const { tenant, ownId } = await twoCustomers();
    for (const since of ["2 days", "1 day"]) {
      await sleepThrough(ownId, since);
      expect(await runCustomerSchedules(world.deps, { ...settings, dryRun: true })).toBe(1);
      await world.drain();
    }
    expect(await billed(tenant)).toEqual([]);
    expect(await runs(tenant)).toMatchObject([
      { dry_run: true, customers: [ownId] },
      { dry_run: true, customers: [ownId] },
    ]);
  });

  it("is not run by what it was before somebody changed it meanwhile", async () => {
    const { tenant, ownId } = await twoCustomers();
    await sleepThrough(ownId);
    let sweeping: Promise<number> | undefined;
    const later = { ...yearly, cron: "0 0 6 2 1 *" };
    const changed = await tenant.inTenant(async (tx) => {
      const row = await updateCustomer(tx, { customer: { id: ownId }, schedule: later });
      sweeping = runCustomerSchedules(world.deps, settings);
      const waiting =
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
      while ((await world.rows(waiting)).length === 0);
      return row;
    });
    expect(await sweeping).toBe(0);
    expect(await runs(tenant)).toEqual([]);
    const kept = await tenant.inTenant((tx) => findCustomer(tx, { id: ownId }));
    expect(kept).toEqual(changed);
  });

  it("waits while its customer is inactive", async () => {
    const { tenant, ownId } = await twoCustomers();
    const set = (status: "active" | "inactive") =>
      tenant.inTenant((tx) => updateCustomer(tx, { customer: { id: ownId }, status }));
    await set("inactive");
    await sleepThrough(ownId);
    expect(await sweep()).toBe(0);
    await set("active");
    expect(await sweep()).toBe(1);
    expect(await billed(tenant)).toEqual(["own"]);
  });

  it("means the month before in its own zone, whatever the tenant's is", async () => {
    const tenant = await makeTenant(world.test, { clockNow: Temporal.Instant.from("2026-01-31T21:00:00Z") });
    const ownId = await subscriber(tenant, "own", { schedule: { ...yearly, timezone: "Asia/Tokyo" } });
    await sleepThrough(ownId);
    expect(await sweep()).toBe(1);
    expect(await runs(tenant)).toMatchObject([{ key: `month/2026-01/customer/${ownId}` }]);
  });
});
