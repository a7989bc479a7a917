import { publicId } from "#libs/core/public-id.ts";
import { insertIssuedInvoice, type IssuedInvoiceFields } from "#libs/testkit/invoice-rows.ts";
import { openPaymentWorld, type PaymentWorld } from "#libs/testkit/payment-world.ts";
import { bodyOf } from "../client/create-client.ts";

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
});
afterAll(() => world.close());

async function issued(fields: IssuedInvoiceFields = {}) {
  const invoice = await insertIssuedInvoice(world.test, world.tenant, fields);
  return {
    ...invoice,
    id: publicId("invoice", invoice.invoiceId),
    customer: publicId("customer", invoice.customerId),
  };
}
const pay = (id: string) => world.call("post", `/v1/invoices/${id}/pay`);
const payments = async (query: string) =>
  (await world.call("get", `/v1/payments?${query}`).expect(200)).body.data;

describe("POST /v1/invoices/{id}/pay", () => {
  it("charges the saved method of an invoice that is only sent, once, and shows the payment from its first try to its end", async () => {
    const invoice = await issued({ collection: "send_invoice" });
    const asked = await pay(invoice.id).expect(202);
    expect(asked.headers["location"]).toBe(`/v1/jobs/${asked.body.job_id}`);
    await world.drain();
    const [processing] = await payments(`invoice=${invoice.id}`);
    expect(processing).toMatchObject({ status: "processing", amount: "12.34", received_at: null });
    expect((await pay(invoice.id)).body).toMatchObject({ status: 409, code: "payment_in_progress" });
    await world.settle();
    const found = bodyOf(
      await world.api.GET("/v1/payments/{id}", { params: { path: { id: processing.id } } }),
    );
    expect(found).toMatchObject({
      ...{ id: processing.id, status: "succeeded", provider: "stripe", method: "card", currency: "USD" },
      ...{ amount: "12.34", amount_credited: "0.00", amount_refunded: "0.00", failure: null },
      ...{ provider_id: expect.stringMatching(/^pi_/), invoice: invoice.id, customer: invoice.customer },
    });
    const { refunds, ...listed } = found;
    expect(refunds).toEqual([]);
    expect(await payments(`invoice=${invoice.id}`)).toEqual([listed]);
    const after = bodyOf(await world.api.GET("/v1/invoices/{id}", { params: { path: { id: invoice.id } } }));
    expect(after).toMatchObject({ status: "paid", amount_paid: "12.34", amount_remaining: "0.00" });
    expect((await pay(invoice.id)).body).toMatchObject({ status: 422, code: "invoice_already_paid" });
    const job = bodyOf(await world.api.GET("/v1/jobs/{id}", { params: { path: { id: asked.body.job_id } } }));
    expect(job).toMatchObject({ state: "succeeded" });
  });

  it("shows a decline as a failed payment, and the next asking as a new one", async () => {
    const invoice = await issued({ collection: "send_invoice", card: "pm_card_declineOnce" });
    await pay(invoice.id).expect(202);
    await world.drain();
    const [failed] = await payments(`invoice=${invoice.id}&status=failed`);
    expect(failed).toMatchObject({ status: "failed", failure: { code: "generic_decline" }, amount: "12.34" });
    expect(
      bodyOf(await world.api.GET("/v1/invoices/{id}", { params: { path: { id: invoice.id } } }))
        .payment_status,
    ).toBe("failed");
    await pay(invoice.id).expect(202);
    await world.drain();
    expect(
      bodyOf(await world.api.GET("/v1/invoices/{id}", { params: { path: { id: invoice.id } } }))
        .payment_status,
    ).toBe("pending");
    await world.settle();
    const all = await payments(`invoice=${invoice.id}`);
    expect(all.map((payment: { status: string }) => payment.status)).toEqual(["succeeded", "failed"]);
  });

  it("refuses by name what cannot be charged", async () => {
    const bare = await issued({ card: null });
    expect((await pay(bare.id)).body).toMatchObject({ status: 422, code: "payment_method_missing" });
    expect((await pay("inv_x")).body).toMatchObject({ status: 404, code: "invoice_not_found" });
    const paymentOf = (id: string) => world.api.GET("/v1/payments/{id}", { params: { path: { id } } });
    expect((await paymentOf("pay_x")).error).toMatchObject({ code: "payment_not_found" });
    const stranger = publicId("payment", bare.invoiceId);
    expect((await paymentOf(stranger)).error).toMatchObject({ code: "payment_not_found" });
  });
});

describe("GET /v1/payments", () => {
  it("lists by customer and status, page by page, with money from outside among the tries", async () => {
    const invoice = await issued({ amountMinor: 10_000n });
    for (const amount of ["10.00", "20.00", "30.00"]) {
      const body = { payment_status: "succeeded" as const, amount, reference: `wire ${amount}` };
      bodyOf(
        await world.api.PUT("/v1/invoices/{id}/payment", { params: { path: { id: invoice.id } }, body }),
      );
    }
    await pay(invoice.id).expect(202);
    await world.settle();
    const query = `customer=${invoice.customer}&status=succeeded&limit=3`;
    const first = (await world.call("get", `/v1/payments?${query}`).expect(200)).body;
    expect(first.has_more).toBe(true);
    const rest = (await world.call("get", `/v1/payments?${query}&cursor=${first.next_cursor}`).expect(200))
      .body;
    const amounts = [...first.data, ...rest.data].map((payment) => `${payment.provider} ${payment.amount}`);
    expect(amounts).toEqual(["stripe 40.00", "manual 30.00", "manual 20.00", "manual 10.00"]);
    expect(first.data[1]).toMatchObject({ method: "manual", reference: "wire 30.00", provider_id: null });
    expect(await payments(`customer=${invoice.customer}&status=failed`)).toEqual([]);
  });
});
