import { Temporal } from "temporal-polyfill";
import { makeSubscription, makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { advanceSubscriptions } from "./subscription-progress.ts";

describe("advanceSubscriptions", () => {
  let test: TestDatabase;
  let tenant: TestTenant;
  beforeAll(async () => {
    test = await openTestDatabase();
    tenant = await makeTenant(test);
  });
  afterAll(() => test.close());

  const advance = (subscriptionId: string, index: number, billingSequence: number) =>
    tenant.inTenant((tx) =>
      advanceSubscriptions(tx, [
        {
          ...{ subscriptionId, index, billingSequence, status: "begun" },
          next: { index: index + 1, at: Temporal.Instant.from(`2026-0${index + 4}-01T00:00:00Z`) },
        },
      ]),
    );

  it("never takes a subscription back to a boundary that another run has billed meanwhile", async () => {
    const subscription = await makeSubscription(tenant);
    await advance(subscription.id, 0, 0);
    await advance(subscription.id, 1, 1);
    // Whoever loaded it before those two comes late.
    await advance(subscription.id, 0, 0);
    const { rows } = await test.owner.query(
      "select next_index, billing_sequence, next_due_at from subscription where id = $1",
      [subscription.id],
    );
    expect(rows).toEqual([
      { next_index: 2, billing_sequence: 1, next_due_at: new Date("2026-05-01T00:00:00Z") },
    ]);
  });
});
