import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Temporal } from "temporal-polyfill";
import { updateCustomer } from "#libs/billing/catalog/update-customer.ts";
import { publicId } from "#libs/core/public-id.ts";
import { childEnvironment } from "#libs/platform/config.ts";
import {
  flatPrice,
  makeCustomer,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
} from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";

const at = (text: string) => Temporal.Instant.from(text);

describe("billwright run, and what it leaves to look at", () => {
  let world: WorkWorld;
  let tenant: TestTenant;
  let dir: string;
  beforeAll(async () => {
    world = await openWorkWorld();
    dir = mkdtempSync(join(tmpdir(), "billwright-cli-"));
    tenant = await makeTenant(world.test, { clockNow: at("2026-02-01T00:00:00Z") });
    const plan = await makePlan(tenant, { prices: [flatPrice()] });
    const subscribe = async (externalId: string, ends?: string) => {
      const customer = await makeCustomer(tenant, { externalId, name: `${externalId} Ltd` });
      await makeSubscription(tenant, {
        ...{ customer: { id: customer.id }, plan: { id: plan.id }, startsAt: at("2026-01-01T00:00:00Z") },
        ...(ends === undefined ? {} : { endsAt: at(ends) }),
      });
      return customer;
    };
    await subscribe("acme");
    await subscribe("gone", "2026-01-15T00:00:00Z");
    const idle = await subscribe("idle");
    await makeCustomer(tenant, { externalId: "new" });
    await tenant.inTenant((tx) => updateCustomer(tx, { customer: { id: idle.id }, status: "inactive" }));
  });
  afterAll(async () => {
    await world.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** Runs the command to its end, while the workers of the world do what it asks for. */
  async function billwright(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
    const env = childEnvironment({ DATABASE_URL: world.test.url, BILLWRIGHT_DATA_DIR: dir });
    const child = spawn(process.execPath, [".config/billwright.cjs", ...args], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks = { out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      chunks.out += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      chunks.err += chunk;
    });
    let code: number | null | undefined;
    child.once("close", (ended) => {
      code = ended;
    });
    while (code === undefined) await world.drain();
    return { code, ...chunks };
  }

  it("says in a dry run's JSON which period each invoice would bill", async () => {
    const run = await billwright("run", "--month", "2026-01", "--dry-run", "--customer", "acme", "--json");
    expect(run.code).toBe(0);
    expect(JSON.parse(run.out)).toMatchObject({
      ...{ month: "2026-01", dry_run: true, not_billed: [] },
      results: [
        {
          external_id: "acme",
          invoices: [
            { invoice_id: null, period_start: "2026-01-01T00:00:00Z", period_end: "2026-02-01T00:00:00Z" },
          ],
        },
      ],
    });
  }, 120_000);

  it("says why nothing was billed for the customers it was asked for", async () => {
    const asked = ["idle", "new", "acme"].flatMap((customer) => ["--customer", customer]);
    const run = await billwright("run", "--month", "2026-01", ...asked);
    expect(run.code).toBe(0);
    expect(run.out).toContain(
      "Nothing billed for idle: the customer is inactive, and only active ones are billed\n",
    );
    expect(run.out).toContain("Nothing billed for new: the customer has no subscription\n");
    expect(run.out).not.toContain("Nothing billed for acme");
    const again = await billwright("run", "--month", "2026-01", "--customer", "acme", "--json");
    expect(JSON.parse(again.out)).toMatchObject({
      not_billed: [
        { customer: "acme", reason: expect.stringContaining("has nothing due before 2026-03-01T00:00:00Z") },
      ],
    });
    await billwright("run", "--month", "2026-01", "--customer", "gone");
    const ended = await billwright("run", "--month", "2026-01", "--customer", "gone");
    expect(ended.out).toMatch(
      /Nothing billed for gone: sub_\w+ \(\S+\) has ended, at 2026-01-15T00:00:00Z\n/,
    );
  }, 120_000);

  it("shows an invoice with its customer, its payment and where it can be found", async () => {
    const [invoice] = await world.rows<{ id: string; number: string }>(
      "select i.id, i.number from invoice i join customer c on c.id = i.customer_id where c.external_id = 'acme'",
    );
    const shown = await billwright("invoice", "show", invoice?.number ?? "");
    const id = publicId("invoice", invoice?.id ?? "");
    expect(shown.out).toContain("  customer         acme Ltd (acme)\n");
    expect(shown.out).toContain("  payment          pending, not tried yet\n");
    expect(shown.out).toContain(`  API              http://localhost:3000/v1/invoices/${id}\n`);
    expect(shown.out).toContain(`  PDF              http://localhost:3000/v1/invoices/${id}/pdf\n`);
    expect(shown.out).toMatch(/ {2}PDF stored {7}file:\/\/\S+\.pdf\n/);
    expect(shown.out).not.toContain("Stripe");
  }, 120_000);

  it("shows of an invoice how Stripe knows it and why it is not paid", async () => {
    const [invoice] = await world.rows<{ id: string; number: string }>(
      "select i.id, i.number from invoice i join customer c on c.id = i.customer_id where c.external_id = 'acme'",
    );
    const ids = [tenant.tenantId, invoice?.id];
    await world.test.owner.query(
      `insert into provider_object (tenant_id, provider, kind, local_id, provider_id) values ($1, 'stripe', 'invoice', $2, 'in_123')`,
      ids,
    );
    await world.test.owner.query(
      `insert into payment_attempt (tenant_id, id, invoice_id, provider, method, amount_minor, currency, state, failure_code, failure_message, closed_at)
       values ($1, gen_random_uuid(), $2, 'stripe', 'card', 100, 'USD', 'failed', 'card_declined', 'Your card was declined.', now())`,
      ids,
    );
    const shown = await billwright("invoice", "show", invoice?.number ?? "");
    expect(shown.out).toContain("  Stripe           in_123\n");
    expect(shown.out).toMatch(
      /payment +\w+, the last try by card failed: Your card was declined\. \(card_declined\)\n/,
    );
  }, 120_000);

  it("lists jobs with queue, invoice and customer, and when they failed last", async () => {
    await world.test.owner.query(
      `update job set state = 'dead', attempts = 3,
         last_error = jsonb_build_object('code', 'mail_rejected', 'message', 'no such mailbox', 'at', now() - interval '2 hours')
       where name = 'invoice.email' and payload->>'invoiceId' in (select i.id::text from invoice i join customer c on c.id = i.customer_id where c.external_id = 'acme')`,
    );
    const listed = await billwright("jobs", "list", "--queue", "email-delivery", "--state", "dead");
    expect(listed.out).toMatch(
      /^job_\w+ {2}dead {7}email-delivery {6}invoice\.email {11}3 tries, made .+ {2}INV-\S+ of acme Ltd\n {4}failed 2 hours ago: mail_rejected: no such mailbox\n$/,
    );
    const runs = await billwright("jobs", "list", "--queue", "invoice-generation", "--limit", "1");
    expect(runs.out).toMatch(/ {2}1 try, made \S.* ago {2}run_\w+\n$|just now {2}run_\w+\n$/);
  }, 120_000);
});
