import { createTaxRate } from "#libs/billing/catalog/create-tax-rate.ts";
import { updateCustomer } from "#libs/billing/catalog/update-customer.ts";
import { createCreditNote } from "#libs/billing/credit-note/create-credit-note.ts";
import { voidCreditNote } from "#libs/billing/credit-note/void-credit-note.ts";
import { grantCredit } from "#libs/billing/credit/grant-credit.ts";
import { recordOutsidePayment } from "#libs/billing/payment/record-outside-payment.ts";
import { findInvoice, listInvoiceLines } from "#libs/data/invoice-reads.ts";
import { balancesOf } from "#libs/testkit/customer-life.ts";
import { type MeteredTenant, type MeteredWorld, openMeteredWorld } from "#libs/testkit/metered-world.ts";
import { createInvoice } from "./create-invoice.ts";
import { regenerateInvoice } from "./regenerate-invoice.ts";
import { replayInvoice } from "./replay-invoice.ts";

describe("a manual invoice, made again", () => {
  let world: MeteredWorld;
  beforeAll(async () => {
    world = await openMeteredWorld();
  });
  afterAll(() => world.close());

  const written = async (finalize = true) => {
    const tenant = await world.start("2026-02-01T00:00:00Z");
    const customer = { id: tenant.customerId };
    const lines = [
      { description: "Setup", quantity: "1", unitAmount: "100.00", kind: "one_time" as const },
      { description: "Goodwill", quantity: "1", unitAmount: "-10.00", kind: "adjustment" as const },
    ];
    const invoiceId = await tenant.inTenant(async (tx) => {
      await grantCredit(tx, { customer, amount: "30.00", currency: "USD", priority: 1 });
      const named = { description: "As agreed", idempotencyKey: "order-1", metadata: { order: 1 } };
      return createInvoice(tx, { customer, lines, ...named, finalize });
    });
    return { tenant, invoiceId };
  };
  const again = (tenant: MeteredTenant, invoiceId: string) =>
    tenant.inTenant((tx) => regenerateInvoice(tx, { invoiceId, reason: "wrong tax" }));
  const read = (tenant: MeteredTenant, id: string) =>
    tenant.inTenant(async (tx) => ({
      ...(await findInvoice(tx, id)),
      lines: await listInvoiceLines(tx, id),
    }));

  it("keeps what was written, takes the taxes of now, and gives its credit back first", async () => {
    const { tenant, invoiceId } = await written();
    expect(await read(tenant, invoiceId)).toMatchObject({ total_minor: 9000n, credit_total_minor: 3000n });
    await tenant.inTenant(async (tx) => {
      await createTaxRate(tx, { code: "vat", name: "VAT", percentage: "19", inclusive: false });
      await updateCustomer(tx, { customer: { id: tenant.customerId }, taxRates: [{ code: "vat" }] });
    });
    const { replacementId } = await again(tenant, invoiceId);
    const made = await read(tenant, replacementId ?? "");
    expect(made).toMatchObject({
      ...{ number: "INV-202602-00002", invoice_status: "finalized", replaces_invoice_id: invoiceId },
      ...{ subtotal_minor: 9000n, tax_total_minor: 1710n, total_minor: 10710n, credit_total_minor: 3000n },
      ...{ description: "As agreed", metadata: { order: 1 }, idempotency_key: null },
    });
    expect(
      made.lines.map(({ kind, description, amount_minor }) => ({ kind, description, amount_minor })),
    ).toEqual([
      { kind: "one_time", description: "Setup", amount_minor: 10000n },
      { kind: "adjustment", description: "Goodwill", amount_minor: -1000n },
    ]);
    expect(await read(tenant, invoiceId)).toMatchObject({
      invoice_status: "voided",
      idempotency_key: "order-1",
    });
    expect(await balancesOf(tenant)).toEqual([
      // The grant was given away: 30.00 less revenue, used as 30.00 less receivable.
      ...["customer_credit USD 0.00", "receivable USD 77.10", "revenue USD -60.00", "tax_payable USD -17.10"],
    ]);
    const replayed = await tenant.inTenant((tx) => replayInvoice(tx, { invoiceId: replacementId ?? "" }));
    expect(replayed.differences).toEqual([]);
    await expect(again(tenant, invoiceId)).rejects.toMatchObject({ code: "invoice_not_regenerable" });
  });

  it("stays a draft when it was one", async () => {
    const { tenant, invoiceId } = await written(false);
    const { replacementId } = await again(tenant, invoiceId);
    expect(await read(tenant, replacementId ?? "")).toMatchObject({ invoice_status: "draft", number: null });
  });

  it("is refused when it is paid or corrected, and a credit note always", async () => {
    const { tenant, invoiceId } = await written();
    const noteId = await tenant.inTenant((tx) =>
      createCreditNote(tx, { invoiceId, asked: { amount: "10.00" }, settlement: "offset" }),
    );
    await expect(again(tenant, invoiceId)).rejects.toMatchObject({ code: "invoice_corrected" });
    await expect(again(tenant, noteId)).rejects.toMatchObject({ code: "invoice_is_credit_note" });
    await tenant.inTenant((tx) => voidCreditNote(tx, { creditNoteId: noteId, reason: "x" }));
    await expect(again(tenant, noteId)).rejects.toMatchObject({ code: "invoice_is_credit_note" });
    await tenant.inTenant((tx) => recordOutsidePayment(tx, { invoiceId, paymentStatus: "succeeded" }));
    await expect(again(tenant, invoiceId)).rejects.toMatchObject({ code: "invoice_already_paid" });
  });
});
