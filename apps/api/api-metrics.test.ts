import { readFileSync } from "node:fs";
import supertest from "supertest";
import { createApiMetrics } from "./api-metrics.ts";
import { createWorkerMetrics } from "../worker/worker-metrics.ts";
import { createCreditNote } from "#libs/billing/credit-note/create-credit-note.ts";
import { createInvoice, type CreateInvoiceInput } from "#libs/billing/invoice/create-invoice.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { makeTenant } from "#libs/testkit/factories.ts";
import { logStatements } from "#libs/testkit/log-statements.ts";
import { insertIssuedInvoice } from "#libs/testkit/invoice-rows.ts";

const noPdfFigures = async () => ({ printed: 0, failed: 0, browserStarts: 0, browserMemoryBytes: 0 });

/** Names and labels that a file of rules or panels asks for: `billwright_jobs{state="dead"}`. */
function askedFor(path: string): Set<string> {
  return new Set(readFileSync(path, "utf8").match(/\bbillwright_[a-z_]+\b/g));
}

describe("GET /metrics", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
    await world.call("post", "/v1/events").send({ id: "m1", event_type: "calls", customer: "acme" });
    await world.test.owner.query(
      `insert into schedule (name, cron, next_run_at) values ('billing.month', '0 0 0 1 * *', now() - interval '1 hour')`,
    );
  });
  afterAll(() => world.close());

  const page = async () => (await supertest(world.app).get("/metrics").expect(200)).text;

  /** The names on the pages of an API and of a worker. */
  const allFigures = async () => `${await page()}\n${await createWorkerMetrics(noPdfFigures).page()}`;

  it.each([".docker/monitoring/alerts.yml", ".docker/monitoring/grafana-dashboard.json"])(
    "has every figure that %s asks for",
    async (path) => {
      const text = await allFigures();
      const asked = [...askedFor(path)];
      expect(asked.length).toBeGreaterThan(8);
      const known = new Set(
        [...text.matchAll(/^# TYPE (\S+) (\S+)/gm)].flatMap(([, name = "", type]) =>
          type === "histogram" ? [name, `${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
        ),
      );
      expect(asked.filter((name) => !known.has(name))).toEqual([]);
    },
  );

  it("says what waits, and for how long", async () => {
    const job = await world
      .call("post", "/v1/billing_runs")
      .send({ month: "2026-01", dry_run: true })
      .expect(202);
    await world.test.owner.query(
      "update job set run_at = now() - interval '2 hours' where id::text is not null",
    );
    const text = await page();
    expect(job.body.job_id).toMatch(/^job_/);
    const value = (name: string) =>
      Number(new RegExp(`^billwright_${name}(?:\\{[^}]*\\})? (\\S+)$`, "m").exec(text)?.[1]);
    expect(value("oldest_due_work_seconds")).toBeGreaterThan(7_000);
    expect(value("relay_lag_seconds")).toBeGreaterThan(7_000);
    expect(text).toMatch(/^billwright_schedule_overdue_seconds\{name="billing\.month"\} 36\d\d/m);
    expect(text).toMatch(/^billwright_jobs\{queue="invoice-generation",state="pending"\} 1$/m);
    expect(text).toMatch(/^billwright_billing_runs\{state="planning"\} 1$/m);
    expect(value("parked_subscriptions")).toBe(0);
  });

  it("sums what was invoiced less credit notes, and what was collected, by mode and currency", async () => {
    const tenant = await makeTenant(world.test);
    const { mode } = (
      await world.test.owner.query("select mode from tenant where id = $1", [tenant.tenantId])
    ).rows[0];
    await insertIssuedInvoice(world.test, tenant, { amountMinor: 1234n });
    await insertIssuedInvoice(world.test, tenant, { amountMinor: 66n });
    await insertIssuedInvoice(world.test, tenant, { amountMinor: 5n, currency: "EUR" });
    const { customerId } = await insertIssuedInvoice(world.test, tenant, { amountMinor: 100n });
    await tenant.inTenant((tx) =>
      createInvoice(tx, {
        ...{ customer: { id: customerId }, currency: "USD", finalize: true },
        lines: [{ description: "to be credited", amount: "10.00" }],
      } as CreateInvoiceInput).then((id) =>
        createCreditNote(tx, {
          invoiceId: id,
          asked: { amount: "4.00" },
          reason: "too much",
          settlement: "offset",
        }),
      ),
    );
    let nowMs = 0;
    const metrics = createApiMetrics(world.test.database, () => nowMs);
    const text = await metrics.page();
    const labels = (more: string) => `\\{mode="${mode}",${more}\\}`;
    const sum = 1234 + 66 + 100 + 1000 - 400;
    expect(text).toMatch(
      new RegExp(
        `^billwright_invoiced_minor_units${labels('state="finalized",currency="USD"')} ${sum}$`,
        "m",
      ),
    );
    expect(text).toMatch(
      new RegExp(`^billwright_invoiced_minor_units${labels('state="finalized",currency="EUR"')} 5$`, "m"),
    );
    expect(text).toMatch(new RegExp(`^billwright_collected_minor_units${labels('currency="USD"')} 0$`, "m"));
    await insertIssuedInvoice(world.test, tenant, { amountMinor: 5n, currency: "EUR" });
    // Scrapes of a minute share one reading of all invoices; read again, sums do not grow.
    nowMs += 59_999;
    const shared = await logStatements(world.test.database, async () => {
      expect(await metrics.page()).toMatch(
        new RegExp(`^billwright_invoices${labels('state="finalized",currency="EUR"')} 1$`, "m"),
      );
    });
    expect(shared.filter((sql) => /from invoice i/.test(sql))).toEqual([]);
    nowMs += 1;
    expect(await metrics.page()).toMatch(
      new RegExp(`^billwright_invoices${labels('state="finalized",currency="EUR"')} 2$`, "m"),
    );
  });

  it("has a panel for every figure that an alert of prices asks for", () => {
    expect(askedFor(".docker/monitoring/grafana-dashboard.json")).toContain("billwright_pricing_anomalies");
  });

  it("follows the naming rules: one HELP and TYPE each, counters end in _total, times in _seconds", async () => {
    const text = await page();
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)/gm)].map(([, name = "", type = ""]) => ({
      name,
      type,
    }));
    for (const { name, type } of types) {
      expect(text.split(`# HELP ${name} `)).toHaveLength(2);
      expect([name, name.endsWith("_total")]).toEqual([name, type === "counter"]);
      expect(name).toMatch(/^billwright_[a-z]+(_[a-z]+)*$/);
      expect(name).not.toMatch(/_(ms|milliseconds|minutes)\b/);
    }
  });
});
