import { Temporal } from "temporal-polyfill";
import type { Price } from "#libs/core/price/price.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { type ChangeTenant, startChangeTenant } from "#libs/testkit/change-world.ts";
import { flatPrice, usagePrice } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { cancelSubscription } from "./cancel-subscription.ts";
import { changeSubscription } from "./change-subscription.ts";
import { pauseSubscription } from "./pause-subscription.ts";
import { reactivateSubscription } from "./reactivate-subscription.ts";
import { resumeSubscription } from "./resume-subscription.ts";
import { updateSubscription } from "./update-subscription.ts";

const at = (text: string) => Temporal.Instant.from(text);
const fee = (amount: string, fields: Partial<Price> = {}): Price =>
  flatPrice({ billing: "in_advance", proration: "day", chargeModel: { model: "flat", amount }, ...fields });
const calls = usagePrice("calls", { chargeModel: { model: "per_unit", unitAmount: "1.00" } });

let test: TestDatabase;
beforeAll(async () => {
  test = await openTestDatabase();
});
afterAll(() => test.close());

/** Billed for March on the 1st, with 5 calls on the 3rd; now it is the 11th. */
async function inMarch(prices: readonly Price[] = [fee("31.00"), calls]) {
  const big = { prices: [fee("62.00"), calls] };
  const tenant = await startChangeTenant(test, "2026-03-01T00:00:00Z", { small: { prices }, big });
  const id = await tenant.subscribe();
  await tenant.bill(id);
  await tenant.send("5", "2026-03-03T00:00:00Z");
  await tenant.moveClock("2026-03-11T00:00:00Z");
  const verb = <T>(run: (tx: TenantTx, target: { subscriptionId: string }) => Promise<T>) =>
    tenant.inTenant((tx) => run(tx, { subscriptionId: id }));
  return { tenant, id, verb };
}

const eventsOf = async (id: string) =>
  (
    await test.owner.query("select type from domain_event where subject_id = $1 order by occurred_at, id", [
      id,
    ])
  ).rows
    .map((row: { type: string }) => row.type)
    .filter((type: string) => type !== "subscription.created");

const later = async (tenant: ChangeTenant, id: string, to: string) => {
  await tenant.moveClock(to);
  await tenant.bill(id);
  return (await tenant.invoices(id)).slice(1);
};

describe("pauseSubscription and resumeSubscription", () => {
  it("bill what is owed up to the pause, nothing while it lasts, and the rest of the period after it", async () => {
    const { tenant, id, verb } = await inMarch();
    expect(await verb(pauseSubscription)).toMatchObject({
      ...{ status: "paused", next_due_at: null, paused_at: new Date("2026-03-11T00:00:00Z") },
    });
    await tenant.send("100", "2026-03-20T00:00:00Z");
    expect(await later(tenant, id, "2026-04-21T00:00:00Z")).toHaveLength(1);
    const row = await verb(resumeSubscription);
    expect(row).toMatchObject({ status: "active", paused_at: null });
    await tenant.send("7", "2026-04-25T00:00:00Z");
    expect(await later(tenant, id, "2026-05-01T00:00:00Z")).toEqual([
      ["change -1600", "proration_credit base -2100 21/31", "usage calls 500 1/1"],
      ["change 1033", "proration_charge base 1033 10/30"],
      ["cycle 3800", "recurring base 3100 31/31", "usage calls 700 1/1"],
    ]);
    expect((await eventsOf(id)).filter((type) => type.startsWith("subscription."))).toEqual([
      ...["subscription.paused", "subscription.resumed"],
    ]);
  });

  it("leave a fee that is not prorated paid, and charge it whole after its period", async () => {
    const { tenant, id, verb } = await inMarch([fee("31.00", { proration: "none" })]);
    await verb(pauseSubscription);
    await tenant.moveClock("2026-03-20T00:00:00Z");
    await verb(resumeSubscription);
    expect(await later(tenant, id, "2026-04-01T00:00:00Z")).toEqual([
      ["cycle 3100", "recurring base 3100 1/1"],
    ]);
  });

  it("let a cancellation take effect while it is paused", async () => {
    const { tenant, id, verb } = await inMarch();
    await verb(pauseSubscription);
    await verb(cancelSubscription);
    expect(await later(tenant, id, "2026-05-01T00:00:00Z")).toHaveLength(1);
    const { rows } = await test.owner.query("select status from subscription where id = $1", [id]);
    expect(rows).toEqual([{ status: "canceled" }]);
  });

  it("are refused where they make no sense, as is a change in between", async () => {
    const { verb } = await inMarch();
    await expect(verb(resumeSubscription)).rejects.toMatchObject({ code: "subscription_not_paused" });
    await verb(pauseSubscription);
    await expect(verb(pauseSubscription)).rejects.toMatchObject({ code: "subscription_paused" });
    await expect(
      verb((tx, target) => changeSubscription(tx, { ...target, plan: { code: "big" } })),
    ).rejects.toMatchObject({ code: "subscription_paused" });
  });
});

describe("reactivateSubscription", () => {
  it("undoes a cancellation, so that nothing of it is left", async () => {
    const { tenant, id, verb } = await inMarch();
    await verb(cancelSubscription);
    const row = await verb(reactivateSubscription);
    expect(row).toMatchObject({ status: "active", ends_at: null, canceled_at: null, pending_changes: [] });
    expect(await later(tenant, id, "2026-05-01T00:00:00Z")).toEqual([
      ["cycle 3600", "recurring base 3100 30/30", "usage calls 500 1/1"],
      ["cycle 3100", "recurring base 3100 31/31", "usage calls 0 1/1"],
    ]);
    expect((await eventsOf(id)).filter((type) => type.startsWith("subscription."))).toEqual([
      "subscription.reactivated",
    ]);
  });

  it("charges the rest of a period that was billed only up to the end that is gone", async () => {
    const { tenant, id, verb } = await inMarch();
    await verb((tx, target) => cancelSubscription(tx, { ...target, at: at("2026-04-16T00:00:00Z") }));
    await later(tenant, id, "2026-04-05T00:00:00Z");
    await verb(reactivateSubscription);
    expect(await later(tenant, id, "2026-05-01T00:00:00Z")).toEqual([
      ["cycle 2050", "recurring base 1550 15/30", "usage calls 500 1/1"],
      ["change 1550", "proration_charge base 1550 15/30"],
      ["cycle 3100", "usage calls 0 1/1", "recurring base 3100 31/31"],
    ]);
  });

  it("is refused when nothing waits, and after the end", async () => {
    const { verb } = await inMarch();
    await expect(verb(reactivateSubscription)).rejects.toMatchObject({ code: "subscription_not_canceled" });
    await verb((tx, target) => cancelSubscription(tx, { ...target, at: "now" }));
    await expect(verb(reactivateSubscription)).rejects.toMatchObject({ code: "subscription_ended" });
  });
});

describe("updateSubscription", () => {
  it("closes a stub and opens the next schedule on the grid of a new anchor", async () => {
    const { tenant, id, verb } = await inMarch();
    const row = await verb((tx, target) => updateSubscription(tx, { ...target, anchor: { day: 15 } }));
    expect(row).toMatchObject({ anchor: { day: 15 }, schedule_no: 1 });
    expect(row.next_due_at).toEqual(new Date("2026-03-15T00:00:00Z"));
    expect(await later(tenant, id, "2026-03-15T00:00:00Z")).toEqual([
      [
        "change -1157",
        "proration_credit base -2100 21/31",
        "usage calls 500 1/1",
        "proration_charge base 443 4/28",
      ],
      ["cycle 3100", "recurring base 3100 31/31", "usage calls 0 1/1"],
    ]);
  });

  it("moves the same days to the wall clock of a new zone, without a gap", async () => {
    const { tenant, id, verb } = await inMarch([fee("31.00", { proration: "second" }), calls]);
    const row = await verb((tx, target) =>
      updateSubscription(tx, { ...target, timezone: "America/New_York" }),
    );
    expect(row).toMatchObject({ timezone: "America/New_York", schedule_no: 1 });
    expect(row.next_due_at).toEqual(new Date("2026-04-01T00:00:00-04:00"));
    await tenant.moveClock("2026-04-01T04:00:00Z");
    await tenant.bill(id, "America/New_York");
    expect((await tenant.invoices(id)).map(([header]) => header)).toEqual([
      "start 3100",
      "change 520",
      "cycle 3100",
    ]);
    const { rows } = await test.owner.query(
      `select to_char(start_at at time zone 'UTC', 'MM-DD HH24') as start, to_char(end_at at time zone 'UTC', 'MM-DD HH24') as end
       from billing_period p join subscription_item i on i.id = p.subscription_item_id join price r on r.id = i.price_id
       where i.subscription_id = $1 and r.code = 'calls' order by start_at`,
      [id],
    );
    expect(rows).toEqual([
      { start: "03-01 00", end: "03-11 00" },
      { start: "03-11 00", end: "04-01 04" },
    ]);
  });

  it("changes other fields without touching the schedule, and refuses a method that is not there", async () => {
    const { verb } = await inMarch();
    const row = await verb((tx, target) =>
      updateSubscription(tx, { ...target, collection: "send_invoice", metadata: { team: "blue" } }),
    );
    expect(row).toMatchObject({
      collection: "send_invoice",
      metadata: { team: "blue" },
      schedule_no: 0,
      version: 2,
    });
    const nobody = "01920000-0000-7000-8000-000000000000";
    await expect(
      verb((tx, target) => updateSubscription(tx, { ...target, paymentMethodId: nobody })),
    ).rejects.toMatchObject({ code: "payment_method_not_found" });
  });
});
