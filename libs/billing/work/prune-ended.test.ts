import { takeDueJobs } from "#libs/data/jobs.ts";
import { lowestId, newId } from "#libs/data/new-id.ts";
import { causes, jobCatalog } from "#libs/jobs/catalog.ts";
import { runJob } from "#libs/jobs/run-job.ts";
import { type DeliveryWorld, openDeliveryWorld } from "#libs/testkit/delivery-world.ts";
import { makeTenant } from "#libs/testkit/factories.ts";
import { announceInvoice, insertIssuedInvoice, type IssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import { paymentWitness } from "#libs/testkit/payment-witness.ts";
import { emailInvoice } from "../invoice/email-invoice.ts";
import { storeInvoicePdf } from "../invoice/store-invoice-pdf.ts";
import { syncInvoiceToStripe } from "../invoice/sync-invoice-to-stripe.ts";
import { collectInvoice } from "../payment/collect-invoice.ts";
import { payOutRefund } from "../payment/pay-out-refund.ts";
import { pollPayments } from "../payment/poll-payments.ts";
import { requestRefund } from "../payment/request-refund.ts";
import { createWebhookEndpoint } from "../webhook/webhook-endpoint.ts";
import { pruneEnded } from "./prune-ended.ts";

let world: DeliveryWorld;
beforeAll(async () => {
  world = await openDeliveryWorld(causes);
});
afterEach(() => world.sandbox.control("DELETE", "/_sandbox/faults"));
afterAll(() => world.close());

const { takeAll } = paymentWitness(() => world);
const later = (days: number) => new Date(Date.now() + days * 86_400_000);

async function work(): Promise<void> {
  for (;;) {
    const due = await takeDueJobs(world.test.database, 50);
    if (due.length === 0) return;
    for (const row of due) await runJob(world.deps, jobCatalog, row.id).catch(() => undefined);
  }
}

async function deliver(): Promise<IssuedInvoice> {
  const invoice = await insertIssuedInvoice(world.test, world.tenant);
  await announceInvoice(world.tenant, invoice);
  await work();
  await pollPayments(world.deps, { olderThanMs: 0 });
  await work();
  return invoice;
}

async function refund({ invoiceId }: IssuedInvoice): Promise<string> {
  const [payment] = await world.rows<{ id: string }>("select id from payment where invoice_id = $1", [
    invoiceId,
  ]);
  const id = await world.tenant.inTenant((tx) =>
    requestRefund(tx, { paymentId: payment?.id ?? "", amount: "1.00" }),
  );
  await work();
  return id;
}

const kinds = async () =>
  (await world.rows<{ kind: string }>("select kind from effect order by kind")).map(({ kind }) => kind);
const written = async () =>
  (await world.sandbox.journal()).filter(({ effect, service }) => effect && service !== "webhook").length;
const money = () =>
  world.rows(
    "select (select count(*) from payment)::int as payments, (select count(*) from refund)::int as refunds, (select count(*) from ledger_transaction)::int as postings",
  );
const count = async (table: string) =>
  (await world.rows<{ n: number }>(`select count(*)::int as n from ${table}`))[0]?.n;

/** Makes calls and deliveries so old that the database lets go of them. */
async function age(): Promise<void> {
  await world.rows("update effect set updated_at = updated_at - interval '31 days'");
  await world.rows("update webhook_delivery set created_at = created_at - interval '31 days'");
}

describe("what is kept no longer", () => {
  it("forgets calls that are over, and makes none of them again", async () => {
    const invoice = await deliver();
    const refundId = await refund(invoice);
    await takeAll(world.webhooks);
    expect(await world.rows("select payment_status from invoice where id = $1", [invoice.invoiceId])).toEqual(
      [{ payment_status: "pending" }],
    );
    const before = { kinds: await kinds(), written: await written(), money: await money() };
    await pruneEnded(world.deps, later(89));
    expect(await kinds()).toEqual(before.kinds);
    await age();
    await pruneEnded(world.deps, later(91));
    expect(await kinds()).toEqual([
      ...["email.invoice", "stripe.customer_create", "stripe.invoice_attach_payment"],
      "stripe.payment_method_attach",
    ]);
    expect([await count("webhook_inbox"), await count("job where state = 'succeeded'")]).toEqual([0, 0]);
    await storeInvoicePdf(world.deps, invoice);
    await emailInvoice(world.deps, invoice);
    await syncInvoiceToStripe(world.deps, invoice);
    await payOutRefund(world.deps, { tenantId: invoice.tenantId, refundId });
    await takeAll(world.webhooks);
    expect(await money()).toEqual(before.money);
    expect(await written()).toBe(before.written);
  });

  it("keeps a call whose work goes on", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await world.fault({
      service: "stripe",
      method: "POST",
      path: "^/v1/invoices/[^/]+/add_lines$",
      action: "status",
      status: 503,
    });
    await expect(syncInvoiceToStripe(world.deps, invoice)).rejects.toThrow();
    await world.sandbox.control("DELETE", "/_sandbox/faults");
    const other = await insertIssuedInvoice(world.test, world.tenant);
    await syncInvoiceToStripe(world.deps, other);
    await collectInvoice(world.deps, other);
    const open = () =>
      world.rows(
        "select kind from effect where business_key = $1 or business_key in (select id::text from payment_attempt where invoice_id = $2) order by kind",
        [invoice.invoiceId, other.invoiceId],
      );
    const before = await open();
    expect(before).toEqual([
      { kind: "stripe.invoice_create" },
      { kind: "stripe.invoice_lines" },
      { kind: "stripe.payment_intent" },
    ]);
    await age();
    await pruneEnded(world.deps, later(400));
    expect(await open()).toEqual(before);
    const made = await written();
    await syncInvoiceToStripe(world.deps, invoice);
    expect(await written()).toBe(made + 2);
    await pollPayments(world.deps, { olderThanMs: 0 });
  });

  it("forgets deliveries that ended with their tries, and none that is still to be made", async () => {
    const fields = { url: "http://127.0.0.1:9/hooks", description: null, eventTypes: [] };
    await world.tenant.inTenant((tx) => createWebhookEndpoint(tx, world.deps, fields));
    await deliver();
    await world.rows(
      "update webhook_delivery set state = 'failed', next_attempt_at = null where id in (select id from webhook_delivery order by id limit 1)",
    );
    const pending = await count("webhook_delivery where state = 'pending'");
    expect(pending).toBeGreaterThan(0);
    expect(await count("webhook_attempt")).toBeGreaterThan(0);
    await age();
    await pruneEnded(world.deps, later(91));
    expect(await count("webhook_delivery")).toBe(pending);
    expect(
      await count(
        "webhook_attempt a where not exists (select from webhook_delivery d where d.id = a.webhook_delivery_id)",
      ),
    ).toBe(0);
  });

  it("goes on in batches until nothing is left, and leaves what waits", async () => {
    await world.rows(`insert into webhook_inbox (provider, account, event_id, type, payload, state, provider_created_at, received_at)
      select 'stripe', '', 'evt_' || n, 'customer.updated', '{}', case when n % 10 = 0 then 'received' when n % 10 = 1 then 'failed' else 'ignored' end, now(), now() - interval '91 days'
      from generate_series(1, 12000) n`);
    await world.rows(
      "insert into rate_limit (key, window_started_at, hits) values ('old', now() - interval '25 hours', 1), ('young', now(), 1)",
    );
    await pruneEnded(world.deps);
    expect(await count("webhook_inbox where event_id ~ '^evt_[0-9]+$'")).toBe(1_200);
    expect(await world.rows("select key from rate_limit")).toEqual([{ key: "young" }]);
  });

  it("forgets all else when messages and counters cannot be forgotten", async () => {
    await world.rows(
      `insert into job (tenant_id, id, name, queue, key, payload, state, attempt_budget, ended_at)
       values ($1, $2, 'test.work', 'notification', 'test.work/old', '{}', 'succeeded', 1, now() - interval '91 days')`,
      [world.tenant.tenantId, lowestId(later(-92))],
    );
    await world.rows("revoke delete on webhook_inbox, rate_limit from billwright_system");
    try {
      expect(await pruneEnded(world.deps)).toBeGreaterThan(0);
    } finally {
      await world.rows("grant delete on webhook_inbox, rate_limit to billwright_system");
    }
    expect(await count("job where key = 'test.work/old'")).toBe(0);
  });

  it("is of the transaction's own tenant and 30 days old at least, whatever is asked", async () => {
    const { tenantId: other, inTenant: inOther } = await makeTenant(world.test);
    for (const days of [29, 31])
      await world.rows(`begin; set local session_replication_role = replica;
          with called as (insert into effect (tenant_id, id, kind, business_key, idempotency_key, state, updated_at)
            values ('${other}', '${newId()}', 'stripe.invoice_create', '${newId()}', 'x', 'succeeded', now() - interval '${days} days') returning tenant_id, business_key)
          insert into provider_object (tenant_id, provider, kind, local_id, provider_id)
          select tenant_id, 'stripe', 'invoice', business_key::uuid, 'in_' || business_key from called;
          insert into webhook_delivery (tenant_id, id, webhook_endpoint_id, domain_event_id, state, created_at)
          values ('${other}', '${newId()}', '${newId()}', '${newId()}', 'delivered', now() - interval '${days} days');
          commit`);
    const forgotten = (inTenant: typeof inOther, tenantId: string) =>
      inTenant(
        (tx) => tx.db.$queryRaw`
          select effect_forget(${tenantId}::uuid, ${later(1)}, 100) as calls,
            webhook_delivery_forget(${tenantId}::uuid, ${lowestId(later(1))}::uuid, 100) as deliveries`,
      );
    expect(await forgotten(world.tenant.inTenant, other)).toEqual([{ calls: 0, deliveries: 0 }]);
    expect(await forgotten(inOther, other)).toEqual([{ calls: 1, deliveries: 1 }]);
    for (const table of ["effect", "webhook_delivery"])
      expect(await count(`${table} where tenant_id = '${other}'`)).toBe(1);
  });

  it("is the only way in which the application forgets a call or a try", async () => {
    const { inTenant } = world.tenant;
    await expect(inTenant((tx) => tx.db.$executeRaw`delete from effect`)).rejects.toThrow(
      "permission denied for table effect",
    );
    await expect(inTenant((tx) => tx.db.$executeRaw`delete from webhook_attempt`)).rejects.toThrow(
      "permission denied for table webhook_attempt",
    );
  });
});
