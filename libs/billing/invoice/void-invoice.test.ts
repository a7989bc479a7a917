import { updateSettings } from "#libs/billing/catalog/update-settings.ts";
import { recordOutsidePayment } from "#libs/billing/payment/record-outside-payment.ts";
import { openAttempt } from "#libs/data/payment-attempts.ts";
import { lockPayableInvoice } from "#libs/data/payments.ts";
import { type MeteredTenant, type MeteredWorld, openMeteredWorld } from "#libs/testkit/metered-world.ts";
import { markInvoiceUncollectible } from "./mark-uncollectible.ts";
import { regenerateInvoice } from "./regenerate-invoice.ts";
import { refreshInvoice } from "./refresh-invoice.ts";
import { voidInvoice } from "./void-invoice.ts";

describe("what becomes of an issued invoice", () => {
  let world: MeteredWorld;
  beforeAll(async () => {
    world = await openMeteredWorld();
  });
  afterAll(() => world.close());

  /** January's invoice of 10.00 in advance for February and 12 calls for 6.50, issued; and the one before it. */
  const billed = async (): Promise<{ tenant: MeteredTenant; invoiceId: string }> => {
    const tenant = await world.start("2026-02-01T00:00:00Z");
    await tenant.send("12", "2026-01-10T00:00:00Z");
    const { invoices } = await tenant.bill();
    return { tenant, invoiceId: invoices.at(-1)?.invoiceId ?? "" };
  };
  const cancel = (tenant: MeteredTenant, invoiceId: string, reason = "wrong") =>
    tenant.inTenant((tx) => voidInvoice(tx, { invoiceId, reason }));
  const invoicesOf = (tenant: MeteredTenant) =>
    world.rows(
      `select number, invoice_status, total_minor, void_reason, billing_sequence from invoice where tenant_id = $1 order by billing_sequence`,
      [tenant.tenantId],
    );
  const claimsOf = (tenant: MeteredTenant, invoiceId: string) =>
    world.rows(
      "select p.state, p.event_count from billing_period p where tenant_id = $1 and invoice_id = $2 order by p.start_at",
      [tenant.tenantId, invoiceId],
    );
  /** Debits less credits by account, of all that was ever posted. */
  const balances = async (tenant: MeteredTenant) => {
    const rows = await world.rows<{ account: string; balance: string }>(
      `select account, sum(amount)::text as balance from (
         select debit_account as account, amount_minor as amount from ledger_posting where tenant_id = $1
         union all select credit_account, -amount_minor from ledger_posting where tenant_id = $1) p
       group by account having sum(amount) <> 0 order by account`,
      [tenant.tenantId],
    );
    return Object.fromEntries(rows.map(({ account, balance }) => [account, Number(balance)]));
  };

  it("void keeps the number, posts the ledger back, and leaves a visible gap", async () => {
    const { tenant, invoiceId } = await billed();
    expect(await balances(tenant)).toEqual({ receivable: 2650, revenue: -2650 });
    await cancel(tenant, invoiceId, "sent twice");
    expect(await balances(tenant)).toEqual({ receivable: 1000, revenue: -1000 });
    expect((await invoicesOf(tenant))[1]).toEqual({
      number: "INV-202602-00002",
      invoice_status: "voided",
      total_minor: "1650",
      void_reason: "sent twice",
      billing_sequence: 2,
    });
    expect(await claimsOf(tenant, invoiceId)).toMatchObject([{ state: "voided" }, { state: "voided" }]);
    await expect(cancel(tenant, invoiceId)).rejects.toMatchObject({ code: "invoice_already_voided" });
    await tenant.bill();
    expect(await invoicesOf(tenant)).toHaveLength(2);
  });

  it("void is refused by name for what is paid, partly paid, or being paid", async () => {
    const { tenant, invoiceId } = await billed();
    await tenant.inTenant((tx) => openAttempt(tx, { invoiceId, provider: "stripe", method: "card" }));
    await expect(cancel(tenant, invoiceId)).rejects.toMatchObject({ code: "payment_in_progress" });
    await world.test.owner.query("update payment_attempt set state = 'canceled' where invoice_id = $1", [
      invoiceId,
    ]);
    const pay = (amount?: string) =>
      tenant.inTenant((tx) =>
        recordOutsidePayment(tx, { invoiceId, paymentStatus: "succeeded", amount, reference: amount }),
      );
    await pay("6.50");
    await expect(cancel(tenant, invoiceId)).rejects.toMatchObject({
      code: "invoice_partly_paid",
      message: expect.stringContaining("6.50 of 16.50 USD of Invoice INV-202602-00002 are paid"),
    });
    await pay("10.00");
    await expect(cancel(tenant, invoiceId)).rejects.toMatchObject({ code: "invoice_already_paid" });
    expect((await claimsOf(tenant, invoiceId))[0]).toMatchObject({ state: "billed" });
  });

  it("void waits for a payment that holds the invoice, and then refuses", async () => {
    const { tenant, invoiceId } = await billed();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let locked = (): void => undefined;
    const isLocked = new Promise<void>((resolve) => {
      locked = resolve;
    });
    const paying = tenant.inTenant(async (tx) => {
      await lockPayableInvoice(tx, invoiceId);
      locked();
      await held;
      await openAttempt(tx, { invoiceId, provider: "stripe", method: "card" });
    });
    await isLocked;
    const voiding = cancel(tenant, invoiceId);
    const outcome = expect(voiding).rejects.toMatchObject({ code: "payment_in_progress" });
    release();
    await paying;
    await outcome;
  });

  it("regenerate replaces and voids in one go, repoints the claims, and balances", async () => {
    const { tenant, invoiceId } = await billed();
    await tenant.send("8", "2026-01-31T00:00:00Z");
    const { replacementId } = await tenant.inTenant((tx) =>
      regenerateInvoice(tx, { invoiceId, reason: "late usage" }),
    );
    // 10 x 0.50 + 10 x 0.25 + 1.00 = 8.50, beside the fee of 10.00.
    expect(await invoicesOf(tenant)).toMatchObject([
      { number: "INV-202602-00001", invoice_status: "finalized" },
      { number: "INV-202602-00002", invoice_status: "voided", total_minor: "1650" },
      { number: "INV-202602-00003", invoice_status: "finalized", total_minor: "1850", billing_sequence: 3 },
    ]);
    expect(await claimsOf(tenant, invoiceId)).toEqual([]);
    expect(await claimsOf(tenant, replacementId ?? "")).toEqual([
      { state: "billed", event_count: "2" },
      { state: "billed", event_count: "0" },
    ]);
    expect(await balances(tenant)).toEqual({ receivable: 2850, revenue: -2850 });
    await tenant.moveClock("2026-03-01T00:00:00Z");
    await tenant.bill();
    expect((await invoicesOf(tenant))[3]).toMatchObject({ billing_sequence: 4, total_minor: "1000" });
  });

  it("regenerate of a void invoice closes its gap, and again of its replacement", async () => {
    const { tenant, invoiceId } = await billed();
    await cancel(tenant, invoiceId);
    const again = (id: string) =>
      tenant.inTenant((tx) => regenerateInvoice(tx, { invoiceId: id, reason: "again" }));
    const second = (await again(invoiceId)).replacementId ?? "";
    const third = (await again(second)).replacementId ?? "";
    expect((await claimsOf(tenant, third)).length).toBe(2);
    await expect(again(invoiceId)).rejects.toMatchObject({ code: "invoice_not_regenerable" });
    expect(await balances(tenant)).toEqual({ receivable: 2650, revenue: -2650 });
  });

  it("regenerate leaves everything as it was when the new one cannot be decided", async () => {
    const { tenant, invoiceId } = await billed();
    await world.test.owner.query(
      "update item_schedule set anchor_at = 'never' where subscription_item_id in (select id from subscription_item where subscription_id = $1)",
      [tenant.subscriptionId],
    );
    const before = await world.countRows();
    await expect(
      tenant.inTenant((tx) => regenerateInvoice(tx, { invoiceId, reason: "x" })),
    ).rejects.toMatchObject({ code: "subscription_broken" });
    expect(await world.countRows()).toEqual(before);
    expect((await claimsOf(tenant, invoiceId)).length).toBe(2);
  });

  it("void happens once, however many ask at once", async () => {
    const { tenant, invoiceId } = await billed();
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () =>
        tenant.inTenant((tx) => voidInvoice(tx, { invoiceId, reason: "race" })),
      ),
    );
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    expect(await balances(tenant)).toEqual({ receivable: 1000, revenue: -1000 });
  });

  it("mark_uncollectible writes off what is left, and void takes that back too", async () => {
    const { tenant, invoiceId } = await billed();
    await tenant.inTenant((tx) =>
      recordOutsidePayment(tx, { invoiceId, paymentStatus: "succeeded", amount: "1.50", reference: "a" }),
    );
    await tenant.inTenant((tx) => markInvoiceUncollectible(tx, { invoiceId }));
    expect(await balances(tenant)).toEqual({
      "cash:manual": 150,
      receivable: 1000,
      revenue: -2650,
      write_off: 1500,
    });
    await expect(tenant.inTenant((tx) => markInvoiceUncollectible(tx, { invoiceId }))).rejects.toMatchObject({
      code: "invoice_already_uncollectible",
    });
    const [first] = await world.rows<{ id: string }>(
      "select id from invoice where tenant_id = $1 and billing_sequence = 1",
      [tenant.tenantId],
    );
    await tenant.inTenant((tx) => markInvoiceUncollectible(tx, { invoiceId: first?.id ?? "" }));
    await cancel(tenant, first?.id ?? "");
    expect(await balances(tenant)).toEqual({ "cash:manual": 150, revenue: -1650, write_off: 1500 });
  });

  it("refresh computes a draft from the usage of now and says what changed", async () => {
    const tenant = await world.start("2026-02-01T00:00:00Z");
    await tenant.inTenant((tx) => updateSettings(tx, { change: { draftWindow: "PT48H" } }));
    await tenant.send("12", "2026-01-10T00:00:00Z");
    const invoiceId = (await tenant.bill()).invoices.at(-1)?.invoiceId ?? "";
    const refresh = () => tenant.inTenant((tx) => refreshInvoice(tx, { invoiceId }));
    expect(await refresh()).toMatchObject({ totalBeforeMinor: 1650n, totalAfterMinor: 1650n, changes: [] });
    await tenant.send("8", "2026-01-31T00:00:00Z");
    const { changes, ...totals } = await refresh();
    expect(totals).toMatchObject({ totalBeforeMinor: 1650n, totalAfterMinor: 1850n });
    expect(changes).toMatchObject([
      {
        change: "changed",
        before: { quantity: "12", exactAmount: "6.5", amountMinor: 650n },
        after: { quantity: "20", exactAmount: "8.5", amountMinor: 850n },
      },
    ]);
    expect((await claimsOf(tenant, invoiceId))[0]).toMatchObject({ event_count: "2" });
  });
});
