import { Temporal } from "temporal-polyfill";
import { publicId } from "#libs/core/public-id.ts";
import { makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { authenticateApiKey } from "./authenticate-api-key.ts";
import { bootstrapApiKey } from "./bootstrap-api-key.ts";
import { createApiKey } from "./create-api-key.ts";
import { createTenant } from "./create-tenant.ts";
import { rotateApiKey } from "./rotate-api-key.ts";
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

  describe("that are rotated", () => {
    const make = (expiresAt?: string) =>
      tenant.inTenant((tx) =>
        createApiKey(tx, {
          ...{ name: "web shop", role: "operator" },
          ...(expiresAt === undefined ? {} : { expiresAt: Temporal.Instant.from(expiresAt) }),
        }),
      );
    const rotate = (keyId: string, overlap: string) =>
      tenant.inTenant((tx) => rotateApiKey(tx, { keyId, overlap }));
    const works = async (secret: string) => (await authenticateApiKey(test.database, secret)) !== null;

    it("work beside their successor, of the same name and role, until the overlap is over", async () => {
      const old = await make();
      const made = await rotate(old.row.id, "PT1H");
      expect(made.row).toMatchObject({ name: "web shop", role: "operator", expires_at: null });
      expect(made.replaced.expires_at?.getTime()).toBe(made.row.created_at.getTime() + 3_600_000);
      expect([await works(old.secret), await works(made.secret)]).toEqual([true, true]);
      await test.owner.query("update api_key set expires_at = expires_at - interval '1 hour' where id = $1", [
        old.row.id,
      ]);
      expect([await works(old.secret), await works(made.secret)]).toEqual([false, true]);
      const { rows } = await test.owner.query(
        "select after ->> 'replaced_by' as by, after::text as text from audit_log where action = 'api_key.rotate' and target_id = $1",
        [old.row.id],
      );
      expect(rows).toMatchObject([{ by: made.row.id }]);
      expect(rows[0].text).not.toContain(made.secret.slice(8, 40));
    });

    it("end at once without an overlap, and never later than they would have", async () => {
      const old = await make();
      await rotate(old.row.id, "PT0S");
      expect(await works(old.secret)).toBe(false);
      const short = await make();
      await test.owner.query("update api_key set expires_at = now() + interval '1 minute' where id = $1", [
        short.row.id,
      ]);
      const { replaced } = await rotate(short.row.id, "P1D");
      expect(replaced.expires_at?.getTime()).toBeLessThan(Date.now() + 120_000);
    });

    it("hand their length of life on", async () => {
      const { row } = await make("2090-01-01T00:00:00Z");
      await test.owner.query(
        "update api_key set created_at = now() - interval '1 day', expires_at = now() + interval '6 days' where id = $1",
        [row.id],
      );
      const made = await rotate(row.id, "PT0S");
      const lifeMs = (made.row.expires_at?.getTime() ?? 0) - made.row.created_at.getTime();
      expect(Math.round(lifeMs / 86_400_000)).toBe(7);
    });

    it("are rotated once, and then their successor is, with all of their life", async () => {
      const old = await make();
      const made = await rotate(old.row.id, "PT1H");
      await expect(rotate(old.row.id, "PT1H")).rejects.toMatchObject({
        code: "api_key_rotated",
        message: expect.stringContaining(publicId("api_key", made.row.id)),
      });
      expect((await rotate(made.row.id, "PT1H")).row.expires_at).toBeNull();
    });

    it("are refused once they have ended, for another tenant, and with an overlap that is none", async () => {
      const old = await make();
      await rotate(old.row.id, "PT0S");
      await expect(rotate(old.row.id, "PT1H")).rejects.toMatchObject({ code: "api_key_ended" });
      const other = await makeTenant(test);
      const live = await make();
      await expect(
        other.inTenant((tx) => rotateApiKey(tx, { keyId: live.row.id, overlap: "PT1H" })),
      ).rejects.toMatchObject({ code: "api_key_not_found" });
      for (const overlap of ["P31D", "-PT1H", "P1M", "soon", ""])
        await expect(rotate(live.row.id, overlap)).rejects.toMatchObject({
          details: { errors: [{ path: "overlap" }] },
        });
      expect(await works(live.secret)).toBe(true);
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
