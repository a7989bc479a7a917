import { causes } from "#libs/jobs/catalog.ts";
import { collectInvoice } from "#libs/billing/payment/collect-invoice.ts";
import { type DeliveryWorld, openDeliveryWorld } from "#libs/testkit/delivery-world.ts";
import { insertIssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import { readStripeInvoice } from "#libs/platform/stripe/stripe-invoices.ts";
import { emailInvoice } from "./email-invoice.ts";
import { requestSend } from "./request-send.ts";
import { syncInvoiceToStripe } from "./sync-invoice-to-stripe.ts";
import { voidInvoice } from "./void-invoice.ts";
import { voidStripeMirror } from "./void-stripe-mirror.ts";

describe("what a void invoice leaves outside", () => {
  let world: DeliveryWorld;
  beforeAll(async () => {
    world = await openDeliveryWorld(causes);
  });
  afterAll(() => world.close());

  const cancel = (invoiceId: string) =>
    world.tenant.inTenant((tx) => voidInvoice(tx, { invoiceId, reason: "wrong customer" }));

  it("voids the mirror at Stripe by a job of its own, once", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    const { stripe } = world.deps;
    if (stripe === null) throw new Error("the world has Stripe");
    const synced = await syncInvoiceToStripe(world.deps, invoice);
    const mirrorId = "stripeInvoiceId" in synced ? synced.stripeInvoiceId : "";
    expect(await voidStripeMirror(world.deps, invoice)).toEqual({ skipped: "not_voided" });
    await cancel(invoice.invoiceId);
    expect(
      await world.rows(
        "select name, state from job where name = 'invoice.void_stripe' and payload ->> 'invoiceId' = $1",
        [invoice.invoiceId],
      ),
    ).toHaveLength(1);
    expect(await voidStripeMirror(world.deps, invoice)).toEqual({ voided: mirrorId });
    expect(await voidStripeMirror(world.deps, invoice)).toEqual({ voided: mirrorId });
    expect(await readStripeInvoice(stripe, mirrorId)).toMatchObject({ status: "void" });
  });

  it("makes no mirror of what was void before, and none is missed", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await cancel(invoice.invoiceId);
    expect(await syncInvoiceToStripe(world.deps, invoice)).toEqual({ skipped: "voided" });
    expect(await voidStripeMirror(world.deps, invoice)).toEqual({ skipped: "no_mirror" });
    expect(await collectInvoice(world.deps, invoice)).toEqual({ skipped: "voided" });
  });

  it("does not mail a void invoice, and says when there is nobody to mail to", async () => {
    const nobody = await insertIssuedInvoice(world.test, world.tenant, { email: null });
    const ask = (invoiceId: string) => world.tenant.inTenant((tx) => requestSend(tx, { invoiceId }));
    await expect(ask(nobody.invoiceId)).rejects.toMatchObject({ code: "customer_email_missing" });
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    const [first, second] = [await ask(invoice.invoiceId), await ask(invoice.invoiceId)];
    expect(first.jobId).not.toBe(second.jobId);
    await cancel(invoice.invoiceId);
    await expect(ask(invoice.invoiceId)).rejects.toMatchObject({ code: "invoice_already_voided" });
    expect(await emailInvoice(world.deps, { ...invoice, sendId: "s1" })).toEqual({ skipped: "voided" });
  });
});
