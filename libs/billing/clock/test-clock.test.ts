import { Temporal } from "temporal-polyfill";
import {
  flatPrice,
  makeCustomer,
  makeMeter,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
  usagePrice,
} from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { use } from "#libs/testkit/customer-life.ts";
import { createTenant } from "../catalog/create-tenant.ts";
import { withTenant } from "#libs/data/database.ts";
import { updateSettings } from "../catalog/update-settings.ts";
import { advanceTestClock } from "./advance-test-clock.ts";
import { createTestClock } from "./create-test-clock.ts";

const at = (text: string) => Temporal.Instant.from(text);

describe("a test clock", () => {
  let world: WorkWorld;
  beforeAll(async () => {
    world = await openWorkWorld();
  });
  afterAll(() => world.close());

  async function clockAt(text: string): Promise<{ tenant: TestTenant; clockId: string }> {
    const tenant = await makeTenant(world.test);
    const { id } = await tenant.inTenant((tx) => createTestClock(tx, { now: at(text) }));
    return { tenant, clockId: id };
  }

  it("takes a year of months one by one, each billed and delivered before the next falls due", async () => {
    const { tenant } = await clockAt("2026-01-01T00:00:00Z");
    const plan = await makePlan(tenant, { prices: [flatPrice()] });
    await makeSubscription(tenant, {
      plan: { id: plan.id },
      anchor: { day: 31 },
      startsAt: at("2026-01-01T00:00:00Z"),
    });
    await world.travel(tenant, at("2027-01-15T12:00:00Z"));
    const invoices = await world.rows<{ issued: string; stored: boolean }>(
      `select to_char(i.issued_at at time zone 'UTC', 'YYYY-MM-DD') as issued, a.stored_at is not null as stored
       from invoice i left join artifact a on a.invoice_id = i.id where i.tenant_id = $1 order by i.number`,
      [tenant.tenantId],
    );
    expect(invoices.map((row) => row.issued)).toEqual([
      ...["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31"],
      ...["2026-08-31", "2026-09-30", "2026-10-31", "2026-11-30", "2026-12-31"],
    ]);
    expect(invoices.every((row) => row.stored)).toBe(true);
    const [{ now } = { now: null }] = await world.rows<{ now: Date }>(
      "select clock_now as now from tenant where id = $1",
      [tenant.tenantId],
    );
    expect(now).toEqual(new Date("2027-01-15T12:00:00Z"));
  });

  it("delivers an invoice for late usage before it moves on", async () => {
    const { tenant } = await clockAt("2026-01-01T00:00:00Z");
    const { id: customer } = await makeCustomer(tenant);
    await makeMeter(tenant, { code: "calls" });
    const plan = await makePlan(tenant, { prices: [usagePrice("calls")] });
    await makeSubscription(tenant, {
      ...{ customer: { id: customer }, plan: { id: plan.id } },
      ...{ startsAt: at("2026-01-01T00:00:00Z"), endsAt: at("2026-02-01T00:00:00Z") },
    });
    const send = (day: string) =>
      use(tenant, { customer, meter: "calls", at: at(`2026-01-${day}T00:00:00Z`), value: "5" });
    await world.travel(tenant, at("2026-01-10T00:00:00Z"));
    await send("05");
    await world.travel(tenant, at("2026-02-02T00:00:00Z"));
    await send("06");
    await world.travel(tenant, at("2026-03-01T00:00:00Z"));
    expect(
      await world.rows(
        `select i.kind, e.occurred_at from invoice i join domain_event e on e.subject_id = i.id and e.type = 'invoice.pdf_rendered'
         where i.tenant_id = $1 order by i.number`,
        [tenant.tenantId],
      ),
    ).toEqual([
      { kind: "final", occurred_at: new Date("2026-02-01T00:00:00Z") },
      { kind: "late", occurred_at: new Date("2026-02-02T00:00:00Z") },
    ]);
  });

  it("stops where a draft's window ends, too", async () => {
    const { tenant } = await clockAt("2026-01-31T00:00:00Z");
    await tenant.inTenant((tx) => updateSettings(tx, { change: { draftWindow: "PT3H" } }));
    const plan = await makePlan(tenant, { prices: [flatPrice()] });
    await makeSubscription(tenant, { plan: { id: plan.id }, startsAt: at("2026-01-01T00:00:00Z") });
    await world.travel(tenant, at("2026-02-10T00:00:00Z"));
    expect(await world.rows("select issued_at from invoice where tenant_id = $1", [tenant.tenantId])).toEqual(
      [{ issued_at: new Date("2026-02-01T03:00:00Z") }],
    );
  });

  it("goes on past a subscription that cannot be billed", async () => {
    const { tenant } = await clockAt("2026-01-31T00:00:00Z");
    const plan = await makePlan(tenant, { prices: [flatPrice()] });
    const bad = await makeSubscription(tenant, {
      plan: { id: plan.id },
      startsAt: at("2026-01-01T00:00:00Z"),
    });
    await world.test.owner.query("update subscription set price_overrides = '7' where id = $1", [bad.id]);
    await world.travel(tenant, at("2026-03-02T00:00:00Z"));
    expect(await world.rows("select parked_code from subscription where id = $1", [bad.id])).toEqual([
      { parked_code: "subscription_broken" },
    ]);
  });

  it("goes forward only, one way at a time, and belongs to test tenants alone", async () => {
    const { tenant, clockId } = await clockAt("2026-01-31T00:00:00Z");
    const advance = (to: string, id = clockId) =>
      tenant.inTenant((tx) => advanceTestClock(tx, { clockId: id, to: at(to) }));
    await expect(advance("2026-01-31T00:00:00Z")).rejects.toMatchObject({ code: "clock_invalid" });
    await expect(advance("2026-02-01T00:00:00Z", tenant.tenantId)).rejects.toMatchObject({
      code: "clock_not_found",
    });
    await advance("2026-02-01T00:00:00Z");
    await expect(advance("2026-03-01T00:00:00Z")).rejects.toMatchObject({ code: "clock_advancing" });
    await expect(tenant.inTenant((tx) => createTestClock(tx, {}))).rejects.toMatchObject({
      code: "clock_taken",
    });
    const live = await createTenant(world.test.database, { name: "Live", mode: "live", actor: "test" });
    await expect(
      withTenant(world.test.database, { tenantId: live.tenantId, actor: "test" }, (tx) =>
        createTestClock(tx, {}),
      ),
    ).rejects.toMatchObject({ code: "clock_invalid" });
  });
});
