import { type DeliveryWorld, openDeliveryWorld } from "#libs/testkit/delivery-world.ts";
import { insertIssuedInvoice, type IssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import { paymentWitness } from "#libs/testkit/payment-witness.ts";
import { collectInvoice } from "./collect-invoice.ts";
import { recordOutsidePayment } from "./record-outside-payment.ts";

let world: DeliveryWorld;
beforeAll(async () => {
  world = await openDeliveryWorld();
});
afterEach(() => world.sandbox.control("DELETE", "/_sandbox/faults"));
afterAll(() => world.close());

const { factsOf } = paymentWitness(() => world);

describe("recordOutsidePayment", () => {
  const record = (invoice: IssuedInvoice, payment: Partial<Parameters<typeof recordOutsidePayment>[1]>) =>
    world.tenant.inTenant((tx) =>
      recordOutsidePayment(tx, {
        invoiceId: invoice.invoiceId,
        paymentStatus: "succeeded",
        ...payment,
      }),
    );

  it("takes parts until all is paid", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await record(invoice, { amount: "10.00", reference: "wire 1" });
    expect(await factsOf(invoice)).toMatchObject({
      payment_status: "pending",
      amount_paid: "1000",
      events: ["payment.succeeded"],
    });
    await record(invoice, { amount: "2.34", currency: "USD" });
    expect(await factsOf(invoice)).toMatchObject({
      payment_status: "succeeded",
      amount_paid: "1234",
      payments: 2,
      ledger: "cash:manual>receivable 1000,cash:manual>receivable 234",
      events: ["invoice.paid", "payment.succeeded", "payment.succeeded"],
    });
  });

  it("counts the same reference and amount once", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    const first = await record(invoice, { amount: "12.34", reference: "wire 2" });
    expect(await record(invoice, { amount: "12.34", reference: "wire 2" })).toEqual(first);
    expect((await factsOf(invoice)).payments).toBe(1);
  });

  it.each([
    [{ amount: "0.00" }, "payment_amount_invalid"],
    [{ amount: "-1.00" }, "payment_amount_invalid"],
    [{ amount: "1.005" }, "amount_precision"],
    [{ amount: "one" }, "amount_syntax"],
    [{ amount: "1.00", currency: "EUR" }, "currency_mismatch"],
  ])("refuses %o with %s and changes nothing", async (payment, code) => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    const before = await factsOf(invoice);
    await expect(record(invoice, payment)).rejects.toMatchObject({ code });
    expect(await factsOf(invoice)).toEqual(before);
  });

  it("refuses while the card is being charged, after all is paid, and what does not exist", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await collectInvoice(world.deps, invoice);
    await expect(record(invoice, {})).rejects.toMatchObject({ code: "payment_in_progress" });
    const done = await insertIssuedInvoice(world.test, world.tenant);
    await record(done, {});
    await expect(record(done, { amount: "1.00" })).rejects.toMatchObject({ code: "invoice_already_paid" });
    await expect(record({ ...done, invoiceId: done.tenantId }, {})).rejects.toMatchObject({
      code: "invoice_not_found",
    });
  });

  it("marks a failed try without erasing what was paid, and takes the mark back", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await record(invoice, { amount: "5.00" });
    await record(invoice, { paymentStatus: "failed", reference: "cheque bounced" });
    expect(await factsOf(invoice)).toMatchObject({ payment_status: "failed", amount_paid: "500" });
    await record(invoice, { paymentStatus: "pending" });
    expect(await factsOf(invoice)).toMatchObject({ payment_status: "pending", amount_paid: "500" });
    await record(invoice, { amount: "7.34" });
    expect(await factsOf(invoice)).toMatchObject({ payment_status: "succeeded", amount_paid: "1234" });
  });

  it("credits what two payments at once bring too much", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    const both = await Promise.allSettled([
      record(invoice, { amount: "10.00" }),
      record(invoice, { amount: "10.00" }),
    ]);
    expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "fulfilled"]);
    expect(await factsOf(invoice)).toMatchObject({ amount_paid: "1234", credit: "766", payments: 2 });
  });
});
