import { causes } from "#libs/jobs/catalog.ts";
import type { StripeClient } from "#libs/platform/stripe/stripe-client.ts";
import { type DeliveryWorld, openDeliveryWorld } from "#libs/testkit/delivery-world.ts";
import { insertIssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import { syncInvoiceToStripe } from "../invoice/sync-invoice-to-stripe.ts";
import { collectInvoice } from "../payment/collect-invoice.ts";
import { pollPayments } from "../payment/poll-payments.ts";
import { reconcileRefunds } from "./reconcile-refunds.ts";

const slackMs = 3_600_000;

describe("a comparison of refunds with Stripe", () => {
  let world: DeliveryWorld;
  let payment: { id: string; provider_id: string };
  beforeAll(async () => {
    world = await openDeliveryWorld(causes);
    const { invoiceId } = await insertIssuedInvoice(world.test, world.tenant);
    const input = { tenantId: world.tenant.tenantId, invoiceId };
    await syncInvoiceToStripe(world.deps, input);
    await collectInvoice(world.deps, input);
    await pollPayments(world.deps, { olderThanMs: 0 });
    const [row] = await world.rows<typeof payment>("select id, provider_id from payment");
    if (row === undefined) throw new Error("the payment did not come");
    payment = row;
  });
  afterEach(() => write("delete from refund"));
  afterAll(() => world.close());

  const write = (statement: string) =>
    world.test.owner.query(
      `set session_replication_role = replica; ${statement}; set session_replication_role = origin`,
    );
  const refundId = "00000000-0000-7000-8000-00000000000a";
  const insertRefund = (providerId: string, state = "succeeded") =>
    write(`insert into refund (tenant_id, id, payment_id, amount_minor, state, provider, provider_id, reopened_minor)
      values ('${world.tenant.tenantId}', '${refundId}', '${payment.id}', 100, '${state}', 'stripe', '${providerId}', 100)`);
  const stripe = () => {
    if (world.deps.stripe === null) throw new Error("Stripe is on in this world");
    return world.deps.stripe;
  };
  const refundAtStripe = () => stripe().refunds.create({ payment_intent: payment.provider_id, amount: 100 });
  /** Stripe, where something happens once it has listed its refunds. */
  const afterList = (act: () => Promise<unknown>): StripeClient => {
    async function* list(query: object) {
      yield* stripe().refunds.list(query);
      await act();
    }
    return Object.create(stripe(), { refunds: { value: { list } } }) as StripeClient;
  };
  const codes = async (client: StripeClient, limit = 20_000) => {
    const { tenantId, inTenant } = world.tenant;
    const window = { since: new Date(Date.now() - slackMs), slackMs, limit };
    const { findings } = await reconcileRefunds(
      [client],
      { tenantId, inTenant, since: window.since },
      window,
    );
    return findings.map(({ code }) => code).sort();
  };

  it("does not call a refund unknown that was made after Stripe's were listed", async () => {
    expect(await codes(afterList(() => insertRefund("re_young")))).toEqual([]);
    expect(await codes(stripe())).toEqual(["stripe_refund_unknown"]);
  });

  it("leaves a refund that changed meanwhile to the next comparison", async () => {
    const { id } = await refundAtStripe();
    await insertRefund(id);
    expect(await codes(afterList(() => write("update refund set state = 'failed'")))).toEqual([]);
    expect(await codes(stripe())).toEqual(["stripe_refund_state_differs"]);
  });

  it("says what lies beyond its limit instead of calling it unknown", async () => {
    await refundAtStripe();
    await refundAtStripe();
    await insertRefund("re_old");
    expect(await codes(stripe(), 1)).toEqual(["stripe_refund_missing", "stripe_refunds_not_compared"]);
  });
});
