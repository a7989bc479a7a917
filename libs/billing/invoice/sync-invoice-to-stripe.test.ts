import { newId } from "#libs/data/new-id.ts";
import { documentLine } from "#libs/testkit/invoice-document.ts";
import { type DeliveryWorld, openDeliveryWorld } from "#libs/testkit/delivery-world.ts";
import { insertIssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import { recordOutsidePayment } from "../payment/record-outside-payment.ts";
import { settleStripeMirror } from "./settle-stripe-mirror.ts";
import { syncInvoiceToStripe } from "./sync-invoice-to-stripe.ts";

describe("syncInvoiceToStripe", () => {
  let world: DeliveryWorld;
  beforeAll(async () => {
    world = await openDeliveryWorld();
  });
  afterEach(() => world.sandbox.control("DELETE", "/_sandbox/faults"));
  afterAll(() => world.close());

  const mirrors = async (invoiceId: string) => {
    const all = await world.sandbox.stripe().invoices.list({ limit: 100 });
    return all.data.filter((mirror) => mirror.metadata?.["billwright_invoice"] === invoiceId);
  };
  /** What the job does: again after a passing error, as often as it takes. */
  const syncUntilDone = async (input: { tenantId: string; invoiceId: string }, tries = 6) => {
    const failures: string[] = [];
    for (let i = 0; i < tries; i += 1) {
      try {
        return { outcome: await syncInvoiceToStripe(world.deps, input), failures };
      } catch (error) {
        failures.push(error instanceof Error && "code" in error ? String(error.code) : String(error));
      }
    }
    throw new Error(`never done: ${failures.join(", ")}`);
  };
  const eventsOf = (invoiceId: string) =>
    world.rows<{ type: string }>("select type from domain_event where subject_id = $1", [invoiceId]);

  it("mirrors customer, lines, taxes and credits, finalized and left alone by Stripe", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant, {
      amountMinor: 10_900n,
      document: {
        lines: [
          documentLine({ id: "il_1", amount: "100.00", discount: "10.00" }),
          documentLine({ id: "il_2", amount: "0.00" }),
        ],
        taxes: [
          {
            name: "VAT",
            percentage: "20",
            inclusive: false,
            taxableAmount: "90.00",
            amount: "20.00",
          },
        ],
        creditTotal: "1.00",
        amountDue: "109.00",
      },
    });
    const outcome = await syncInvoiceToStripe(world.deps, invoice);
    const [mirror, ...others] = await mirrors(invoice.invoiceId);
    expect(others).toEqual([]);
    expect(outcome).toEqual({ stripeInvoiceId: mirror?.id });
    expect(mirror).toMatchObject({
      status: "open",
      total: 10_900,
      auto_advance: false,
      collection_method: "charge_automatically",
      metadata: { billwright_tenant: invoice.tenantId, billwright_number: invoice.number },
    });
    const lines = await world.sandbox.stripe().invoices.listLineItems(mirror?.id ?? "");
    expect(lines.data.map((line) => line.amount)).toEqual([9_000, 0, 2_000, -100]);
    expect(await eventsOf(invoice.invoiceId)).toEqual([{ type: "invoice.stripe_synced" }]);
    expect(await syncInvoiceToStripe(world.deps, invoice)).toEqual(outcome);
    expect(await eventsOf(invoice.invoiceId)).toHaveLength(1);
  });

  it("sends what the customer pays by itself with the days it has", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant, { collection: "send_invoice" });
    await syncInvoiceToStripe(world.deps, invoice);
    const [mirror] = await mirrors(invoice.invoiceId);
    expect(mirror).toMatchObject({ collection_method: "send_invoice", status: "open" });
    expect((mirror?.due_date ?? 0) - (mirror?.created ?? 0)).toBe(30 * 86_400);
  });

  it.each([
    ["customer", "/v1/customers"],
    ["draft", "^/v1/invoices$"],
    ["lines", "^/v1/invoices/[^/]+/add_lines$"],
    ["finalization", "^/v1/invoices/[^/]+/finalize$"],
  ])("makes one object when the answer to the %s is a 500 after Stripe did it", async (_what, path) => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await world.fault({ service: "stripe", action: "after-commit", method: "POST", path, status: 500 });
    const { failures } = await syncUntilDone(invoice);
    expect(failures).toEqual(["provider_unavailable"]);
    const found = await mirrors(invoice.invoiceId);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ status: "open", total: 1_234 });
    const customers = await world.sandbox.stripe().customers.list({ limit: 100 });
    expect(
      customers.data.filter((customer) => customer.metadata["billwright_customer"] === invoice.customerId),
    ).toHaveLength(1);
  });

  it.each([
    ["before", "cut"],
    ["after", "after-commit"],
  ])("makes one object when the connection is cut %s Stripe did it", async (_when, action) => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    for (const path of ["/v1/customers", "^/v1/invoices$", "^/v1/invoices/[^/]+/add_lines$"]) {
      await world.fault({ service: "stripe", action, method: "POST", path, times: 2 });
    }
    await syncUntilDone(invoice, 10);
    const found = await mirrors(invoice.invoiceId);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ status: "open", total: 1_234 });
  });

  it("leaves a stored 500 behind with a new key", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await world.fault({
      service: "stripe",
      action: "status",
      method: "POST",
      path: "^/v1/invoices$",
      status: 500,
    });
    const { failures } = await syncUntilDone(invoice);
    expect(failures).toEqual(["provider_unavailable"]);
    const [mirror, ...others] = await mirrors(invoice.invoiceId);
    expect(others).toEqual([]);
    expect(mirror?.metadata).toMatchObject({ billwright_epoch: "1" });
    const effects = await world.rows<{ epoch: number; state: string }>(
      "select epoch, state from effect where kind = 'stripe.invoice_create' and business_key = $1",
      [invoice.invoiceId],
    );
    expect(effects).toEqual([{ epoch: 1, state: "succeeded" }]);
  });

  it("waits out rate limits", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await world.fault({ service: "stripe", action: "status", method: "POST", status: 429, times: 2 });
    const { failures } = await syncUntilDone(invoice);
    expect(failures).toEqual(["provider_unavailable", "provider_unavailable"]);
    expect(await mirrors(invoice.invoiceId)).toHaveLength(1);
  });

  it("says it when Stripe refuses", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await world.fault({
      service: "stripe",
      action: "status",
      method: "POST",
      path: "^/v1/invoices$",
      status: 400,
    });
    await expect(syncInvoiceToStripe(world.deps, invoice)).rejects.toMatchObject({
      code: "provider_refused",
      message: expect.stringContaining("Injected by a sandbox fault (400)"),
    });
  });

  it("refuses a total that Stripe cannot express, by name, and sends nothing", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant, {
      amountMinor: 1_234_567n,
      currency: "KWD",
    });
    await expect(syncInvoiceToStripe(world.deps, invoice)).rejects.toMatchObject({
      code: "stripe_amount_inexpressible",
      message: expect.stringContaining("1234.567 KWD"),
    });
    expect(await mirrors(invoice.invoiceId)).toEqual([]);
  });

  it("says one line when a line cannot be expressed but the total can", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant, {
      amountMinor: 1_230n,
      currency: "KWD",
      document: {
        lines: [documentLine({ amount: "1.001" }), documentLine({ id: "il_2", amount: "0.229" })],
      },
    });
    await syncInvoiceToStripe(world.deps, invoice);
    const [mirror] = await mirrors(invoice.invoiceId);
    expect(mirror).toMatchObject({ currency: "kwd", total: 1_230, status: "open" });
  });

  it("puts what is beyond Stripe's 250 lines into one", async () => {
    const lines = Array.from({ length: 300 }, (_, i) => documentLine({ id: `il_${i}`, amount: "1.00" }));
    const invoice = await insertIssuedInvoice(world.test, world.tenant, {
      amountMinor: 30_000n,
      document: { lines },
    });
    await syncInvoiceToStripe(world.deps, invoice);
    expect((await mirrors(invoice.invoiceId))[0]).toMatchObject({ total: 30_000, status: "open" });
  });

  it("does not finalize a mirror whose total is not ours", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    const stop = (name: string) => {
      if (name === "effect.stripe.invoice_lines:claimed") throw new Error("stopped");
    };
    await expect(syncInvoiceToStripe({ ...world.deps, failpoint: stop }, invoice)).rejects.toThrow("stopped");
    const [draft] = await mirrors(invoice.invoiceId);
    await world.sandbox.stripe().invoices.addLines(draft?.id ?? "", {
      lines: [{ amount: 500, description: "Somebody else's" }],
    });
    await world.rows("update effect set lease_until = now() - interval '1 second' where state = 'inflight'");
    await expect(syncInvoiceToStripe(world.deps, invoice)).rejects.toMatchObject({
      code: "invoice_totals_differ",
    });
    expect((await mirrors(invoice.invoiceId))[0]).toMatchObject({ status: "draft" });
    expect(await eventsOf(invoice.invoiceId)).toEqual([]);
  });

  it("charges a method that was saved at Stripe as its own customer", async () => {
    const stripe = world.sandbox.stripe();
    const owner = await stripe.customers.create({ name: "Known at Stripe" });
    const card = await stripe.paymentMethods.attach("pm_card_visa", { customer: owner.id });
    const invoice = await insertIssuedInvoice(world.test, world.tenant, { card: card.id });
    await syncInvoiceToStripe(world.deps, invoice);
    expect((await mirrors(invoice.invoiceId))[0]?.customer).toBe(owner.id);
  });

  it("mirrors nothing when nothing is due or Stripe is off", async () => {
    const free = await insertIssuedInvoice(world.test, world.tenant, { amountMinor: 0n });
    expect(await syncInvoiceToStripe(world.deps, free)).toEqual({ skipped: "nothing_due" });
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    expect(await syncInvoiceToStripe({ ...world.deps, stripe: null }, invoice)).toEqual({ skipped: "off" });
  });

  it("marks the mirror paid out of band once outside money has paid it all, and once only", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await syncInvoiceToStripe(world.deps, invoice);
    const pay = (amount: string) =>
      world.tenant.inTenant((tx) =>
        recordOutsidePayment(tx, { invoiceId: invoice.invoiceId, paymentStatus: "succeeded", amount }),
      );
    await pay("2.34");
    expect(await settleStripeMirror(world.deps, invoice)).toEqual({ attached: 0, outOfBand: false });
    await pay("10.00");
    await world.fault({
      service: "stripe",
      action: "after-commit",
      method: "POST",
      path: "^/v1/invoices/[^/]+/pay$",
      status: 500,
    });
    await expect(settleStripeMirror(world.deps, invoice)).rejects.toMatchObject({
      code: "provider_unavailable",
    });
    expect(await settleStripeMirror(world.deps, invoice)).toEqual({ attached: 0, outOfBand: true });
    expect((await mirrors(invoice.invoiceId))[0]).toMatchObject({
      status: "paid",
      amount_paid_off_stripe: 1_234,
    });
  });

  it("marks the mirror paid out of band once a credit note has taken off what was left", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await syncInvoiceToStripe(world.deps, invoice);
    expect(await settleStripeMirror(world.deps, invoice)).toEqual({ skipped: "no_payment" });
    const note = newId();
    await world.test.owner.query(
      `insert into invoice (tenant_id, id, customer_id, invoice_type, corrects_invoice_id, settlement, currency, billing_reason, subtotal_minor,
         discount_total_minor, tax_total_minor, credit_total_minor, total_minor, amount_due_minor, settings_version)
       values ($1, $2, $3, 'credit', $4, 'offset', 'USD', 'credit_note', 1234, 0, 0, 0, 1234, 0, 1)`,
      [invoice.tenantId, note, invoice.customerId, invoice.invoiceId],
    );
    await world.test.owner.query(
      "update invoice set invoice_status = 'finalized', number = 'CN-1', issued_at = now() where id = $1",
      [note],
    );
    expect(await settleStripeMirror(world.deps, invoice)).toEqual({ attached: 0, outOfBand: true });
    expect((await mirrors(invoice.invoiceId))[0]).toMatchObject({ status: "paid" });
  });

  it("settles money that came before the mirror stood", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await world.tenant.inTenant((tx) =>
      recordOutsidePayment(tx, { invoiceId: invoice.invoiceId, paymentStatus: "succeeded" }),
    );
    expect(await settleStripeMirror(world.deps, invoice)).toEqual({ skipped: "no_mirror" });
    await syncInvoiceToStripe(world.deps, invoice);
    expect((await mirrors(invoice.invoiceId))[0]).toMatchObject({ status: "paid" });
  });
});
