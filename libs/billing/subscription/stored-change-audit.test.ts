import type { Price } from "#libs/core/price/price.ts";
import { startChangeTenant } from "#libs/testkit/change-world.ts";
import { flatPrice } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { changeSubscription, type SubscriptionChange } from "./change-subscription.ts";

const fee = (amount: string): Price =>
  flatPrice({ billing: "in_advance", proration: "day", chargeModel: { model: "flat", amount } });

describe("a stored change", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  it("that waited says in the audit log and by an event that it took effect, and one that was asked for now says it once", async () => {
    const tenant = await startChangeTenant(test, "2026-03-01T00:00:00Z", {
      ...{ small: { prices: [fee("31.00")] }, big: { prices: [fee("62.00")] } },
    });
    const id = await tenant.subscribe();
    await tenant.bill(id);
    const change = (input: Omit<SubscriptionChange, "subscriptionId">) =>
      tenant.inTenant((tx) => changeSubscription(tx, { subscriptionId: id, ...input }));
    const logged = async () => {
      const { rows } = await test.owner.query(
        "select actor, action, reason, after -> 'invoiceId' <> 'null' as billed from audit_log where target_id = $1 and action like 'subscription.change%' order by created_at, id",
        [id],
      );
      return rows;
    };
    await change({ plan: { code: "big" }, at: "period_end" });
    expect(await logged()).toMatchObject([{ actor: "test", action: "subscription.change" }]);
    await tenant.moveClock("2026-04-01T00:00:00Z");
    await tenant.bill(id);
    await tenant.bill(id);
    expect((await logged()).slice(1)).toEqual([
      {
        ...{ actor: "system", action: "subscription.change_applied" },
        ...{ reason: "stored for 2026-04-01T00:00:00Z", billed: true },
      },
    ]);
    const { rows: events } = await test.owner.query(
      "select data ->> 'at' as at from domain_event where subject_id = $1 and type = 'subscription.changed'",
      [id],
    );
    expect(events).toEqual([{ at: "2026-04-01T00:00:00Z" }]);
    await tenant.moveClock("2026-04-11T00:00:00Z");
    await change({ plan: { code: "small" } });
    expect((await logged()).slice(2)).toMatchObject([{ actor: "test", action: "subscription.change" }]);
  });
});
