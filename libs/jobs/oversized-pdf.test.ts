import { tmpdir } from "node:os";
import { join } from "node:path";
import { Temporal } from "temporal-polyfill";
import { readRun } from "#libs/billing/run/read-run.ts";
import { runSummary } from "#libs/billing/run/run-summary.ts";
import { startBillingRun } from "#libs/billing/run/start-billing-run.ts";
import { createPdfRenderer } from "#libs/platform/pdf/pdf-renderer.ts";
import { flatPrice, makeCustomer, makePlan, makeSubscription, makeTenant } from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";

const pdf = createPdfRenderer({ workDir: join(tmpdir(), "billwright-pdf-test"), maxPages: 1 });
let world: WorkWorld;
beforeAll(async () => {
  world = await openWorkWorld({ pdf });
});
afterAll(async () => {
  await world.close();
  await pdf.close();
});

test("an invoice over the page cap is refused once, by name, in the summary of its run; the others are printed", async () => {
  const tenant = await makeTenant(world.test, { clockNow: Temporal.Instant.from("2026-02-01T00:00:00Z") });
  const startsAt = Temporal.Instant.from("2026-01-01T00:00:00Z");
  for (const fees of [1, 60]) {
    const prices = Array.from({ length: fees }, (_, n) => ({
      ...flatPrice(),
      code: `fee-${n}`,
      name: `Fee ${n}`,
    }));
    const plan = await makePlan(tenant, { prices });
    const customer = await makeCustomer(tenant);
    await makeSubscription(tenant, { customer: { id: customer.id }, plan: { id: plan.id }, startsAt });
  }
  const { runId } = await tenant.inTenant((tx) =>
    startBillingRun(tx, { kind: "month", month: "2026-01", dryRun: false }),
  );
  await world.drain();
  const jobs =
    "select state, attempts::int, last_error ->> 'code' as code from job where tenant_id = $1 and name = 'invoice.render_pdf' order by state";
  expect(await world.rows(jobs, [tenant.tenantId])).toEqual([
    { state: "dead", attempts: 1, code: "pdf_too_large" },
    { state: "succeeded", attempts: 1, code: null },
  ]);
  const details = await tenant.inTenant((tx) => readRun(tx, runId));
  expect(details.run.state).toBe("completed_with_errors");
  expect(runSummary(details, new Date())).toMatch(
    /pdf: Invoice INV-\d+-\d+ has 4 pages; at most 1 pages are allowed/,
  );
});
