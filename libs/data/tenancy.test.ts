import {
  makeCustomer,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
} from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { newId } from "./new-id.ts";

type Statement = { readonly sql: string; readonly values?: readonly unknown[] };

describe("a tenant's rows", () => {
  let test: TestDatabase;
  let own: TestTenant;
  let other: TestTenant;
  let tenantTables: string[];

  beforeAll(async () => {
    test = await openTestDatabase();
    [own, other] = [await makeTenant(test), await makeTenant(test)];
    for (const tenant of [own, other]) {
      const customer = await makeCustomer(tenant);
      const plan = await makePlan(tenant);
      await makeSubscription(tenant, { customer: { id: customer.id }, plan: { id: plan.id } });
    }
    const tables = await ownerRows<{ name: string }>(
      `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`,
    );
    tenantTables = tables.map((table) => table.name);
  });
  afterAll(() => test.close());

  async function ownerRows<T>(sql: string): Promise<T[]> {
    const { rows } = await test.owner.query(sql);
    return rows as T[];
  }

  /** One statement by the application's login in its tenant role; null: no tenant is set. Nothing is kept. */
  async function asApp<T>(tenantId: string | null, { sql, values = [] }: Statement): Promise<T[]> {
    const client = await test.database.pool.connect();
    try {
      await client.query("begin");
      await client.query("set local role billwright_app");
      if (tenantId !== null)
        await client.query("select set_config('billwright.tenant_id', $1, true)", [tenantId]);
      const { rows } = await client.query(sql, [...values]);
      return rows as T[];
    } finally {
      await client.query("rollback");
      client.release();
    }
  }

  it("stand in tables with row-level security that is enabled, forced and has a policy", async () => {
    const open = await ownerRows<{ name: string }>(
      `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
          and not (c.relrowsecurity and c.relforcerowsecurity and exists (select from pg_policy p where p.polrelid = c.oid))`,
    );
    expect(tenantTables.length).toBeGreaterThan(40);
    expect(open).toEqual([]);
  });

  it("are not seen without a tenant", async () => {
    const filled: string[] = [];
    const seen: string[] = [];
    for (const table of tenantTables) {
      const sql = `select 1 from "${table}" limit 1`;
      if ((await ownerRows(sql)).length > 0) filled.push(table);
      if ((await asApp(null, { sql })).length > 0) seen.push(table);
    }
    expect(filled).toEqual(
      expect.arrayContaining([
        "customer",
        "plan",
        "plan_version",
        "price",
        "subscription",
        "subscription_item",
      ]),
    );
    expect(seen).toEqual([]);
  });

  it("are not seen by another tenant", async () => {
    const strangers: string[] = [];
    for (const table of tenantTables) {
      const sql = `select 1 from "${table}" where tenant_id is distinct from $1::uuid limit 1`;
      if ((await asApp(own.tenantId, { sql, values: [own.tenantId] })).length > 0) strangers.push(table);
    }
    expect(strangers).toEqual([]);
    expect(await asApp(own.tenantId, { sql: "select tenant_id from customer" })).toEqual([
      { tenant_id: own.tenantId },
    ]);
  });

  it("cannot be written for another tenant, in any table", async () => {
    for (const table of tenantTables) {
      const insert = { sql: `insert into "${table}" (tenant_id) values ($1)`, values: [other.tenantId] };
      await expect(asApp(own.tenantId, insert)).rejects.toMatchObject({
        code: "42501",
        message: expect.stringContaining("row-level security"),
      });
    }
  });

  it("are refused by row-level security alone when everything else about them is right", async () => {
    const insertFor = (tenantId: string) =>
      asApp(own.tenantId, {
        // Without RETURNING, which would be refused by what may be read.
        sql: "insert into customer (tenant_id, id, name) values ($1, $2, 'Acme Inc.')",
        values: [tenantId, newId()],
      });
    expect(await insertFor(own.tenantId)).toEqual([]);
    await expect(insertFor(other.tenantId)).rejects.toMatchObject({
      code: "42501",
      message: expect.stringContaining("row-level security"),
    });
  });

  it("cannot be changed or handed over by another tenant", async () => {
    const rename = "update customer set name = 'Taken' where tenant_id = $1 returning id";
    expect(await asApp(own.tenantId, { sql: rename, values: [other.tenantId] })).toEqual([]);
    const handOver = { sql: "update customer set tenant_id = $1", values: [other.tenantId] };
    await expect(asApp(own.tenantId, handOver)).rejects.toMatchObject({ code: "42501" });
  });

  it("are reached in roles that have no power over the server and own nothing", async () => {
    const roles = await ownerRows(
      `select r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb,
              (select count(*)::int from pg_class c where c.relowner = r.oid) as owned
         from pg_roles r where r.rolname in ('billwright_app', 'billwright_system') order by 1`,
    );
    const powerless = {
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      owned: 0,
    };
    expect(roles).toEqual([
      { rolname: "billwright_app", ...powerless },
      { rolname: "billwright_system", ...powerless },
    ]);
  });

  it("refer to rows of their own tenant only", async () => {
    const keys = await ownerRows<{ name: string; pairs: string[] }>(
      `select f.conname as name,
              array(select a.attname || '=' || b.attname from unnest(f.conkey, f.confkey) k (own, other)
                      join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.own
                      join pg_attribute b on b.attrelid = f.confrelid and b.attnum = k.other) as pairs
         from pg_constraint f
        where f.contype = 'f'
          and exists (select from pg_attribute where attrelid = f.conrelid and attname = 'tenant_id')
          and exists (select from pg_attribute where attrelid = f.confrelid and attname = 'tenant_id')`,
    );
    expect(keys.length).toBeGreaterThan(40);
    expect(keys.filter((key) => !key.pairs.includes("tenant_id=tenant_id"))).toEqual([]);
  });
});
