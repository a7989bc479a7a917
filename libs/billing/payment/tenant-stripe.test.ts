import supertest from "supertest";
import { checkStripe } from "../../../apps/cli/doctor/check-stripe.ts";
import { withSystem } from "#libs/data/database.ts";
import { readCircuit } from "#libs/data/provider-circuits.ts";
import { findReconciliation } from "#libs/data/reconciliations.ts";
import { stripeApplyEvent } from "#libs/jobs/stripe-apply-event.job.ts";
import { createStripeClient } from "#libs/platform/stripe/stripe-client.ts";
import { makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { announceInvoice, insertIssuedInvoice, type IssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import {
  connectOwnAccount,
  fileKey,
  keyOf,
  newAccount,
  publishableOf,
} from "#libs/testkit/own-stripe-account.ts";
import { openPaymentWorld, type PaymentWorld } from "#libs/testkit/payment-world.ts";
import { addPaymentMethod } from "../catalog/add-payment-method.ts";
import type { Deps } from "../deps.ts";
import { providerCircuit, stripeCircuit } from "../effect/provider-circuit.ts";
import { requestReconciliation } from "../reconciliation/request-reconciliation.ts";
import { runReconciliation } from "../reconciliation/run-reconciliation.ts";
import { ensurePaymentLink } from "./ensure-payment-link.ts";
import { pollPayments } from "./poll-payments.ts";
import { pollStripeEvents } from "./poll-stripe-events.ts";
import { requestRefund } from "./request-refund.ts";
import { stripeOfInvoice } from "./tenant-stripe.ts";

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
});
afterEach(() => world.sandbox.control("DELETE", "/_sandbox/faults"));
afterAll(() => world.close());

const connect = (tenant: TestTenant, account: string) => connectOwnAccount(world, tenant, account);

const findingOf = async (account: string) =>
  (await checkStripe(world.deps)).find(({ check }) => check === `stripe ${account}`);

/** A tenant with an account of its own. */
async function tenantWith(account: string): Promise<TestTenant> {
  const tenant = await makeTenant(world.test);
  await connect(tenant, account);
  return tenant;
}

const issue = (tenant: TestTenant) => insertIssuedInvoice(world.test, tenant);

/** A card that a customer of the account saved there: no other account knows of it. */
async function savedCardAt(account: string): Promise<string> {
  const stripe = world.sandbox.stripe(account === "" ? undefined : keyOf(account));
  const customer = await stripe.customers.create({ name: "saved before" });
  return (await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id })).id;
}

const issueToSavedCard = async (tenant: TestTenant, account: string) =>
  insertIssuedInvoice(world.test, tenant, { card: await savedCardAt(account) });

/** What follows from an issued invoice, with all that Stripe says of it. */
async function deliver(tenant: TestTenant, invoice: IssuedInvoice): Promise<void> {
  await announceInvoice(tenant, invoice);
  await world.settle();
}

async function refund(tenant: TestTenant, { invoiceId }: IssuedInvoice): Promise<string> {
  const [payment] = await world.rows<{ id: string }>("select id from payment where invoice_id = $1", [
    invoiceId,
  ]);
  const id = await tenant.inTenant((tx) =>
    requestRefund(tx, { paymentId: payment?.id ?? "", amount: "1.00" }),
  );
  await world.settle();
  return id;
}

const statusOf = async ({ invoiceId }: IssuedInvoice) =>
  (
    await world.rows<{ payment_status: string }>("select payment_status from invoice where id = $1", [
      invoiceId,
    ])
  )[0]?.payment_status;

/** Accounts by whose keys Stripe was called while `work` ran. */
async function calledBy(work: () => Promise<unknown>): Promise<string[]> {
  const before = (await world.sandbox.journal("?service=stripe")).length;
  await work();
  const calls = (await world.sandbox.journal("?service=stripe")).slice(before);
  return [...new Set(calls.map(({ account }) => account))].sort();
}

const tenantsAt = async (account: string) => {
  const stripe = world.sandbox.stripe(account === "" ? undefined : keyOf(account));
  const found = [
    ...(await stripe.customers.list({ limit: 100 })).data,
    ...(await stripe.invoices.list({ limit: 100 })).data,
    ...(await stripe.paymentIntents.list({ limit: 100 })).data,
    ...(await stripe.refunds.list({ limit: 100 })).data,
  ];
  return [...new Set(found.map(({ metadata }) => metadata?.["billwright_tenant"]))];
};

async function reconcile(tenant: TestTenant) {
  const { tenantId } = tenant;
  const { reconciliationId } = await tenant.inTenant((tx) =>
    requestReconciliation(tx, { checks: ["stripe"] }),
  );
  await runReconciliation(world.deps, { tenantId, reconciliationId });
  const row = await tenant.inTenant((tx) => findReconciliation(tx, reconciliationId));
  return { ...row?.looked[0], findings: row?.findings };
}

// A whole life of an invoice each.
jest.setTimeout(90_000);

describe("a tenant's own Stripe account", () => {
  const [a, b] = [newAccount(), newAccount()];

  it.each([
    ["the account of one tenant", a],
    ["that of another", b],
    ["the installation's", ""],
  ])(
    "is called by its own key for everything of the tenant, nobody else's objects being there: %s",
    async (_, account) => {
      const tenant = account === "" ? world.tenant : await tenantWith(account);
      const invoice = await issue(tenant);
      const callers = await calledBy(async () => {
        await deliver(tenant, invoice);
        expect(await statusOf(invoice)).toBe("succeeded");
        await refund(tenant, invoice);
      });
      expect(callers).toEqual([account]);
      expect(await world.rows("select state from refund where tenant_id = $1", [tenant.tenantId])).toEqual([
        { state: "succeeded" },
      ]);
      expect(await tenantsAt(account)).toEqual([tenant.tenantId]);
    },
  );

  it("gives a payer its publishable key, and takes the money there", async () => {
    const account = newAccount();
    const tenant = await tenantWith(account);
    const invoice = await insertIssuedInvoice(world.test, tenant, { collection: "send_invoice" });
    const { url } = await tenant.inTenant((tx) => ensurePaymentLink(tx, world.deps, invoice));
    const path = new URL(url).pathname;
    const page = await supertest(world.app).get(path).set("Accept", "text/html").expect(200);
    expect(page.text).toContain(`data-key="${publishableOf(account)}"`);
    const callers = await calledBy(async () => {
      const { body } = await supertest(world.app).post(`${path}/intent`).send({}).expect(200);
      expect(body.publishable_key).toBe(publishableOf(account));
    });
    expect(callers).toEqual([account]);
  });

  it("keeps a customer that is at one account there after the tenant changes accounts", async () => {
    const [old, present] = [newAccount(), newAccount()];
    const tenant = await tenantWith(old);
    const begun = await issue(tenant);
    await world.fault({
      service: "stripe",
      path: "/v1/payment_intents",
      action: "status",
      status: 503,
      times: 1,
    });
    await announceInvoice(tenant, begun);
    await world.drain();
    await connect(tenant, present);
    const callers = await calledBy(async () => {
      await world.rows("update job set state = 'pending', run_at = now() where state = 'failed'");
      await world.settle();
      expect(await statusOf(begun)).toBe("succeeded");
      await refund(tenant, begun);
    });
    expect(callers).toEqual([old]);
    const next = await issue(tenant);
    expect(await calledBy(() => deliver(tenant, next))).toEqual([present]);
    expect(await statusOf(next)).toBe("succeeded");
    expect(await calledBy(() => reconcile(tenant))).toEqual(["", old, present].sort());
    expect(await reconcile(tenant)).toMatchObject({ outcome: "done", objects: 10, findings: [] });
  });

  it("leaves a customer at the installation's account that is there already", async () => {
    const tenant = await makeTenant(world.test);
    const invoice = await issue(tenant);
    await deliver(tenant, invoice);
    // As a release before accounts left it.
    await world.rows("update customer set stripe_account = null where id = $1", [invoice.customerId]);
    await connect(tenant, newAccount());
    expect(await calledBy(() => refund(tenant, invoice))).toEqual([""]);
  });

  it("leaves a customer where the method was saved that pays, though it was never charged there", async () => {
    const [old, present] = [newAccount(), newAccount()];
    const tenant = await makeTenant(world.test);
    const first = await issueToSavedCard(tenant, "");
    // As a release before methods had an account left it.
    await world.rows("update payment_method set stripe_account = null where customer_id = $1", [
      first.customerId,
    ]);
    await connect(tenant, old);
    const second = await issueToSavedCard(tenant, old);
    await connect(tenant, present);
    const third = await issueToSavedCard(tenant, present);
    for (const [invoice, account] of [
      [first, ""] as const,
      [second, old] as const,
      [third, present] as const,
    ]) {
      expect(await calledBy(() => deliver(tenant, invoice))).toEqual([account]);
      expect(await statusOf(invoice)).toBe("succeeded");
    }
  });

  it("takes a customer where the method was saved that a subscription names, not where its other ones are", async () => {
    const account = newAccount();
    const tenant = await makeTenant(world.test);
    const invoice = await issueToSavedCard(tenant, "");
    await connect(tenant, account);
    const customer = { id: invoice.customerId };
    const named = await tenant.inTenant(async (tx) =>
      addPaymentMethod(tx, {
        ...{ customer, type: "card", isDefault: false },
        providerId: await savedCardAt(account),
      }),
    );
    await world.rows("update subscription set payment_method_id = $1 where customer_id = $2", [
      named.id,
      invoice.customerId,
    ]);
    expect(await calledBy(() => deliver(tenant, invoice))).toEqual([account]);
    expect(await statusOf(invoice)).toBe("succeeded");
  });

  it("is polled by its own key for payments and events that no webhook told", async () => {
    const [one, two] = [newAccount(), newAccount()];
    const [tenant, other] = [await tenantWith(one), await tenantWith(two)];
    await world.fault({ service: "webhook", action: "drop", times: null });
    const [first, second] = [await issue(tenant), await issue(other)];
    await deliver(tenant, first);
    await deliver(other, second);
    expect([await statusOf(first), await statusOf(second)]).toEqual(["pending", "pending"]);
    const asked = await calledBy(() => pollPayments(world.deps, { olderThanMs: 0 }));
    expect(asked).toEqual(expect.arrayContaining([one, two]));
    expect(asked).not.toContain("");
    expect([await statusOf(first), await statusOf(second)]).toEqual(["succeeded", "succeeded"]);
    await world.drain();
    await world.sandbox.stripe(keyOf(two)).refunds.create({
      ...{ payment_intent: await intentOf(second), amount: 234 },
    });
    const since = new Date(Date.now() - 3_600_000);
    const fresh = await pollStripeEvents(world.deps, { seed: stripeApplyEvent.seed, since });
    expect(fresh).toBeGreaterThan(0);
    expect(await pollStripeEvents(world.deps, { seed: stripeApplyEvent.seed, since })).toBe(0);
    await world.drain();
    expect(
      await world.rows(
        "select tenant_id, amount_minor::text as amount from refund where tenant_id = any($1)",
        [[tenant.tenantId, other.tenantId]],
      ),
    ).toEqual([{ tenant_id: other.tenantId, amount: "234" }]);
    expect(await reconcile(other)).toMatchObject({ outcome: "done", findings: [] });
  });

  it("names a key that Stripe does not take, in the job, the report and the doctor, and goes on with the right one at once", async () => {
    const account = newAccount();
    const tenant = await tenantWith(account);
    await fileKey(tenant, account, `rk_test_${account}_wrong`);
    const invoice = await issue(tenant);
    await deliver(tenant, invoice);
    const jobOf = async () =>
      (
        await world.rows<{ state: string; code: string | null }>(
          "select state, last_error ->> 'code' as code from job where tenant_id = $1 and name = 'invoice.sync_stripe'",
          [tenant.tenantId],
        )
      )[0];
    expect(await jobOf()).toMatchObject({ state: "failed", code: "provider_key_refused" });
    expect(await reconcile(tenant)).toMatchObject({
      ...{ outcome: "failed", reason: expect.stringContaining("Invalid API Key") },
    });
    expect(await findingOf(account)).toMatchObject({
      ...{ level: "problem", detail: expect.stringContaining("provider_key_refused") },
      advice: expect.stringContaining(`tenant stripe-account ${account}`),
    });
    await connect(tenant, account);
    expect(await findingOf(account)).toMatchObject({ level: "ok" });
    await world.rows(
      "update job set state = 'pending', run_at = now() where tenant_id = $1 and state = 'failed'",
      [tenant.tenantId],
    );
    await world.settle();
    expect(await statusOf(invoice)).toBe("succeeded");
  });

  it("has a circuit of its own: while one account does not answer, the others are called", async () => {
    const [down, up] = [newAccount(), newAccount()];
    const [tenant, other] = [await tenantWith(down), await tenantWith(up)];
    const [one, two, three] = [await issue(tenant), await issue(other), await issue(world.tenant)];
    const { stripeUrl: apiBase } = world.sandbox.sandbox();
    const gateOf = (account: string) =>
      providerCircuit(world.test.database, stripeCircuit(account), { limit: 2, pauseMs: 60_000 });
    const deps: Deps = {
      ...world.deps,
      stripe: createStripeClient({ apiKey: "sk_test_sandbox", apiBase, gateOf }),
    };
    const ask = async (invoice: IssuedInvoice) => (await stripeOfInvoice(deps, invoice))?.balance.retrieve();
    await world.fault({ service: "stripe", action: "status", status: 503, times: 2 });
    await expect(ask(one)).rejects.toThrow();
    await expect(ask(one)).rejects.toThrow();
    expect(await calledBy(() => expect(ask(one)).rejects.toThrow())).toEqual([]);
    expect(await calledBy(() => Promise.all([ask(two), ask(three)]))).toEqual(["", up].sort());
    const opened = (account: string) =>
      withSystem(world.test.database, (db) => readCircuit(db, stripeCircuit(account)));
    expect([(await opened(down)).opened_at === null, (await opened(up)).opened_at === null]).toEqual([
      ...[false, true],
    ]);
  });

  it("is not called for a test tenant by a live key that stands in the row all the same", async () => {
    const account = newAccount();
    const tenant = await tenantWith(account);
    const invoice = await issue(tenant);
    await fileKey(tenant, account, "sk_live_1");
    expect(
      await calledBy(() =>
        expect(stripeOfInvoice(world.deps, invoice)).rejects.toMatchObject({ code: "stripe_mode_mismatch" }),
      ),
    ).toEqual([]);
  });

  it("has one present account, whatever is written", async () => {
    const tenant = await tenantWith(newAccount());
    await connect(tenant, newAccount());
    await expect(
      world.rows("update provider_account set is_current = true where tenant_id = $1", [tenant.tenantId]),
    ).rejects.toThrow("provider_account_current");
  });

  it("is never replaced by the installation's key when its own is gone", async () => {
    const account = newAccount();
    const tenant = await tenantWith(account);
    const invoice = await issue(tenant);
    await stripeOfInvoice(world.deps, invoice);
    await world.rows("delete from provider_account where account_id = $1", [account]);
    await expect(stripeOfInvoice(world.deps, invoice)).rejects.toMatchObject({
      code: "stripe_account_keyless",
    });
  });
});

async function intentOf({ invoiceId }: IssuedInvoice): Promise<string> {
  const [row] = await world.rows<{ provider_id: string }>(
    "select provider_id from payment where invoice_id = $1",
    [invoiceId],
  );
  return row?.provider_id ?? "";
}
