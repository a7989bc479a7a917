import { newId } from "./new-id.ts";
import {
  callAsSystem,
  type Database,
  openDatabase,
  withSystem,
  withTenant,
  withTenantSql,
} from "./database.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";

describe("withTenant", () => {
  let test: TestDatabase;
  const tenantId = newId();
  beforeAll(async () => {
    test = await openTestDatabase();
    await withSystem(
      test.database,
      (db) => db.$executeRaw`insert into tenant (id, name, mode) values (${tenantId}::uuid, 'T', 'test')`,
    );
  });
  afterAll(() => test.close());

  it("runs as the application role with the tenant set", async () => {
    const [row] = await withTenant(
      test.database,
      { tenantId, actor: "test" },
      (tx) =>
        tx.db.$queryRaw<
          { role: string; tenants: bigint }[]
        >`select current_user as role, (select count(*) from tenant) as tenants`,
    );
    expect(row).toEqual({ role: "billwright_app", tenants: 1n });
  });

  it("refuses a tenant that does not exist", async () => {
    await expect(
      withTenant(test.database, { tenantId: newId(), actor: "test" }, async () => 1),
    ).rejects.toMatchObject({
      code: "tenant_not_found",
    });
  });

  it("leaves neither role nor tenant behind on the connection, as a call of a function does not", async () => {
    const { pool } = test.database;
    const [login] = (await pool.query("select session_user as name")).rows;
    const idle = async () =>
      (
        await pool.query(
          "select current_user as role, current_setting('billwright.tenant_id', true) as tenant",
        )
      ).rows;
    await withTenant(test.database, { tenantId, actor: "test" }, async () => 1);
    expect(await idle()).toEqual([{ role: login.name, tenant: "" }]);
    const entered = "select current_user as role from enter_system(1000)";
    expect(await callAsSystem(test.database, entered, [])).toEqual([{ role: "billwright_system" }]);
    expect(await idle()).toEqual([{ role: login.name, tenant: "" }]);
  });
});

describe("withTenantSql", () => {
  let test: TestDatabase;
  const tenantId = newId();
  const strangerId = newId();
  beforeAll(async () => {
    test = await openTestDatabase();
    await withSystem(
      test.database,
      (db) => db.$executeRaw`
        insert into tenant (id, name, mode, clock_now)
        values (${tenantId}::uuid, 'T', 'test', '2026-04-01T12:00:00Z'), (${strangerId}::uuid, 'S', 'test', null)`,
    );
    await test.owner.query(
      "insert into customer (tenant_id, id, name) values ($1, gen_random_uuid(), 'C'), ($2, gen_random_uuid(), 'C')",
      [tenantId, strangerId],
    );
  });
  afterAll(() => test.close());

  it("runs as the application role, shows its tenant alone, and says the tenant's time", async () => {
    const { rows, now } = await withTenantSql(test.database, { tenantId }, async (tx) => ({
      rows: await tx.db.$queryRaw<object[]>`select current_user as role, tenant_id,
        current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
        current_setting('idle_in_transaction_session_timeout') as idle, current_setting('enable_nestloop') as loops, ${"it's"} as text from customer`,
      now: tx.now.toString(),
    }));
    const terms = { statement: "30s", lock: "10s", idle: "30s", loops: "off", text: "it's" };
    expect(rows).toEqual([{ role: "billwright_app", tenant_id: tenantId, ...terms }]);
    expect(now).toBe("2026-04-01T12:00:00Z");
  });

  it("refuses a row of another tenant", async () => {
    const insert = withTenantSql(test.database, { tenantId }, async (tx) => {
      await tx.db
        .$queryRaw`insert into customer (tenant_id, id, name) values (${strangerId}::uuid, gen_random_uuid(), 'X')`;
    });
    await expect(insert).rejects.toThrow("row-level security");
  });

  it("refuses a tenant that does not exist, and one that is no id", async () => {
    const open = (given: string) => withTenantSql(test.database, { tenantId: given }, async () => 1);
    await expect(open(newId())).rejects.toMatchObject({ code: "tenant_not_found" });
    await expect(open("'; drop table customer; --")).rejects.toMatchObject({ code: "22P02" });
  });

  it("leaves nothing on its connection, whether it commits or fails", async () => {
    const look = () =>
      test.database.pool.query(
        "select current_user as role, current_setting('billwright.tenant_id', true) as tenant, current_setting('enable_nestloop') as loops",
      );
    await withTenantSql(test.database, { tenantId }, async () => 1);
    const failing = withTenantSql(test.database, { tenantId }, async (tx) => {
      await tx.db
        .$queryRaw`insert into customer (tenant_id, id, name) values (${tenantId}::uuid, gen_random_uuid(), 'gone')`;
      throw new Error("stop");
    });
    await expect(failing).rejects.toThrow("stop");
    for (let each = 0; each < test.database.pool.totalCount; each++) {
      expect((await look()).rows).toEqual([{ role: "billwright", tenant: "", loops: "on" }]);
    }
    expect((await test.owner.query("select 1 from customer where name = 'gone'")).rows).toEqual([]);
  });

  it("plans a statement once for a connection, whatever its parameters", async () => {
    const calls = await withTenantSql(test.database, { tenantId }, async (tx) => {
      const ask = (text: string) => tx.db.$queryRaw<object[]>`select ${text}::text as said`;
      for (let n = 0; n < 10; n++) expect(await ask(`n${n}`)).toEqual([{ said: `n${n}` }]);
      return tx.db.$queryRaw<
        object[]
      >`select (generic_plans + custom_plans)::int as calls, generic_plans > 0 as once
        from pg_prepared_statements where statement like '%as said'`;
    });
    expect(calls).toEqual([{ calls: 10, once: true }]);
  });

  it("ends a transaction in time whose statements are each short enough", async () => {
    const begunAt = performance.now();
    let statements = 0;
    const long = withTenantSql(test.database, { tenantId, timeoutMs: 1_600 }, async ({ db }) => {
      for (; statements < 20; statements++) await db.$queryRaw`select pg_sleep(0.6)`;
    });
    await expect(long).rejects.toMatchObject({ code: "57014" });
    expect(statements).toBeLessThan(3);
    expect(performance.now() - begunAt).toBeLessThan(10_000);
  });

  it("ends one that asks nothing, and gives its connection back", async () => {
    const database = openDatabase({ url: test.url, poolSize: 1, causes: () => [] });
    const idle = withTenantSql(database, { tenantId, timeoutMs: 100 }, () => new Promise<never>(() => {}));
    await expect(idle).rejects.toThrow("the transaction took longer than 100 ms");
    expect(await withTenantSql(database, { tenantId }, async () => "next")).toBe("next");
    await database.close();
  });

  describe("behind a pooler", () => {
    /** One session, of which the test can say what it knows. */
    const oneSession = () => openDatabase({ url: test.url, poolSize: 1, causes: () => [] });
    const counts: number[] = [];
    const ask = (database: Database, count: number) =>
      withTenantSql(database, { tenantId }, async ({ db }) => {
        counts.push(count);
        return db.$queryRaw<object[]>`select name, ${count}::int as count from tenant`;
      });
    const prepared = async (database: Database) => {
      const { rows } = await database.pool.query<{ name: string; named: boolean }>(`
        select name, name = 'billwright_' || left(encode(sha256(statement::bytea), 'hex'), 40) as named from pg_prepared_statements`);
      return rows;
    };
    beforeEach(() => counts.splice(0));

    it("names a statement by its text, so that no process means another one", async () => {
      const database = oneSession();
      await ask(database, 1);
      expect(await prepared(database)).toEqual([{ name: expect.any(String), named: true }]);
      await database.close();
    });

    it("makes a transaction once more, and all others, without names when a session lost a statement", async () => {
      const database = oneSession();
      await ask(database, 1);
      await database.pool.query("deallocate all");
      expect(await ask(database, 2)).toEqual([{ name: "T", count: 2 }]);
      expect(await ask(database, 3)).toEqual([{ name: "T", count: 3 }]);
      expect([counts, await prepared(database)]).toEqual([[1, 2, 2, 3], []]);
      await database.close();
    });

    it("does so when a session has another statement under the name already", async () => {
      const before = oneSession();
      await ask(before, 1);
      const [{ name } = { name: "" }] = await prepared(before);
      await before.close();
      const database = oneSession();
      await database.pool.query(`prepare ${name} as select 'other' as name, $1::int as count`);
      expect(await ask(database, 2)).toEqual([{ name: "T", count: 2 }]);
      expect(await ask(database, 3)).toEqual([{ name: "T", count: 3 }]);
      expect(counts).toEqual([1, 2, 2, 3]);
      await database.close();
    });
  });

  it("does not pass for done when a failure inside was caught and the server rolled back", async () => {
    const swallowing = withTenantSql(test.database, { tenantId }, async (tx) => {
      await Promise.resolve(tx.db.$queryRaw`select 1 / 0`).catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow("ROLLBACK");
  });
});
