import { Temporal } from "temporal-polyfill";
import { makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { authenticateApiKey } from "./authenticate-api-key.ts";
import { bootstrapApiKey } from "./bootstrap-api-key.ts";
import { createApiKey } from "./create-api-key.ts";
import { createTenant } from "./create-tenant.ts";
import { revokeApiKey } from "./revoke-api-key.ts";

describe("API keys", () => {
  let test: TestDatabase;
  let tenant: TestTenant;
  beforeAll(async () => {
    test = await openTestDatabase();
    tenant = await makeTenant(test);
  });
  afterAll(() => test.close());

  it("open their tenant until they are revoked, and only their hash is kept", async () => {
    const { row, secret } = await tenant.inTenant((tx) => createApiKey(tx, { name: "CI", role: "ingest" }));
    expect(secret).toMatch(/^bw_test_[0-9A-Za-z]{32,}$/);
    expect(await authenticateApiKey(test.database, secret)).toEqual({
      tenantId: tenant.tenantId,
      keyId: row.id,
      role: "ingest",
      mode: "test",
    });
    const { rows } = await test.owner.query(
      "select row_to_json(k)::text || coalesce((select string_agg(a.after::text, '') from audit_log a where a.target_id = k.id::text), '') as everything from api_key k where id = $1",
      [row.id],
    );
    expect(rows[0].everything).not.toContain(secret.slice(8, 40));
    const revoke = () => tenant.inTenant((tx) => revokeApiKey(tx, { keyId: row.id }));
    const revoked = await revoke();
    expect(await revoke()).toEqual(revoked);
    expect(await authenticateApiKey(test.database, secret)).toBeNull();
  });

  it("stop at their expiry", async () => {
    const make = (time: string) =>
      tenant.inTenant((tx) =>
        createApiKey(tx, { name: "old", role: "admin", expiresAt: Temporal.Instant.from(time) }),
      );
    const { row, secret } = await make("2090-01-01T00:00:00Z");
    expect(await authenticateApiKey(test.database, secret)).not.toBeNull();
    await test.owner.query("update api_key set expires_at = now() where id = $1", [row.id]);
    expect(await authenticateApiKey(test.database, secret)).toBeNull();
    await expect(make("2020-01-01T00:00:00Z")).rejects.toMatchObject({
      code: "fields_invalid",
      details: { errors: [{ path: "expires_at" }] },
    });
  });

  it.each(["", "bw_test_short", `bw_live_${"a".repeat(40)}`, "x".repeat(10_000), "bw_test_\u0000"])(
    "are not given to %j",
    async (secret) => {
      expect(await authenticateApiKey(test.database, secret)).toBeNull();
    },
  );

  it("of another tenant cannot be revoked", async () => {
    const other = await makeTenant(test);
    const { row } = await other.inTenant((tx) => createApiKey(tx, { name: "theirs", role: "reader" }));
    await expect(tenant.inTenant((tx) => revokeApiKey(tx, { keyId: row.id }))).rejects.toMatchObject({
      code: "api_key_not_found",
    });
  });

  it("are bootstrapped once, by several starters at the same time, with a tenant of their mode", async () => {
    const secret = `bw_live_${"Z9".repeat(20)}`;
    const made = await Promise.all([1, 2, 3].map(() => bootstrapApiKey(test.database, secret)));
    expect(new Set(made.map((key) => `${key.tenantId} ${key.keyId}`)).size).toBe(1);
    expect(made.filter((key) => key.isNew)).toHaveLength(1);
    expect(await authenticateApiKey(test.database, secret)).toMatchObject({ role: "admin", mode: "live" });
    const { rows } = await test.owner.query("select count(*)::int as n from tenant where mode = 'live'");
    expect(rows).toEqual([{ n: 1 }]);
    await expect(bootstrapApiKey(test.database, "changeme")).rejects.toMatchObject({
      code: "fields_invalid",
      message: expect.not.stringContaining("changeme"),
    });
  });

  it("belong to no live tenant with a clock: there is none", async () => {
    const clockNow = Temporal.Instant.from("2026-01-01T00:00:00Z");
    await expect(
      createTenant(test.database, { name: "L", mode: "live", clockNow, actor: "test" }),
    ).rejects.toMatchObject({ details: { errors: [{ path: "clock_now" }] } });
  });
});
