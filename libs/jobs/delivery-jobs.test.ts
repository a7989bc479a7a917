import { eventually } from "../../apps/sandbox/sandbox-fixture.ts";
import { receiveStripeWebhook } from "#libs/billing/payment/receive-stripe-webhook.ts";
import type { Causes, DomainEvent } from "#libs/core/events.ts";
import { relayDueWork } from "#libs/billing/work/dispatch-work.ts";
import { type DeliveryWorld, openDeliveryWorld, stripeWebhookSecret } from "#libs/testkit/delivery-world.ts";
import { announceInvoice, insertIssuedInvoice, type IssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import type { Deps } from "#libs/billing/deps.ts";
import type { AnyJob } from "./define-job.ts";
import { invoiceCollect } from "./invoice-collect.job.ts";
import { invoiceEmail } from "./invoice-email.job.ts";
import { invoiceRenderPdf } from "./invoice-render-pdf.job.ts";
import { invoiceSettleStripe } from "./invoice-settle-stripe.job.ts";
import { invoiceStorePdf } from "./invoice-store-pdf.job.ts";
import { invoiceSyncStripe } from "./invoice-sync-stripe.job.ts";
import { paymentRetry } from "./payment-retry.job.ts";
import { runJob } from "./run-job.ts";
import { stripeApplyEvent } from "./stripe-apply-event.job.ts";

const jobs: ReadonlyMap<string, AnyJob> = new Map<string, AnyJob>(
  [
    invoiceCollect,
    invoiceEmail,
    invoiceRenderPdf,
    invoiceSettleStripe,
    invoiceStorePdf,
    invoiceSyncStripe,
    paymentRetry,
    stripeApplyEvent,
  ].map((job) => [job.name, job]),
);
const causes: Causes = (event: DomainEvent) =>
  [...jobs.values()].flatMap((job) => {
    const seed = job.seedOf(event);
    return seed === null ? [] : [seed];
  });

describe("the jobs that deliver and collect an invoice", () => {
  let world: DeliveryWorld;
  beforeAll(async () => {
    world = await openDeliveryWorld(causes);
  });
  afterEach(() => world.sandbox.control("DELETE", "/_sandbox/faults"));
  afterAll(() => world.close());

  /** Runs what is due until nothing waits for anything but time. */
  async function work(deps: Deps): Promise<void> {
    const carrier = {
      // Each delivery twice, at once: the row lets one act.
      add: async (rows: readonly { readonly id: string }[]) => {
        await Promise.all([...rows, ...rows].map((row) => runJob(deps, jobs, row.id)));
      },
      holds: async () => false,
    };
    while ((await relayDueWork(deps, carrier, 100)) > 0);
  }

  async function issue(fields: Parameters<typeof insertIssuedInvoice>[2] = {}): Promise<IssuedInvoice> {
    const invoice = await insertIssuedInvoice(world.test, world.tenant, fields);
    await announceInvoice(world.tenant, invoice);
    return invoice;
  }

  let taken = 0;
  /** Hands in every webhook that came since the last time, once Stripe has sent `atLeast` about payments. */
  async function takeWebhooks(atLeast: number): Promise<void> {
    const fresh = await eventually(() => {
      const found = world.webhooks.slice(taken);
      const money = found.filter((hook) =>
        /"type": "payment_intent\.(succeeded|payment_failed)"/.test(hook.rawBody.toString()),
      );
      return money.length >= atLeast ? found : undefined;
    });
    taken += fresh.length;
    for (const hook of fresh) {
      await receiveStripeWebhook(world.test.database, {
        ...hook,
        secret: stripeWebhookSecret,
        account: "",
        seed: stripeApplyEvent.seed,
      });
    }
  }

  const jobsOf = (invoice: IssuedInvoice) =>
    world.rows<{ name: string; state: string; result: unknown }>(
      "select name, state, result from job where payload ->> 'invoiceId' = $1 order by name, created_at",
      [invoice.invoiceId],
    );
  const invoiceRow = async (invoice: IssuedInvoice) =>
    (
      await world.rows<{ payment_status: string; sent: boolean }>(
        "select payment_status, sent_at is not null as sent from invoice where id = $1",
        [invoice.invoiceId],
      )
    )[0];

  it("take it from finalized to printed, stored, mailed, mirrored, charged and settled", async () => {
    const invoice = await issue();
    await work(world.deps);
    await takeWebhooks(1);
    await work(world.deps);
    expect((await jobsOf(invoice)).map(({ name, state }) => `${name} ${state}`)).toEqual([
      "invoice.collect succeeded",
      "invoice.email succeeded",
      "invoice.render_pdf succeeded",
      "invoice.settle_stripe succeeded",
      "invoice.store_pdf succeeded",
      "invoice.sync_stripe succeeded",
    ]);
    expect(await invoiceRow(invoice)).toEqual({ payment_status: "succeeded", sent: true });
    const [mirror] = (await world.sandbox.stripe().invoices.list()).data;
    expect(mirror).toMatchObject({ status: "paid", amount_paid: 1_234 });
  });

  it("try a declined card again by themselves, and collect", async () => {
    const invoice = await issue({ card: "pm_card_declineOnce" });
    await work(world.deps);
    await takeWebhooks(1);
    await work(world.deps);
    expect(await invoiceRow(invoice)).toMatchObject({ payment_status: "failed" });
    const waiting = (await jobsOf(invoice)).filter((job) => job.name === "payment.retry");
    expect(waiting).toMatchObject([{ state: "pending" }]);
    // Three seconds later.
    await world.rows(
      "update payment_attempt set next_attempt_at = now() where invoice_id = $1 and state = 'failed'",
      [invoice.invoiceId],
    );
    await world.rows(
      "update job set run_at = now() where name = 'payment.retry' and payload ->> 'invoiceId' = $1",
      [invoice.invoiceId],
    );
    await work(world.deps);
    await takeWebhooks(1);
    await work(world.deps);
    expect(await invoiceRow(invoice)).toMatchObject({ payment_status: "succeeded" });
  });

  it("end at once, and say so, where a stage is off", async () => {
    const invoice = await issue();
    await work({ ...world.deps, stripe: null, mailer: null });
    expect(await jobsOf(invoice)).toMatchObject([
      { name: "invoice.email", state: "succeeded", result: { skipped: "off" } },
      { name: "invoice.render_pdf", state: "succeeded" },
      { name: "invoice.store_pdf", state: "succeeded" },
      { name: "invoice.sync_stripe", state: "succeeded", result: { skipped: "off" } },
    ]);
  });

  it("wait for a provider that is down, and die with a reason where waiting cannot help", async () => {
    await world.fault({ service: "stripe", action: "status", status: 503, times: null });
    const waiting = await issue();
    await work(world.deps);
    const [sync] = (await jobsOf(waiting)).filter((job) => job.name === "invoice.sync_stripe");
    expect(sync).toMatchObject({ state: "failed" });
    await world.sandbox.control("DELETE", "/_sandbox/faults");
    const impossible = await issue({ amountMinor: 1_234_567n, currency: "KWD" });
    await work(world.deps);
    const [dead] = await world.rows<{ state: string; last_error: { code: string } }>(
      "select state, last_error from job where name = 'invoice.sync_stripe' and payload ->> 'invoiceId' = $1",
      [impossible.invoiceId],
    );
    expect(dead).toMatchObject({ state: "dead", last_error: { code: "stripe_amount_inexpressible" } });
  });
});
