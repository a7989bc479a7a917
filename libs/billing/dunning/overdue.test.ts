import { Temporal } from "temporal-polyfill";
import { publicId } from "#libs/core/public-id.ts";
import { setTenantClock } from "#libs/data/tenants.ts";
import {
  flatPrice,
  makeCustomer,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
} from "#libs/testkit/factories.ts";
import { startWebhookReceiver } from "#libs/testkit/webhook-receiver.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { updateSettings } from "../catalog/update-settings.ts";
import { importInvoices } from "../invoice/import-invoices.ts";
import { markInvoiceUncollectible } from "../invoice/mark-uncollectible.ts";
import { voidInvoice } from "../invoice/void-invoice.ts";
import { recordOutsidePayment } from "../payment/record-outside-payment.ts";
import { createWebhookEndpoint } from "../webhook/webhook-endpoint.ts";
import { announceOverdue } from "./announce-overdue.ts";
import { sweepOverdue } from "./sweep-overdue.ts";

const at = (text: string) => Temporal.Instant.from(text);

describe("an invoice whose due date has passed", () => {
  let world: WorkWorld;
  beforeAll(async () => {
    world = await openWorkWorld();
  });
  afterAll(() => world.close());

  /** Each of `count` customers owes 10.00 for January, issued on 1 February and due on the 15th, when it is now. */
  const owing = async (count = 1) => {
    const tenant = await makeTenant(world.test, { clockNow: at("2026-01-01T00:00:00Z") });
    await tenant.inTenant((tx) => updateSettings(tx, { change: { paymentTermsDays: 14 } }));
    const plan = await makePlan(tenant, { prices: [flatPrice()] });
    for (let made = 0; made < count; made += 1) {
      const customer = await makeCustomer(tenant);
      await makeSubscription(tenant, {
        ...{ customer: { id: customer.id }, plan: { id: plan.id }, collection: "send_invoice" },
        endsAt: at("2026-02-01T00:00:00Z"),
      });
    }
    await world.advance(tenant, at("2026-02-01T00:00:00Z"));
    await moveClock(tenant, "2026-02-15T00:00:00Z");
    const invoices = await world.rows<{ id: string; customer_id: string }>(
      "select id, customer_id from invoice where tenant_id = $1 order by id",
      [tenant.tenantId],
    );
    return { tenant, invoices };
  };
  const moveClock = (tenant: TestTenant, to: string) => tenant.inTenant((tx) => setTenantClock(tx, at(to)));
  const said = async ({ tenantId }: TestTenant) =>
    (
      await world.rows<{ subject_id: string }>(
        "select subject_id from domain_event where tenant_id = $1 and type = 'invoice.overdue' order by subject_id",
        [tenantId],
      )
    ).map((row) => row.subject_id);
  const pay = (tenant: TestTenant, invoiceId = "", amount = "10.00") =>
    tenant.inTenant((tx) => recordOutsidePayment(tx, { invoiceId, amount, paymentStatus: "succeeded" }));

  it("is told to the endpoints once, as the API shows it: overdue after its due date, and not at it", async () => {
    const { tenant, invoices } = await owing();
    const receiver = await startWebhookReceiver();
    try {
      await tenant.inTenant((tx) =>
        createWebhookEndpoint(tx, world.deps, {
          ...{ url: receiver.url, description: null, eventTypes: ["invoice.overdue"] },
        }),
      );
      await pay(tenant, invoices[0]?.id, "4.00");
      await sweepOverdue(world.deps);
      expect(await said(tenant)).toEqual([]);
      await moveClock(tenant, "2026-02-15T00:00:00.001Z");
      await sweepOverdue(world.deps);
      await moveClock(tenant, "2026-03-15T00:00:00Z");
      await sweepOverdue(world.deps);
      await world.drain();
      expect(await said(tenant)).toEqual([invoices[0]?.id]);
      expect(receiver.received.map(({ body }) => JSON.parse(body))).toMatchObject([
        {
          type: "invoice.overdue",
          timestamp: "2026-02-15T00:00:00.001Z",
          data: {
            customer_id: publicId("customer", invoices[0]?.customer_id ?? ""),
            invoice: { status: "overdue", due_date: "2026-02-15T00:00:00Z", amount_remaining: "6.00" },
          },
        },
      ]);
    } finally {
      await receiver.close();
    }
  });

  it("is told once, however many sweeps find it at the same time", async () => {
    const { tenant, invoices } = await owing(3);
    await moveClock(tenant, "2026-02-16T00:00:00Z");
    const meanwhile = await tenant.inTenant(async (tx) => {
      expect(await announceOverdue(tx)).toBe(3);
      return Promise.all([tenant.inTenant(announceOverdue), tenant.inTenant(announceOverdue)]);
    });
    expect(meanwhile).toEqual([0, 0]);
    await Promise.all([sweepOverdue(world.deps), sweepOverdue(world.deps), sweepOverdue(world.deps)]);
    expect(await said(tenant)).toEqual(invoices.map(({ id }) => id));
  });

  it("is not told when a payment comes first, though it is not committed when the sweep looks", async () => {
    const { tenant, invoices } = await owing();
    const invoiceId = invoices[0]?.id ?? "";
    await moveClock(tenant, "2026-02-16T00:00:00Z");
    await tenant.inTenant(async (tx) => {
      await recordOutsidePayment(tx, { invoiceId, amount: "10.00", paymentStatus: "succeeded" });
      expect(await tenant.inTenant(announceOverdue)).toBe(0);
    });
    expect(await tenant.inTenant(announceOverdue)).toBe(0);
    expect(await said(tenant)).toEqual([]);
  });

  it("is told before it is paid when the payment has to wait for the sweep", async () => {
    const { tenant, invoices } = await owing();
    await moveClock(tenant, "2026-02-16T00:00:00Z");
    const paying = await tenant.inTenant(async (tx) => {
      expect(await announceOverdue(tx)).toBe(1);
      return { done: pay(tenant, invoices[0]?.id) };
    });
    await paying.done;
    const events = await world.rows<{ type: string }>(
      "select type from domain_event where subject_id = $1 and type in ('invoice.overdue', 'invoice.paid') order by id",
      [invoices[0]?.id],
    );
    expect(events.map(({ type }) => type)).toEqual(["invoice.overdue", "invoice.paid"]);
  });

  it("is not told when it was paid, voided or written off before", async () => {
    const { tenant, invoices } = await owing(3);
    const [first, second, third] = invoices.map(({ id }) => id);
    await pay(tenant, first);
    await tenant.inTenant((tx) => voidInvoice(tx, { invoiceId: second ?? "", reason: "wrong" }));
    await tenant.inTenant((tx) => markInvoiceUncollectible(tx, { invoiceId: third ?? "" }));
    await moveClock(tenant, "2026-02-16T00:00:00Z");
    await sweepOverdue(world.deps);
    expect(await said(tenant)).toEqual([]);
  });

  it("of another engine is told when it becomes overdue here, and not when it came as such", async () => {
    const tenant = await makeTenant(world.test, { clockNow: at("2026-03-15T12:00:00Z") });
    await makeCustomer(tenant, { externalId: "acme" });
    const invoice = { customer: "acme", currency: "USD", issuedAt: "2026-02-01", total: "80.00" };
    await tenant.inTenant((tx) =>
      importInvoices(tx, {
        invoices: [
          { ...invoice, number: "OLD-1", dueDate: "2026-03-01" },
          { ...invoice, number: "OLD-2", dueDate: "2026-03-20" },
        ],
        dryRun: false,
      }),
    );
    await moveClock(tenant, "2026-04-01T00:00:00Z");
    await sweepOverdue(world.deps);
    expect(
      await world.rows("select number from invoice where id = any($1::uuid[])", [await said(tenant)]),
    ).toEqual([{ number: "OLD-2" }]);
  });

  it("is told at its instant by a test clock that goes past it", async () => {
    const { tenant } = await owing();
    await world.travel(tenant, at("2026-03-10T00:00:00Z"));
    expect(
      await world.rows(
        "select occurred_at from domain_event where tenant_id = $1 and type = 'invoice.overdue'",
        [tenant.tenantId],
      ),
    ).toEqual([{ occurred_at: new Date("2026-02-15T00:00:00.001Z") }]);
  });
});
