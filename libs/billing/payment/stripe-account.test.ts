import { checkStripe } from "../../../apps/cli/doctor/check-stripe.ts";
import { type DeliveryWorld, openDeliveryWorld } from "#libs/testkit/delivery-world.ts";
import { makeTenant } from "#libs/testkit/factories.ts";
import { connectOwnAccount, fileKey, keyOf, newAccount } from "#libs/testkit/own-stripe-account.ts";
import { createTenant } from "../catalog/create-tenant.ts";

let world: DeliveryWorld;
beforeAll(async () => {
  world = await openDeliveryWorld();
});
afterAll(() => world.close());

const kept = (tenantId: string) =>
  world.rows("select from provider_account where tenant_id = $1", [tenantId]);

describe("connecting a tenant's own Stripe account", () => {
  it.each([
    ["test", "sk_live_1", "pk_live_1", "stripe_mode_mismatch"],
    ["test", "rk_live_1", "pk_live_1", "stripe_mode_mismatch"],
    ["live", "sk_test_1", "pk_test_1", "stripe_mode_mismatch"],
    ["test", "sk_test_1", "pk_live_1", "stripe_account_invalid"],
    ["test", "whsec_1", "pk_test_1", "stripe_account_invalid"],
  ] as const)(
    "is refused for a %s tenant with the keys %s and %s",
    async (mode, apiKey, publishableKey, code) => {
      const tenant = await createTenant(world.test.database, { name: "Acme", mode, actor: "test" });
      const connected = connectOwnAccount(world, tenant, newAccount(), { apiKey, publishableKey });
      await expect(connected).rejects.toMatchObject({ code });
      expect(await kept(tenant.tenantId)).toEqual([]);
    },
  );

  it("is refused with another account's key, and the doctor names one that stands there all the same", async () => {
    const [account, other] = [newAccount(), newAccount()];
    const tenant = await makeTenant(world.test);
    await expect(connectOwnAccount(world, tenant, account, { apiKey: keyOf(other) })).rejects.toMatchObject({
      code: "stripe_account_mismatch",
      message: expect.stringMatching(new RegExp(`filed under ${account} .* of ${other}; .* of ${account} `)),
    });
    expect(await kept(tenant.tenantId)).toEqual([]);
    await connectOwnAccount(world, tenant, account);
    const findingOf = async () =>
      (await checkStripe(world.deps)).find(({ check }) => check === `stripe ${account}`);
    expect(await findingOf()).toMatchObject({ level: "ok" });
    await fileKey(tenant, account, keyOf(other));
    expect(await findingOf()).toMatchObject({
      ...{ level: "problem", detail: expect.stringContaining("stripe_account_mismatch: ") },
      advice: expect.stringContaining(`tenant stripe-account ${account}`),
    });
  });

  it("is refused while Stripe cannot be asked whose the key is", async () => {
    const tenant = await makeTenant(world.test);
    await world.fault({ service: "stripe", path: "/v1/account", action: "status", status: 503, times: 1 });
    await expect(connectOwnAccount(world, tenant, newAccount())).rejects.toMatchObject({
      code: "provider_unavailable",
    });
    expect(await kept(tenant.tenantId)).toEqual([]);
  });
});
