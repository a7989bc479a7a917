import { Temporal } from "temporal-polyfill";
import { newId } from "#libs/data/new-id.ts";
import { setTenantClock } from "#libs/data/tenants.ts";
import {
  flatPrice,
  makeCustomer,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
} from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { updateCustomer } from "../catalog/update-customer.ts";
import { updateSettings } from "../catalog/update-settings.ts";
import { createCreditNote } from "../credit-note/create-credit-note.ts";
import { voidCreditNote } from "../credit-note/void-credit-note.ts";
import { importInvoices } from "../invoice/import-invoices.ts";
import { recordOutsidePayment } from "../payment/record-outside-payment.ts";
import { requestRefund } from "../payment/request-refund.ts";
import { sweepOverdue } from "./sweep-overdue.ts";
import { sweepWriteOffs } from "./sweep-write-offs.ts";
import { findWriteOffs, writeOffOverdue } from "./write-off-overdue.ts";

const at = (text: string) => Temporal.Instant.from(text);

describe("uncollectible_after_days", () => {
  let world: WorkWorld;
  beforeAll(async () => {
    world = await openWorkWorld();
  });
  afterAll(() => world.close());

  /** Owes 10.00 for January, issued on 1 February in New York and due on the 15th there; it is the 15th. */
  const owing = async (uncollectibleAfterDays: number | null) => {
    const timezone = "America/New_York";
    const tenant = await makeTenant(world.test, { clockNow: at("2026-01-01T05:00:00Z") });
    await tenant.inTenant((tx) =>
      updateSettings(tx, { change: { paymentTermsDays: 14, timezone, uncollectibleAfterDays } }),
    );
    const customer = await makeCustomer(tenant, { timezone });
    const plan = await makePlan(tenant, { prices: [flatPrice()] });
    await makeSubscription(tenant, {
      ...{ customer: { id: customer.id }, plan: { id: plan.id }, collection: "send_invoice", timezone },
      ...{ startsAt: at("2026-01-01T05:00:00Z"), endsAt: at("2026-02-01T05:00:00Z") },
    });
    await world.advance(tenant, at("2026-02-01T05:00:00Z"));
    await moveClock(tenant, "2026-02-15T05:00:00Z");
    const [invoice] = await world.rows<{ id: string }>("select id from invoice where tenant_id = $1", [
      tenant.tenantId,
    ]);
    return { tenant, customerId: customer.id, invoiceId: invoice?.id ?? "" };
  };
  const moveClock = (tenant: TestTenant, to: string) => tenant.inTenant((tx) => setTenantClock(tx, at(to)));
  const givenUpAt = async ({ tenantId }: TestTenant) =>
    (
      await world.rows<{ uncollectible_at: Date | null }>(
        "select uncollectible_at from invoice where tenant_id = $1 order by id",
        [tenantId],
      )
    ).map((row) => row.uncollectible_at?.toISOString() ?? null);
  const pay = (tenant: TestTenant, invoiceId: string, amount: string) =>
    tenant.inTenant((tx) => recordOutsidePayment(tx, { invoiceId, amount, paymentStatus: "succeeded" }));
  const writeOffs = (invoiceId: string) =>
    world.rows<{ amount: string }>(
      `select p.amount_minor::text as amount from ledger_transaction t join ledger_posting p on p.tenant_id = t.tenant_id and p.ledger_transaction_id = t.id
       where t.invoice_id = $1 and p.debit_account = 'write_off'`,
      [invoiceId],
    );
  const insertAttempt = async ({ tenantId }: TestTenant, invoiceId: string, state: string) => {
    const id = newId();
    await world.test.owner.query(
      `insert into payment_attempt (tenant_id, id, invoice_id, provider, method, amount_minor, currency, state)
       values ($1, $2, $3, 'stripe', 'us_bank_account', 1000, 'USD', $4)`,
      [tenantId, id, invoiceId, state],
    );
    return id;
  };

  it("gives up what is left so many days after the due date, as a person would, and says that the schedule did it", async () => {
    const { tenant, invoiceId } = await owing(30);
    await pay(tenant, invoiceId, "4.00");
    // Summer time begins on 8 March: the thirtieth day begins an hour earlier, by the clocks of UTC.
    await moveClock(tenant, "2026-03-17T03:59:59Z");
    await sweepWriteOffs(world.deps);
    expect(await givenUpAt(tenant)).toEqual([null]);
    await moveClock(tenant, "2026-03-17T04:00:00Z");
    await sweepWriteOffs(world.deps);
    await sweepWriteOffs(world.deps);
    expect(await givenUpAt(tenant)).toEqual(["2026-03-17T04:00:00.000Z"]);
    expect(await writeOffs(invoiceId)).toEqual([{ amount: "600" }]);
    expect(
      await world.rows("select actor, reason from audit_log where target_id = $1 and action = $2", [
        invoiceId,
        "invoice.mark_uncollectible",
      ]),
    ).toEqual([{ actor: "schedule:invoice.write_off", reason: "uncollectible_after_days is 30" }]);
    expect(
      await world.rows("select 1 as told from domain_event where subject_id = $1 and type = $2", [
        invoiceId,
        "invoice.marked_uncollectible",
      ]),
    ).toEqual([{ told: 1 }]);
  });

  it("lets money come in all the same, which takes the write-off back", async () => {
    const { tenant, invoiceId } = await owing(30);
    await moveClock(tenant, "2026-04-01T00:00:00Z");
    await sweepWriteOffs(world.deps);
    await pay(tenant, invoiceId, "10.00");
    expect(await givenUpAt(tenant)).toEqual([null]);
    expect(
      await world.rows("select payment_status, amount_paid_minor from invoice where id = $1", [invoiceId]),
    ).toEqual([{ payment_status: "succeeded", amount_paid_minor: "1000" }]);
    expect(await sweepWriteOffs(world.deps)).toBe(0);
  });

  it("gives a refunded invoice as many days again, and says first that it is overdue", async () => {
    const { tenant, invoiceId } = await owing(30);
    await pay(tenant, invoiceId, "10.00");
    await moveClock(tenant, "2026-06-01T04:00:00Z");
    const [payment] = await world.rows<{ id: string }>("select id from payment where invoice_id = $1", [
      invoiceId,
    ]);
    await tenant.inTenant((tx) => requestRefund(tx, { paymentId: payment?.id ?? "" }));
    await sweepWriteOffs(world.deps);
    await sweepOverdue(world.deps);
    await moveClock(tenant, "2026-07-01T03:59:59Z");
    expect(await tenant.inTenant((tx) => writeOffOverdue(tx, invoiceId))).toBe(false);
    expect(await sweepWriteOffs(world.deps)).toBe(0);
    await world.travel(tenant, at("2026-08-01T00:00:00Z"));
    expect(await givenUpAt(tenant)).toEqual(["2026-07-01T04:00:00.000Z"]);
    expect(
      await world.rows(
        "select type from domain_event where subject_id = $1 and type in ('invoice.overdue', 'invoice.marked_uncollectible') order by id",
        [invoiceId],
      ),
    ).toEqual([{ type: "invoice.overdue" }, { type: "invoice.marked_uncollectible" }]);
  });

  it("counts anew when a credit note against it is voided", async () => {
    const { tenant, invoiceId } = await owing(30);
    await moveClock(tenant, "2026-02-20T05:00:00Z");
    const creditNoteId = await tenant.inTenant((tx) =>
      createCreditNote(tx, { invoiceId, asked: { amount: "4.00" }, settlement: "offset" }),
    );
    await moveClock(tenant, "2026-06-01T04:00:00Z");
    await tenant.inTenant((tx) => voidCreditNote(tx, { creditNoteId, reason: "no mistake" }));
    expect(await sweepWriteOffs(world.deps)).toBe(0);
    await moveClock(tenant, "2026-07-01T04:00:00Z");
    expect(await sweepWriteOffs(world.deps)).toBe(1);
  });

  it("is never unless the tenant says so", async () => {
    const { tenant } = await owing(null);
    await moveClock(tenant, "2036-01-01T00:00:00Z");
    await sweepWriteOffs(world.deps);
    expect(await givenUpAt(tenant)).toEqual([null]);
  });

  it.each([
    ["is on its way", "processing", false],
    ["was opened by a payer", "open", false],
    ["is tried again", "failed", true],
  ] as const)("waits while a payment %s", async (_, state, isRetried) => {
    const { tenant, invoiceId } = await owing(1);
    await moveClock(tenant, "2026-03-01T00:00:00Z");
    const attempt = await insertAttempt(tenant, invoiceId, state);
    if (isRetried)
      await world.test.owner.query("update payment_attempt set next_attempt_at = now() where id = $1", [
        attempt,
      ]);
    await sweepWriteOffs(world.deps);
    expect(await tenant.inTenant((tx) => writeOffOverdue(tx, invoiceId))).toBe(false);
    expect(await givenUpAt(tenant)).toEqual([null]);
    await world.test.owner.query(
      "update payment_attempt set state = 'failed', next_attempt_at = null where id = $1",
      [attempt],
    );
    await sweepWriteOffs(world.deps);
    expect(await givenUpAt(tenant)).toEqual(["2026-03-01T00:00:00.000Z"]);
  });

  it("spares a customer whose reminders are paused, as long as they are", async () => {
    const { tenant, customerId } = await owing(1);
    await moveClock(tenant, "2026-03-01T00:00:00Z");
    const pause = (remindersPaused: boolean) =>
      tenant.inTenant((tx) => updateCustomer(tx, { customer: { id: customerId }, remindersPaused }));
    await pause(true);
    await sweepWriteOffs(world.deps);
    expect(await givenUpAt(tenant)).toEqual([null]);
    await pause(false);
    await sweepWriteOffs(world.deps);
    expect(await givenUpAt(tenant)).toEqual(["2026-03-01T00:00:00.000Z"]);
  });

  it("spares customers whose books do not add up, and invoices of another engine", async () => {
    const { tenant, customerId } = await owing(1);
    await makeCustomer(tenant, { externalId: "acme" });
    const old = { customer: "acme", currency: "USD", issuedAt: "2026-02-01", dueDate: "2026-02-02" };
    await tenant.inTenant((tx) =>
      importInvoices(tx, { invoices: [{ ...old, number: "OLD-1", total: "80.00" }], dryRun: false }),
    );
    await world.test.owner.query(
      "update subscription set parked_at = now(), parked_code = 'invariant_breached' where customer_id = $1",
      [customerId],
    );
    await moveClock(tenant, "2026-03-01T00:00:00Z");
    await sweepWriteOffs(world.deps);
    expect(await givenUpAt(tenant)).toEqual([null, null]);
  });

  it("gives up once, however many sweeps find it at the same time", async () => {
    const { tenant, invoiceId } = await owing(1);
    await moveClock(tenant, "2026-03-01T00:00:00Z");
    const sweeps = await Promise.all(Array.from({ length: 3 }, () => sweepWriteOffs(world.deps)));
    expect(sweeps.reduce((sum, one) => sum + one)).toBe(1);
    expect(await writeOffs(invoiceId)).toHaveLength(1);
  });

  it("does not give up what is being paid while it looks", async () => {
    const { tenant, invoiceId } = await owing(1);
    await moveClock(tenant, "2026-03-01T00:00:00Z");
    expect(await tenant.inTenant(findWriteOffs)).toEqual([invoiceId]);
    const { late } = await tenant.inTenant(async (tx) => {
      await recordOutsidePayment(tx, { invoiceId, amount: "10.00", paymentStatus: "succeeded" });
      const waiting = tenant.inTenant((other) => writeOffOverdue(other, invoiceId));
      await untilSomebodyWaits();
      return { late: waiting };
    });
    expect(await late).toBe(false);
    expect(await writeOffs(invoiceId)).toEqual([]);
  });

  it("is reached by a test clock at its instant", async () => {
    const { tenant } = await owing(30);
    await world.travel(tenant, at("2026-06-01T00:00:00Z"));
    expect(await givenUpAt(tenant)).toEqual(["2026-03-17T04:00:00.000Z"]);
  });

  it.each([0, -1, 3_651])("refuses %s days", async (uncollectibleAfterDays) => {
    const tenant = await makeTenant(world.test);
    await expect(
      tenant.inTenant((tx) => updateSettings(tx, { change: { uncollectibleAfterDays } })),
    ).rejects.toMatchObject({
      code: "fields_invalid",
      details: { errors: [{ path: "uncollectible_after_days", code: "value_invalid" }] },
    });
  });

  /** A session of our database waits for a lock that another one holds. */
  async function untilSomebodyWaits(): Promise<void> {
    for (;;) {
      const rows = await world.rows(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      if (rows.length > 0) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
});
