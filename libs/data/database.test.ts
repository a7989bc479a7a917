import { newId } from "./new-id.ts";
import { withSystem, withTenant } from "./database.ts";
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
});
