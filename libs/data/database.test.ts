import { newId } from "./new-id.ts";
import {
  callAsSystem,
  type Database,
  openDatabase,
  type TenantTx,
  withSystem,
  withTenant,
  withTenantSql,
} from "./database.ts";
import { isDatabaseUnavailable } from "./database-failure.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { Prisma } from "#prisma/generated/client.ts";

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

  it("reads what is exact as it is, and days and instants in UTC", async () => {
    const [row] = await withTenant(
      test.database,
      { tenantId, actor: "test" },
      ({ db }) => db.$queryRaw<Record<string, unknown>[]>`
        select 9007199254740993::int8 as big, array[9007199254740993, null]::int8[] as bigs, 0.10::numeric as exact, array[0.1]::numeric[] as exacts,
          '2026-02-03'::date as day, array['2026-02-03']::date[] as days, '2026-02-03T04:05:06.789012+02:00'::timestamptz as at,
          array['2026-02-03T04:05:06Z', null]::timestamptz[] as ats, 'infinity'::timestamptz as never, '10000-01-02T03:04:05Z'::timestamptz as far, '{"a": [1.5, null]}'::jsonb as json,
          array['a "b"', null]::text[] as texts, '\\x00ff'::bytea as bytes, 7::int4 as small, true as yes`,
    );
    expect(row).toEqual({
      ...{ big: 9007199254740993n, bigs: [9007199254740993n, null], exact: "0.10", exacts: ["0.1"] },
      ...{ day: new Date("2026-02-03"), days: [new Date("2026-02-03")], never: Number.POSITIVE_INFINITY },
      ...{ far: new Date("+010000-01-02T03:04:05Z") },
      ...{ at: new Date("2026-02-03T02:05:06.789Z"), ats: [new Date("2026-02-03T04:05:06Z"), null] },
      ...{
        json: { a: [1.5, null] },
        texts: ['a "b"', null],
        bytes: Buffer.from([0, 255]),
        small: 7,
        yes: true,
      },
    });
  });

  it("sends instants in UTC, and takes fragments of SQL with values of their own", async () => {
    const at = new Date("2026-02-03T00:30:00Z");
    const isOne = Prisma.sql`${1n}::int8 = ${1}::int4`;
    const ask = ({ db }: TenantTx) => db.$queryRaw<object[]>`
      select ${at}::date::text as day, (${[at]}::timestamptz[])[1] as at, ${isOne} and 2 in (${Prisma.join([1, 2])}) as same ${Prisma.empty}`;
    const asked = await withTenant(test.database, { tenantId, actor: "test" }, ask).catch(String);
    expect(asked).toEqual([{ day: "2026-02-03", at, same: true }]);
    const far = new Date("+138865-05-08T00:00:00.000Z");
    const year = withTenant(
      test.database,
      { tenantId, actor: "test" },
      ({ db }) => db.$queryRaw<object[]>`select extract(year from ${far}::timestamptz)::int as year`,
    );
    expect(await year).toEqual([{ year: 138865 }]);
  });

  it("says how many rows a statement changed", async () => {
    const changes = await withTenant(test.database, { tenantId, actor: "test" }, async ({ db }) => [
      await db.$executeRaw`insert into customer (tenant_id, id, name) select ${tenantId}::uuid, gen_random_uuid(), 'C' from generate_series(1, 3)`,
      await db.$executeRaw`update customer set name = name where false`,
    ]);
    expect(changes).toEqual([3, 0]);
  });

  it("sends nothing after its end, when the connection is another's", async () => {
    const kept = await withTenant(test.database, { tenantId, actor: "test" }, async ({ db }) => ({ db }));
    await expect(kept.db.$queryRaw`select 1`).rejects.toThrow("the transaction has ended");
  });

  it("sends nothing behind the statement that ends it, however long that one took", async () => {
    const failed = new Error("failed after the first");
    let second: Promise<unknown> = Promise.resolve();
    const both = withTenant(test.database, { tenantId, actor: "test" }, async ({ db }) => {
      // Longer than a second: what is left of the transaction's time is told before the next one.
      const first = db.$queryRaw`select pg_sleep(1.1)`.then(() => Promise.reject(failed));
      second = db.$queryRaw`select 1`.catch((error: unknown) => error);
      await first;
    });
    await expect(both).rejects.toBe(failed);
    expect(await second).toMatchObject({ message: "the transaction has ended" });
  });

  it("says that the database went away when its session was ended between two statements", async () => {
    const cut = withTenant(test.database, { tenantId, actor: "test" }, async ({ db }) => {
      const [row] = await db.$queryRaw<{ pid: number }[]>`select pg_backend_pid() as pid`;
      await test.owner.query("select pg_terminate_backend($1)", [row?.pid]);
      for (;;) await db.$queryRaw`select 1`;
    });
    const error: unknown = await cut.catch((thrown: unknown) => thrown);
    expect([error, isDatabaseUnavailable(error)]).toEqual([error, true]);
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
