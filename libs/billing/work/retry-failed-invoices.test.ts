import { insertJobs } from "#libs/data/jobs.ts";
import { makeSubscription, makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { retryFailedInvoices } from "./retry-failed-invoices.ts";

describe("retrying what failed of invoices", () => {
  let test: TestDatabase;
  let tenant: TestTenant;
  beforeAll(async () => {
    test = await openTestDatabase();
    tenant = await makeTenant(test);
  });
  afterAll(() => test.close());

  const park = async (owner: TestTenant, code: string) => {
    const { id } = await makeSubscription(owner);
    await test.owner.query(
      "update subscription set parked_at = now(), parked_code = $2, parked_reason = 'test' where id = $1",
      [id, code],
    );
    return id;
  };
  const addJob = (owner: TestTenant, name: string, state: string) =>
    owner.inTenant(async (tx) => {
      const seed = { name, queue: "pdf-render", key: `${name}/${state}`, payload: {}, attemptBudget: 5 };
      await insertJobs(tx, [seed]);
      await tx.db.$executeRaw`update job set state = ${state}, attempts = 5 where key = ${seed.key}`;
    });
  const rows = async <T>(sql: string) => (await test.owner.query(sql, [tenant.tenantId])).rows as T[];

  it("bills parked subscriptions and runs jobs of invoices again, and no others", async () => {
    const other = await makeTenant(test);
    const [failed, breached, foreign] = [
      await park(tenant, "usage_value_invalid"),
      await park(tenant, "invariant_breached"),
      await park(other, "usage_value_invalid"),
    ];
    await addJob(tenant, "invoice.email", "dead");
    await addJob(tenant, "invoice.render_pdf", "failed");
    await addJob(tenant, "invoice.collect", "succeeded");
    await addJob(tenant, "usage.import", "dead");
    await addJob(other, "invoice.email", "dead");
    expect(await tenant.inTenant(retryFailedInvoices)).toEqual({ unparked: [failed], retried: 2 });
    const { rows: parked } = await test.owner.query(
      "select id from subscription where parked_at is not null order by id",
    );
    expect(parked.map(({ id }) => id)).toEqual([breached, foreign].sort());
    expect(
      await rows(
        "select name, state, attempts, attempt_budget as budget from job where tenant_id = $1 order by name",
      ),
    ).toEqual([
      { name: "invoice.collect", state: "succeeded", attempts: 5, budget: 5 },
      { name: "invoice.email", state: "pending", attempts: 5, budget: 10 },
      { name: "invoice.render_pdf", state: "pending", attempts: 5, budget: 10 },
      { name: "usage.import", state: "dead", attempts: 5, budget: 5 },
    ]);
    expect(await tenant.inTenant(retryFailedInvoices)).toEqual({ unparked: [], retried: 0 });
    expect(
      await rows("select after from audit_log where tenant_id = $1 and action = 'invoice.retry_failed'"),
    ).toEqual([{ after: { subscriptions: [failed], jobs: 2 } }]);
  });
});
