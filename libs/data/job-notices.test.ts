import { makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { type Database, openDatabase, withTenant } from "./database.ts";
import { listenForJobs } from "./job-notices.ts";
import { insertJobs } from "./jobs.ts";

describe("jobs that were committed", () => {
  let test: TestDatabase;
  let database: Database;
  let tenant: TestTenant;
  let told = 0;
  let listener: { readonly close: () => Promise<void> };
  beforeAll(async () => {
    test = await openTestDatabase();
    database = openDatabase({
      url: test.url,
      poolSize: 2,
      causes: () => [],
      tellsOfJobs: true,
    });
    tenant = await makeTenant(test);
    listener = listenForJobs(database.pool, () => {
      told += 1;
    });
    await until(() => told === 1); // it hears from now on
  });
  afterAll(async () => {
    await listener.close();
    await database.close();
    await test.close();
  });

  const until = async (isSo: () => boolean | Promise<boolean>) => {
    while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const write = (key: string, fail = false) =>
    withTenant(database, { tenantId: tenant.tenantId, actor: "test" }, async (tx) => {
      const seed = {
        name: "test.told",
        queue: "notification",
        key,
        payload: {},
        attemptBudget: 1,
      };
      await insertJobs(tx, [seed]);
      if (fail) throw new Error("rolled back");
    });
  /** A notice that comes after all that were sent before it. */
  const heardAll = async () => {
    const before = told;
    await database.pool.query("select pg_notify('billwright_jobs', '')");
    await until(() => told > before);
    return told - 1;
  };

  it("are told of, and neither those that were rolled back nor those that were there already", async () => {
    const before = told;
    await write("one");
    await until(() => told === before + 1);
    await expect(write("two", true)).rejects.toThrow("rolled back");
    await write("one");
    expect(await heardAll()).toBe(before + 1);
  });

  it("are heard of again when the connection that listens has ended", async () => {
    const before = told;
    const { rowCount } = await test.owner.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'billwright-listener'",
    );
    expect(rowCount).toBe(1);
    await until(() => told > before);
    const again = told;
    await write("three");
    await until(() => told > again);
  });

  it("leave nothing open once nobody listens any more", async () => {
    const other = listenForJobs(database.pool, () => undefined);
    const listeners = async () => {
      const { rowCount } = await test.owner.query(
        "select from pg_stat_activity where datname = current_database() and application_name = 'billwright-listener'",
      );
      return rowCount;
    };
    await until(async () => (await listeners()) === 2);
    await other.close();
    await until(async () => (await listeners()) === 1);
  });
});
