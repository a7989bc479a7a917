import type Stripe from "stripe";
import { rejection, startTestSandbox, type TestSandbox } from "../sandbox-fixture.ts";

let test: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  test = await startTestSandbox();
  stripe = test.stripe();
});
afterAll(() => test.end());

async function customerWith(paymentMethod: string): Promise<Stripe.Customer> {
  return stripe.customers.create({
    name: "Zażółć 株式会社 🎉",
    email: "billing@example.com",
    payment_method: paymentMethod,
    invoice_settings: { default_payment_method: paymentMethod },
  });
}

async function openInvoice(
  customer: Stripe.Customer,
  amount = 12_345,
  currency = "usd",
): Promise<Stripe.Invoice> {
  const draft = await stripe.invoices.create({
    customer: customer.id,
    currency,
    auto_advance: false,
    collection_method: "charge_automatically",
    pending_invoice_items_behavior: "exclude",
    metadata: { invoice_id: "inv_1" },
  });
  await stripe.invoices.addLines(draft.id, { lines: [{ amount, description: "API calls" }] });
  return stripe.invoices.finalizeInvoice(draft.id, { auto_advance: false });
}

describe("customers", () => {
  it("keeps what it is given, names in any script and metadata included", async () => {
    const created = await stripe.customers.create({
      name: "شركة <img src=x>",
      email: "a@example.com",
      address: { country: "PL", city: "Łódź" },
      metadata: { customer_id: "cus_1", drop: "me" },
    });
    await stripe.customers.update(created.id, { metadata: { drop: "", extra: "1" }, phone: "+48 1" });
    const read = await stripe.customers.retrieve(created.id);
    expect(read).toMatchObject({
      object: "customer",
      name: "شركة <img src=x>",
      address: { country: "PL", city: "Łódź" },
      metadata: { customer_id: "cus_1", extra: "1" },
      phone: "+48 1",
      livemode: false,
    });
    expect(created.id).toMatch(/^cus_\w{14}$/);
    expect("metadata" in read && Object.keys(read.metadata)).toEqual(["customer_id", "extra"]);
  });

  it("lists newest first by e-mail and time of creation, page by page", async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1)
      ids.push((await stripe.customers.create({ email: "page@example.com" })).id);
    const created = { gte: Math.floor(Date.now() / 1000) - 60 };
    const found = await stripe.customers
      .list({ email: "page@example.com", created, limit: 2 })
      .autoPagingToArray({ limit: 100 });
    expect(found.map(({ id }) => id)).toEqual(ids.reverse());
    const later = await stripe.customers.list({
      email: "page@example.com",
      created: { gt: created.gte + 3600 },
    });
    expect(later).toMatchObject({ has_more: false, data: [] });
  });

  it("refuses unknown, missing and malformed parameters as Stripe does", async () => {
    const unknown = await rejection(
      stripe.customers.create({ colour: "red" } as Stripe.CustomerCreateParams),
    );
    expect(unknown).toMatchObject({
      type: "StripeInvalidRequestError",
      statusCode: 400,
      code: "parameter_unknown",
      param: "colour",
    });
    const missing = await rejection(stripe.invoices.create({}));
    expect(missing).toMatchObject({
      code: "parameter_missing",
      param: "customer",
      message: "Missing required param: customer.",
    });
    const nested = { invoice_settings: { colour: "red" } } as Stripe.CustomerCreateParams;
    expect(await rejection(stripe.customers.create(nested))).toMatchObject({
      param: "invoice_settings[colour]",
    });
    expect(await rejection(stripe.customers.create({ email: "nobody" }))).toMatchObject({
      code: "email_invalid",
    });
    expect(await rejection(stripe.customers.retrieve("cus_none"))).toMatchObject({
      statusCode: 404,
      code: "resource_missing",
    });
    expect(await rejection(stripe.invoices.create({ customer: "cus_none" }))).toMatchObject({
      statusCode: 400,
      code: "resource_missing",
    });
  });
});

describe("invoices", () => {
  it("computes a draft from its lines and fixes it when it is finalized", async () => {
    const customer = await customerWith("pm_card_visa");
    const draft = await stripe.invoices.create({
      customer: customer.id,
      currency: "eur",
      metadata: { invoice_id: "inv_9" },
    });
    expect(draft).toMatchObject({
      status: "draft",
      number: null,
      auto_advance: false,
      total: 0,
      metadata: { invoice_id: "inv_9" },
    });
    const withLines = await stripe.invoices.addLines(draft.id, {
      lines: [
        {
          amount: 1000,
          description: "Fee",
          period: { start: 1_700_000_000, end: 1_702_000_000 },
          metadata: { line: "1" },
        },
        { amount: -250, description: "Discount" },
        {
          description: "VAT base",
          price_data: { currency: "eur", unit_amount: 333, product_data: { name: "Calls" } },
          quantity: 3,
          tax_amounts: [
            {
              amount: 230,
              taxable_amount: 999,
              tax_rate_data: { display_name: "VAT", inclusive: false, percentage: 23 },
            },
          ],
        },
      ],
    });
    expect(withLines).toMatchObject({
      subtotal: 1749,
      total: 1979,
      amount_due: 1979,
      total_excluding_tax: 1749,
    });
    const final = await stripe.invoices.finalizeInvoice(draft.id);
    expect(final).toMatchObject({
      status: "open",
      amount_remaining: 1979,
      number: `${customer.invoice_prefix}-0001`,
    });
    expect(final.status_transitions.finalized_at).toBeGreaterThan(1_700_000_000);
    const lines = await stripe.invoices.listLineItems(draft.id).autoPagingToArray({ limit: 10 });
    expect(lines.map(({ amount, description }) => [amount, description])).toEqual([
      [1000, "Fee"],
      [-250, "Discount"],
      [999, "VAT base"],
    ]);
    expect(lines[0]).toMatchObject({
      period: { start: 1_700_000_000, end: 1_702_000_000 },
      metadata: { line: "1" },
    });
  });

  it("shows ten of 200 lines inside the invoice and all of them page by page", async () => {
    const customer = await customerWith("pm_card_visa");
    const draft = await stripe.invoices.create({ customer: customer.id, currency: "usd" });
    const lines = Array.from({ length: 200 }, (_, index) => ({
      amount: index + 1,
      description: `line ${index}`,
    }));
    const filled = await stripe.invoices.addLines(draft.id, { lines });
    expect(filled.lines).toMatchObject({ has_more: true, total_count: 200 });
    expect(filled.lines.data).toHaveLength(10);
    expect(filled.total).toBe(20_100);
    const all = await stripe.invoices
      .listLineItems(draft.id, { limit: 100 })
      .autoPagingToArray({ limit: 500 });
    expect(all.map(({ amount }) => amount)).toEqual(lines.map(({ amount }) => amount));
  });

  it("lets nobody change a finalized invoice, except its metadata", async () => {
    const invoice = await openInvoice(await customerWith("pm_card_visa"));
    expect(await rejection(stripe.invoices.addLines(invoice.id, { lines: [{ amount: 1 }] }))).toMatchObject({
      code: "invoice_not_editable",
    });
    expect(await rejection(stripe.invoices.update(invoice.id, { description: "x" }))).toMatchObject({
      message: "Finalized invoices can't be updated in this way",
    });
    expect(await rejection(stripe.invoices.finalizeInvoice(invoice.id))).toMatchObject({
      code: "invoice_not_editable",
    });
    expect(await rejection(stripe.invoices.del(invoice.id))).toMatchObject({ statusCode: 400 });
    const item = { customer: String(invoice.customer), invoice: invoice.id, amount: 5, currency: "usd" };
    expect(await rejection(stripe.invoiceItems.create(item))).toMatchObject({ code: "invoice_not_editable" });
    const updated = await stripe.invoices.update(invoice.id, { metadata: { note: "kept" } });
    expect(updated).toMatchObject({ total: 12_345, metadata: { invoice_id: "inv_1", note: "kept" } });
  });

  it("is paid by the customer's default method and not a second time", async () => {
    const invoice = await openInvoice(await customerWith("pm_card_visa"));
    const paid = await stripe.invoices.pay(invoice.id, {
      expand: ["payments.data.payment.payment_intent", "customer"],
    });
    expect(paid).toMatchObject({
      status: "paid",
      amount_paid: 12_345,
      amount_remaining: 0,
      customer: { object: "customer" },
    });
    expect(paid.payments?.data[0]).toMatchObject({
      status: "paid",
      payment: { payment_intent: { status: "succeeded", amount: 12_345 } },
    });
    expect(await rejection(stripe.invoices.pay(invoice.id))).toMatchObject({
      message: "Invoice is already paid",
    });
    expect(await rejection(stripe.invoices.voidInvoice(invoice.id))).toMatchObject({ statusCode: 400 });
  });

  it("is paid out of band without any charge", async () => {
    const customer = await stripe.customers.create({});
    const invoice = await openInvoice(customer, 500);
    expect(await rejection(stripe.invoices.pay(invoice.id))).toMatchObject({ statusCode: 400 });
    const paid = await stripe.invoices.pay(invoice.id, { paid_out_of_band: true });
    expect(paid).toMatchObject({ status: "paid", amount_remaining: 0, amount_paid_off_stripe: 500 });
    expect((await stripe.charges.list({ customer: customer.id })).data).toEqual([]);
  });

  it("is credited by an attached payment when that succeeds, and at once when it has", async () => {
    const customer = await customerWith("pm_usBankAccount");
    const invoice = await openInvoice(customer, 5000);
    const intent = await stripe.paymentIntents.create({
      amount: 5000,
      currency: "usd",
      customer: customer.id,
      payment_method: String(customer.invoice_settings.default_payment_method),
      off_session: true,
      confirm: true,
    });
    expect(intent.status).toBe("processing");
    expect(await stripe.invoices.attachPayment(invoice.id, { payment_intent: intent.id })).toMatchObject({
      status: "open",
    });
    await test.control("POST", `/_sandbox/payment_intents/${intent.id}/settle`);
    expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({ status: "paid", amount_paid: 5000 });
    expect(
      await rejection(stripe.invoices.attachPayment(invoice.id, { payment_intent: intent.id })),
    ).toMatchObject({ statusCode: 400 });

    const second = await openInvoice(customer, 900);
    const card = await stripe.paymentMethods.attach("pm_card_mastercard", { customer: customer.id });
    const done = await stripe.paymentIntents.create({
      amount: 900,
      currency: "usd",
      customer: customer.id,
      payment_method: card.id,
      confirm: true,
      off_session: true,
    });
    expect(await stripe.invoices.attachPayment(second.id, { payment_intent: done.id })).toMatchObject({
      status: "paid",
    });
  });

  it("is paid at once when nothing is due, and moves a total below the least charge to the balance", async () => {
    const customer = await customerWith("pm_card_visa");
    expect(await openInvoice(customer, 0)).toMatchObject({ status: "paid", amount_due: 0 });
    expect(await openInvoice(customer, 30)).toMatchObject({
      status: "paid",
      total: 30,
      amount_due: 0,
      ending_balance: 30,
    });
    expect(await openInvoice(customer, 100)).toMatchObject({
      status: "open",
      total: 100,
      starting_balance: 30,
      amount_due: 130,
    });
  });

  it("takes pending items only when asked and only of its currency", async () => {
    const customer = await customerWith("pm_card_visa");
    await stripe.invoiceItems.create({
      customer: customer.id,
      amount: 700,
      currency: "usd",
      description: "Setup",
    });
    await stripe.invoiceItems.create({ customer: customer.id, amount: 900, currency: "eur" });
    const without = await stripe.invoices.create({ customer: customer.id, currency: "usd" });
    expect(without.total).toBe(0);
    const taking = await stripe.invoices.create({
      customer: customer.id,
      currency: "usd",
      pending_invoice_items_behavior: "include",
    });
    expect(taking).toMatchObject({ total: 700, lines: { total_count: 1, data: [{ description: "Setup" }] } });
    const pending = await stripe.invoiceItems.list({ customer: customer.id, pending: true });
    expect(pending.data.map(({ currency }) => currency)).toEqual(["eur"]);
  });

  it("lists by customer and time, and voids with its number kept", async () => {
    const customer = await customerWith("pm_card_visa");
    const first = await openInvoice(customer);
    const second = await openInvoice(customer);
    expect(await stripe.invoices.voidInvoice(first.id)).toMatchObject({
      status: "void",
      number: first.number,
    });
    const since = { gte: first.created };
    const all = await stripe.invoices
      .list({ customer: customer.id, created: since, limit: 1 })
      .autoPagingToArray({ limit: 10 });
    expect(all.map(({ id, metadata }) => [id, metadata?.invoice_id])).toEqual([
      [second.id, "inv_1"],
      [first.id, "inv_1"],
    ]);
    expect((await stripe.invoices.list({ customer: customer.id, status: "void" })).data).toHaveLength(1);
  });

  it("refuses totals that Stripe cannot express", async () => {
    const customer = await customerWith("pm_card_visa");
    const jpy = await openInvoice(customer, 50_000, "jpy");
    expect(jpy.total).toBe(50_000);
    expect(await openInvoice(customer, 5120, "kwd")).toMatchObject({ total: 5120 });
    expect(await rejection(openInvoice(customer, 5124, "kwd"))).toMatchObject({
      message: expect.stringContaining("KWD must be divisible by 10") as string,
    });
    expect(await rejection(openInvoice(customer, 550, "isk"))).toMatchObject({
      message: expect.stringContaining("ISK must be divisible by 100") as string,
    });
    expect(await rejection(openInvoice(customer, 100_000_000))).toMatchObject({ code: "amount_too_large" });
    expect(await rejection(stripe.invoices.create({ customer: customer.id, currency: "xxx" }))).toMatchObject(
      { param: "currency" },
    );
  });
});
