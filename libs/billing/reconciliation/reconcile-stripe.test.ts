import { causes } from "#libs/jobs/catalog.ts";
import type { StripeClient } from "#libs/platform/stripe/stripe-client.ts";
import { type DeliveryWorld, openDeliveryWorld } from "#libs/testkit/delivery-world.ts";
import { insertIssuedInvoice, type IssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import { requestRefund } from "../payment/request-refund.ts";
import { settleStripeMirror } from "../invoice/settle-stripe-mirror.ts";
import { syncInvoiceToStripe } from "../invoice/sync-invoice-to-stripe.ts";
import { collectInvoice } from "../payment/collect-invoice.ts";
import { payOutRefund } from "../payment/pay-out-refund.ts";
import { pollPayments } from "../payment/poll-payments.ts";
import { reconcileStripe } from "./reconcile-stripe.ts";

describe("a comparison with Stripe while work goes on", () => {
  let world: DeliveryWorld;
  beforeAll(async () => {
    world = await openDeliveryWorld(causes);
  });
  afterAll(() => world.close());

  const stripe = () => {
    if (world.deps.stripe === null) throw new Error("Stripe is on in this world");
    return world.deps.stripe;
  };
  const issue = () => insertIssuedInvoice(world.test, world.tenant);
  const pay = async (invoice: IssuedInvoice) => {
    await collectInvoice(world.deps, invoice);
    await pollPayments(world.deps, { olderThanMs: 0 });
    await settleStripeMirror(world.deps, invoice);
  };
  /** Stripe, where something happens once it has listed what it has of a kind. */
  const afterList = (kind: "invoices" | "paymentIntents", act: () => Promise<unknown>): StripeClient => {
    const listed = stripe()[kind];
    let acted = false;
    async function* list(query: object) {
      yield* listed.list(query) as AsyncIterable<unknown>;
      if (acted) return;
      acted = true;
      await act();
    }
    return Object.create(stripe(), { [kind]: { value: Object.create(listed, { list: { value: list } }) } });
  };
  const codes = async (client: StripeClient = stripe()) => {
    const { tenantId, inTenant } = world.tenant;
    const report = await reconcileStripe(
      { ...world.deps, stripe: client },
      { tenantId, inTenant, since: null },
    );
    return report?.findings.map(({ code }) => code);
  };

  it("finds nothing wrong with a mirror that was made after Stripe's invoices were listed", async () => {
    const invoice = await issue();
    expect(await codes(afterList("invoices", () => syncInvoiceToStripe(world.deps, invoice)))).toEqual([]);
    expect(await codes()).toEqual([]);
  });

  it("leaves an invoice that was paid or is void meanwhile to the next comparison", async () => {
    const invoice = await issue();
    await syncInvoiceToStripe(world.deps, invoice);
    expect(await codes(afterList("invoices", () => pay(invoice)))).toEqual([]);
    expect(await codes()).toEqual([]);
  });

  it("finds nothing wrong with a payment that came after Stripe's were listed", async () => {
    const invoice = await issue();
    await syncInvoiceToStripe(world.deps, invoice);
    expect(await codes(afterList("paymentIntents", () => pay(invoice)))).toEqual([]);
    expect(await codes()).toEqual([]);
  });

  it("finds nothing wrong with the mirror of an invoice whose money was given back", async () => {
    const invoice = await issue();
    await syncInvoiceToStripe(world.deps, invoice);
    await pay(invoice);
    const [payment] = await world.rows<{ id: string }>("select id from payment where invoice_id = $1", [
      invoice.invoiceId,
    ]);
    const paymentId = payment?.id ?? "";
    const refundId = await world.tenant.inTenant((tx) => requestRefund(tx, { paymentId, amount: "2.34" }));
    await payOutRefund(world.deps, { tenantId: invoice.tenantId, refundId });
    expect(await codes()).toEqual([]);
  });
});
