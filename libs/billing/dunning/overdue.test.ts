import { readFileSync } from "node:fs";
import pg from "pg";
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

  it("of another engine is not told when it was overdue at its import, though nothing marked it then", async () => {
    const tenant = await makeTenant(world.test);
    await makeCustomer(tenant, { externalId: "acme" });
    const invoice = { customer: "acme", currency: "USD", issuedAt: "2026-02-01", total: "80.00" };
    const invoices = ["OLD-1", "OLD-2"].map((number) => ({ ...invoice, number, dueDate: "2026-03-01" }));
    await tenant.inTenant((tx) => importInvoices(tx, { invoices, dryRun: false }));
    await world.rows(`begin; set local session_replication_role = replica;
      update invoice set overdue_at = null, imported_at = case when number = 'OLD-2' then due_at else imported_at end where tenant_id = '${tenant.tenantId}';
      commit`);
    await sweepOverdue(world.deps);
    expect(
      await world.rows("select number from invoice where id = any($1::uuid[])", [await said(tenant)]),
    ).toEqual([{ number: "OLD-2" }]);
  });

  it.each([
    ["may take the application's roles", ""],
    ["is held by row-level security and may take no role", "overdue_owner"],
  ])("is not told when it was so before the upgrade, by an owner who %s", async (_, owner) => {
    const { tenant, invoices } = await owing(2);
    await moveClock(tenant, "2026-02-16T00:00:00Z");
    await pay(tenant, invoices[1]?.id);
    const migration = readFileSync("prisma/migrations/20261122030000_overdue_before/migration.sql", "utf8");
    const name = `${owner}_${tenant.tenantId.slice(-12)}`;
    if (owner === "") await world.rows(`begin; ${migration} commit`);
    else await migrateAs(name, migration);
    await sweepOverdue(world.deps);
    expect(await said(tenant)).toEqual([]);
    expect(
      await world.rows("select overdue_at from invoice where tenant_id = $1 order by id", [tenant.tenantId]),
    ).toEqual([{ overdue_at: new Date("2026-02-15T00:00:00Z") }, { overdue_at: null }]);
  });

  /** As an owner of the schema who is no superuser. */
  async function migrateAs(name: string, migration: string): Promise<void> {
    const client = new pg.Client({ connectionString: loginUrl(name) });
    await world.rows(`create role ${name} login createrole noinherit password 'migrates'`);
    try {
      await world.rows(`grant usage, create on schema public to ${name}`);
      // What who made the roles holds of them, from PostgreSQL 16 on; before, who may create roles may grant them.
      const [{ lends } = { lends: false }] = await world.rows<{ lends: boolean }>(
        "select current_setting('server_version_num')::int >= 160000 as lends",
      );
      if (lends)
        await world.rows(
          `grant billwright_app, billwright_system to ${name} with admin true, set false, inherit false`,
        );
      for (const table of ["invoice", "tenant"]) await world.rows(`alter table ${table} owner to ${name}`);
      await client.connect();
      await client.query(`begin; ${migration} commit`);
      const left = "select pg_has_role($1, 'billwright_app', 'usage') as holds";
      expect(await world.rows(left, [name])).toEqual([{ holds: false }]);
    } finally {
      await client.end();
      for (const table of ["invoice", "tenant"])
        await world.rows(`alter table ${table} owner to current_user`);
      await world.rows(`drop owned by ${name}`);
      await world.rows(`drop role ${name}`);
    }
  }

  function loginUrl(name: string): string {
    const url = new URL(world.test.ownerUrl);
    url.username = name;
    url.password = "migrates";
    return url.href;
  }

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
