import { Temporal } from "temporal-polyfill";
import type { TenantTx } from "#libs/data/database.ts";
import { type ChangeTenant, startChangeTenant } from "#libs/testkit/change-world.ts";
import { flatPrice, usagePrice } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { cancelSubscription } from "./cancel-subscription.ts";
import { changeSubscription } from "./change-subscription.ts";
import { pauseSubscription } from "./pause-subscription.ts";
import { reactivateSubscription } from "./reactivate-subscription.ts";
import { resumeSubscription } from "./resume-subscription.ts";

const at = (text: string) => Temporal.Instant.from(text);
const calls = usagePrice("calls", { chargeModel: { model: "per_unit", unitAmount: "1.00" } });
const billed = { code: "meter_already_billed" };

describe("a meter of a customer is billed by one subscription at a time", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  /** Subscribed to `small` on 1 April; now it is the 10th. */
  async function inApril(metered = true) {
    const tenant = await startChangeTenant(test, "2026-04-01T00:00:00Z", {
      small: { prices: metered ? [calls] : [flatPrice()] },
      big: { prices: [calls] },
    });
    const first = await tenant.subscribe();
    await tenant.bill(first);
    await tenant.moveClock("2026-04-10T00:00:00Z");
    const verb = <T>(run: (tx: TenantTx, target: { subscriptionId: string }) => Promise<T>) =>
      tenant.inTenant((tx) => run(tx, { subscriptionId: first }));
    return { tenant, first, verb };
  }

  /** What both bill for 7 calls on 5 May, once May is over. */
  async function mayOf(tenant: ChangeTenant, ids: readonly string[]) {
    for (const id of ids) await tenant.moveClock("2026-05-01T00:00:00Z").then(() => tenant.bill(id));
    await tenant.send("7", "2026-05-05T00:00:00Z");
    await tenant.moveClock("2026-06-01T00:00:00Z");
    for (const id of ids) await tenant.bill(id);
    const lines = await Promise.all(ids.map(tenant.invoices));
    return lines.flat(2).filter((line) => line.startsWith("usage calls 700"));
  }

  it("so a canceled one is not reactivated once another took the meter over at its end", async () => {
    const { tenant, first, verb } = await inApril();
    await verb(cancelSubscription);
    const second = await tenant.subscribe({ plan: { code: "big" }, startsAt: at("2026-05-01T00:00:00Z") });
    await expect(verb(reactivateSubscription)).rejects.toMatchObject(billed);
    expect(await mayOf(tenant, [first, second])).toHaveLength(1);
  });

  it("nor canceled to a later end, but to an earlier one", async () => {
    const { tenant, verb } = await inApril();
    await verb(cancelSubscription);
    await tenant.subscribe({ plan: { code: "big" }, startsAt: at("2026-05-01T00:00:00Z") });
    const to = (day: string) =>
      verb((tx, target) => cancelSubscription(tx, { ...target, at: at(`${day}T00:00:00Z`) }));
    await expect(to("2026-05-02")).rejects.toMatchObject(billed);
    await expect(to("2026-04-20")).resolves.toMatchObject({ ends_at: new Date("2026-04-20T00:00:00Z") });
    await expect(to("2026-05-01")).resolves.toMatchObject({ ends_at: new Date("2026-05-01T00:00:00Z") });
  });

  it("so a paused one does not resume once another took the meter over", async () => {
    const { tenant, first, verb } = await inApril();
    await verb(pauseSubscription);
    const second = await tenant.subscribe({ plan: { code: "big" } });
    await expect(verb(resumeSubscription)).rejects.toMatchObject(billed);
    expect(await mayOf(tenant, [first, second])).toHaveLength(1);
    await tenant.inTenant((tx) => cancelSubscription(tx, { subscriptionId: second, at: "now" }));
    await expect(verb(resumeSubscription)).resolves.toMatchObject({ status: "active" });
  });

  it("also by one whose change to a metered plan waits: no other may be made for that time", async () => {
    const { tenant, first, verb } = await inApril(false);
    await verb((tx, target) =>
      changeSubscription(tx, { ...target, plan: { code: "big" }, at: "period_end" }),
    );
    await expect(tenant.subscribe({ plan: { code: "big" } })).rejects.toMatchObject(billed);
    const second = await tenant.subscribe({ plan: { code: "big" }, endsAt: at("2026-05-01T00:00:00Z") });
    expect(await mayOf(tenant, [first, second])).toHaveLength(1);
  });

  it("and by none once the change that waits leads off the meter again, or is dropped", async () => {
    const { tenant, verb } = await inApril(false);
    const move = (code: string, day: string) =>
      verb((tx, target) => changeSubscription(tx, { ...target, plan: { code }, at: at(`${day}T00:00:00Z`) }));
    await move("big", "2026-05-01");
    await verb((tx, target) => cancelSubscription(tx, { ...target, at: at("2026-04-20T00:00:00Z") }));
    await expect(tenant.subscribe({ plan: { code: "big" } })).resolves.toMatch(/./);
    // Nothing metered is left of the first one: it goes on.
    await expect(verb(reactivateSubscription)).resolves.toMatchObject({ ends_at: null });
  });
});
