import { createTenant } from "#libs/billing/catalog/create-tenant.ts";
import { noFailpoint } from "#libs/platform/failpoint.ts";
import { createStripeClient } from "#libs/platform/stripe/stripe-client.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { runStripeEffect } from "./run-stripe-effect.ts";

describe("an effect at Stripe", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  const effectOf = async (mode: "live" | "test", apiKey: string) => {
    const { tenantId } = await createTenant(test.database, { name: mode, mode, actor: "test" });
    let calls = 0;
    const stripe = createStripeClient({ apiKey, apiBase: "http://127.0.0.1:9" });
    const effect = runStripeEffect(
      { database: test.database, failpoint: noFailpoint, leaseMs: 60_000, stripe },
      {
        ...{ tenantId, kind: "stripe.test", businessKey: tenantId },
        probe: async () => null,
        act: async () => {
          calls += 1;
          return { outcome: "done", value: { id: "obj_1" } };
        },
      },
    );
    return { effect, calls: () => calls };
  };

  it.each([
    ["test", "sk_live_1"],
    ["test", "rk_live_1"],
    ["live", "sk_test_1"],
  ] as const)("is refused before any call for a %s tenant and the key %s", async (mode, apiKey) => {
    const { effect, calls } = await effectOf(mode, apiKey);
    await expect(effect).rejects.toMatchObject({ code: "stripe_mode_mismatch" });
    expect(calls()).toBe(0);
    expect((await test.owner.query("select from effect where kind = 'stripe.test'")).rowCount).toBe(0);
  });

  it.each([
    ["live", "sk_live_1"],
    ["test", "sk_test_1"],
  ] as const)("is made for a %s tenant and the key %s", async (mode, apiKey) => {
    const { effect, calls } = await effectOf(mode, apiKey);
    expect(await effect).toEqual({ id: "obj_1" });
    expect(calls()).toBe(1);
    await test.owner.query("delete from effect");
  });
});
