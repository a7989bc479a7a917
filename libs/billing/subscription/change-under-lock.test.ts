import { Temporal } from "temporal-polyfill";
import { withTenant } from "#libs/data/database.ts";
import { lockCustomer } from "#libs/data/customers.ts";
import { startChangeTenant } from "#libs/testkit/change-world.ts";
import { flatPrice, usagePrice } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { generateInvoices } from "../run/generate-invoices.ts";
import { changeSubscription } from "./change-subscription.ts";

const calls = usagePrice("calls", { chargeModel: { model: "per_unit", unitAmount: "1.00" } });
const fee = (amount: string) =>
  flatPrice({ billing: "in_advance", proration: "second", chargeModel: { model: "flat", amount } });

describe("a change that waits for the lock of a sweep", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  /** 5 calls at 23:59:55 on 30 April; `small` costs 30.00 a month, `big` 60.00. */
  async function inApril() {
    const tenant = await startChangeTenant(test, "2026-04-01T00:00:00Z", {
      small: { prices: [fee("30.00"), calls] },
      big: { prices: [fee("60.00"), calls] },
    });
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.moveClock("2026-04-30T23:59:50Z");
    return { tenant, id };
  }

  const isAnyoneWaiting = async () => {
    const { rows } = await test.owner.query(
      "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    return rows[0].n > 0;
  };

  it("takes effect when it got it: what the sweep billed meanwhile is not billed again", async () => {
    const { tenant, id } = await inApril();
    const scope = { tenantId: tenant.tenantId, actor: "test" };
    const changed = await withTenant(test.database, scope, async (tx) => {
      await lockCustomer(tx, { id: tenant.customerId });
      const waiting = tenant.inTenant((late) =>
        changeSubscription(late, { subscriptionId: id, plan: { code: "big" } }),
      );
      while (!(await isAnyoneWaiting())) await new Promise(setImmediate);
      await tenant.send("5", "2026-04-30T23:59:55Z");
      await tenant.moveClock("2026-05-01T00:00:01Z");
      const now = Temporal.Instant.from("2026-05-01T00:00:01Z");
      await generateInvoices(
        { ...tx, now },
        { subscriptionIds: [id], cutoffs: new Map([["UTC", now]]), dryRun: false },
      );
      return { waiting };
    });
    await changed.waiting;
    await tenant.moveClock("2026-06-01T00:00:00Z");
    expect((await tenant.bill(id)).parked).toEqual([]);
    const lines = (await tenant.invoices(id)).flat();
    expect(lines.filter((line) => line.startsWith("usage") && !line.startsWith("usage calls 0 "))).toEqual([
      "usage calls 500 1/1",
    ]);
    const { rows } = await test.owner.query("select at from subscription_change where subscription_id = $1", [
      id,
    ]);
    expect(rows).toEqual([{ at: new Date("2026-05-01T00:00:01Z") }]);
  });

  it("takes effect at the boundary that was billed last, should the clock stand before it", async () => {
    const { tenant, id } = await inApril();
    await tenant.send("5", "2026-04-30T23:59:55Z");
    await tenant.moveClock("2026-05-01T00:00:01Z");
    await tenant.bill(id);
    await test.owner.query("alter table tenant disable trigger user");
    await tenant.moveClock("2026-04-30T23:59:50Z");
    await test.owner.query("alter table tenant enable trigger user");
    await tenant.inTenant((tx) => changeSubscription(tx, { subscriptionId: id, plan: { code: "big" } }));
    await tenant.moveClock("2026-06-01T00:00:00Z");
    expect((await tenant.bill(id)).parked).toEqual([]);
    expect(await tenant.invoices(id)).toEqual([
      ["start 3000", "recurring base 3000 2592000/2592000"],
      ["cycle 3500", "recurring base 3000 2678400/2678400", "usage calls 500 1/1"],
      ["change 3000", "proration_credit base -3000 2678400/2678400", "recurring base 6000 2678400/2678400"],
      ["cycle 6000", "recurring base 6000 2592000/2592000", "usage calls 0 1/1"],
    ]);
  });
});
