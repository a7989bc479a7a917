import { parseTimestamp } from "#libs/billing/wire/wire-values.ts";
import { createStripeClient } from "#libs/platform/stripe/stripe-client.ts";
import { breachesIn, invoicesOf } from "#libs/testkit/customer-life.ts";
import { makeCustomer, makeSubscription, makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import type { Deps } from "../deps.ts";
import { collectInvoice } from "../payment/collect-invoice.ts";
import { unparkSubscription } from "../subscription/unpark-subscription.ts";
import { invariantSweep } from "./sweep-invariants.ts";

describe("an account whose books do not add up", () => {
  let world: WorkWorld;
  let tenant: TestTenant;
  let broken: { id: string; customerId: string; invoiceId: string };
  const errors: string[] = [];
  const sweep = (restMs = 0) =>
    invariantSweep({ restMs })({ ...world.deps, logger: hearing(world.deps.logger, errors) });
  const parked = () =>
    world.rows<{ id: string; code: string; reason: string }>(
      "select id, parked_code as code, parked_reason as reason from subscription where parked_at is not null order by id",
    );

  const spoilLine = (by: string) =>
    world.test.owner.query(
      `set session_replication_role = replica; update invoice_line set amount_minor = amount_minor ${by} where invoice_id = '${broken.invoiceId}'; set session_replication_role = origin`,
    );

  beforeAll(async () => {
    world = await openWorkWorld();
    tenant = await makeTenant(world.test, { clockNow: parseTimestamp("2026-01-01T00:00:00Z") });
    const customer = await makeCustomer(tenant, { name: "Acme" });
    const { id } = await makeSubscription(tenant, { customer: { id: customer.id } });
    await makeSubscription(tenant, { customer: { id: (await makeCustomer(tenant, { name: "Globex" })).id } });
    await world.travel(tenant, parseTimestamp("2026-02-02T00:00:00Z"));
    await world.drain();
    const [invoice] = await world.rows<{ id: string }>("select id from invoice where subscription_id = $1", [
      id,
    ]);
    broken = { id, customerId: customer.id, invoiceId: invoice?.id ?? "" };
  });
  afterAll(() => world.close());

  it("is left alone while they do", async () => {
    expect(await sweep()).toBe(0);
    expect(await parked()).toEqual([]);
    expect(errors).toEqual([]);
  });

  it("is put aside by the sweep, with alert, event and audit, and no other account with it", async () => {
    await spoilLine("+ 1");
    expect(await sweep()).toBe(1);
    expect(await parked()).toEqual([
      {
        id: broken.id,
        code: "invariant_breached",
        reason: expect.stringMatching(/^I3: invoice INV-202602-0000\d says subtotal 1000/),
      },
    ]);
    expect(errors).toEqual([
      "an invariant does not hold",
      "a subscription was put aside: the books of its account do not add up",
    ]);
    expect(
      await world.rows(
        "select type from domain_event where subject_id = $1 and type = 'subscription.parked'",
        [broken.id],
      ),
    ).toHaveLength(1);
    expect(
      await world.rows("select action from audit_log where target_id = $1 and action = 'subscription.park'", [
        broken.id,
      ]),
    ).toHaveLength(1);
    expect(await world.rows("select breaches from invariant_check where code = 'I3'")).toEqual([
      { breaches: 1 },
    ]);
  });

  it("is not taken back by time, nor put aside twice, and the sweep rests between two looks", async () => {
    errors.length = 0;
    expect(await sweep(3_600_000)).toBe(0);
    await sweep();
    expect(errors).toEqual(["an invariant does not hold"]);
    await world.test.owner.query(
      "update subscription set parked_at = now() - interval '1 day' where parked_at is not null",
    );
    const before = await invoicesOf(world, tenant);
    await world.travel(tenant, parseTimestamp("2026-03-02T00:00:00Z"));
    await world.drain();
    const after = await invoicesOf(world, tenant);
    expect(after.slice(before.length)).toEqual(["2026-03-01 cycle 10.00 USD: Base fee 10.00"]);
    expect(await parked()).toMatchObject([{ id: broken.id, code: "invariant_breached" }]);
  });

  it("is not charged by itself, and the charge waits for the books", async () => {
    const stripe = createStripeClient({ apiKey: "sk_test_unused", apiBase: "http://127.0.0.1:9" });
    const deps = { ...world.deps, stripe };
    const { tenantId } = tenant;
    await expect(collectInvoice(deps, { tenantId, invoiceId: broken.invoiceId })).rejects.toMatchObject({
      ...{ code: "account_parked", kind: "unavailable" },
    });
  });

  it("is billed again once the books are right and a person takes it back; until then it is put aside again", async () => {
    const unpark = () => tenant.inTenant((tx) => unparkSubscription(tx, { subscriptionId: broken.id }));
    expect((await unpark()).parked_at).toBeNull();
    await sweep();
    expect(await parked()).toHaveLength(1);
    await spoilLine("- 1");
    await unpark();
    await world.tick();
    expect(await breachesIn(world, { deep: true })).toEqual([]);
    expect(await parked()).toEqual([]);
    expect((await invoicesOf(world, tenant)).filter((line) => line.includes("10.00"))).toHaveLength(4);
  });

  it("of one tenant keeps no other tenant from being looked at, nor does a tenant that cannot be looked at", async () => {
    const other = await makeTenant(world.test);
    await world.test.owner.query("delete from invariant_check");
    await world.test.owner.query(
      `alter table invariant_check add constraint refused check (tenant_id <> '${tenant.tenantId}')`,
    );
    const turn = invariantSweep({ restMs: 0, tenantsAtOnce: 1 });
    await turn(world.deps);
    await turn(world.deps);
    expect(await world.rows("select distinct tenant_id from invariant_check")).toEqual([
      { tenant_id: other.tenantId },
    ]);
    await world.test.owner.query("alter table invariant_check drop constraint refused");
  });
});

/** A logger that also tells what it was told as an error. */
function hearing(logger: Deps["logger"], told: string[]): Deps["logger"] {
  const error = (message: string) => {
    told.push(message);
    return logger;
  };
  return Object.assign(Object.create(logger) as Deps["logger"], { error });
}
