import { newId } from "#libs/data/new-id.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { createLogger } from "#libs/platform/logger.ts";
import { makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { chainAudit, sweepAuditChains } from "./chain-audit.ts";
import { verifyAudit } from "./verify-audit.ts";

describe("the audit chain", () => {
  let test: TestDatabase;
  let tenant: TestTenant;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  beforeEach(async () => {
    tenant = await makeTenant(test);
  });
  afterAll(() => test.close());

  const write = (actions: readonly string[]) =>
    tenant.inTenant(async (tx) => {
      for (const action of actions) {
        await writeAudit(tx, { action, targetType: "tenant", targetId: tx.tenantId, after: { n: 1n } });
      }
    });
  const chain = () => tenant.inTenant((tx) => chainAudit(tx));
  const verify = (noted: Parameters<typeof verifyAudit>[1] = null) =>
    tenant.inTenant((tx) => verifyAudit(tx, noted));

  /** As whoever owns the tables and switches their triggers off. */
  async function tamper(sql: string): Promise<void> {
    const client = await test.owner.connect();
    try {
      await client.query(
        `begin; set local session_replication_role = replica; ${sql.replaceAll("$tenant", `'${tenant.tenantId}'`)}; commit`,
      );
    } finally {
      client.release();
    }
  }

  it("binds every row once, in order, and holds", async () => {
    await write(["a", "b", "c"]);
    expect((await verify()).unchained.rows).toBe(4);
    expect([await chain(), await chain()]).toEqual([4, 0]);
    const verdict = await verify();
    expect(verdict).toMatchObject({ intact: true, breach: null, unchained: { rows: 0, oldest: null } });
    expect(verdict.head.sequence).toBe(4n);
  });

  it("is written by one process at a time", async () => {
    await write(Array.from({ length: 40 }, (_, n) => `step ${n}`));
    const bound = await Promise.all(Array.from({ length: 5 }, chain));
    const rest = await chain();
    expect(bound.reduce((sum, rows) => sum + rows, rest)).toBe(41);
    expect(await verify()).toMatchObject({ intact: true, unchained: { rows: 0 } });
  });

  it("takes in a row that was written earlier but committed after its successors were bound", async () => {
    const early = newId(Date.now() - 20 * 60_000);
    await write(["late"]);
    await chain();
    await test.owner.query(
      `insert into audit_log (tenant_id, id, actor, action, target_type, target_id) values ($1, $2, 'test', 'early', 'tenant', 'x')`,
      [tenant.tenantId, early],
    );
    expect(await chain()).toBe(1);
    expect(await verify()).toMatchObject({ intact: true, unchained: { rows: 0 } });
  });

  it("names the entry that somebody changed", async () => {
    await write(["a", "b", "c"]);
    await chain();
    await tamper(`update audit_log set actor = 'nobody' where tenant_id = $tenant and action = 'b'`);
    const { intact, breach, head } = await verify();
    expect([intact, breach?.sequence, breach?.reason, head.sequence]).toEqual([false, 3n, "content", 2n]);
  });

  it("names the link that is missing, and the one that was put on another", async () => {
    await write(["a", "b", "c"]);
    await chain();
    await tamper(`delete from audit_chain where tenant_id = $tenant and sequence = 2`);
    expect((await verify()).breach).toMatchObject({ sequence: 3n, reason: "gap" });
    await tamper(`update audit_chain set sequence = sequence - 1 where tenant_id = $tenant and sequence > 2`);
    expect((await verify()).breach).toMatchObject({ sequence: 2n, reason: "order" });
  });

  it("shows by a head noted elsewhere that all of it was written anew, or cut", async () => {
    await write(["a", "b", "c"]);
    await chain();
    const noted = (await verify()).head;
    expect(await verify(noted)).toMatchObject({ intact: true });
    await tamper(`delete from audit_chain where tenant_id = $tenant and sequence > 3`);
    await tamper(`delete from audit_log where tenant_id = $tenant and action = 'c'`);
    expect((await verify()).intact).toBe(true);
    expect((await verify(noted)).breach).toEqual({ sequence: 4n, auditLogId: null, reason: "gap" });
    await tamper(`delete from audit_chain where tenant_id = $tenant`);
    await write(["d"]);
    await chain();
    expect((await verify()).intact).toBe(true);
    expect((await verify(noted)).breach).toMatchObject({ sequence: 4n, reason: "head" });
  });

  it("is swept for every tenant", async () => {
    await write(["a"]);
    const logger = createLogger({ level: "error", format: "json", process: "test", silent: true });
    expect(await sweepAuditChains({ database: test.database, logger })).toBeGreaterThan(0);
    expect(await verify()).toMatchObject({ intact: true, unchained: { rows: 0 } });
  });

  it("keeps a link from being changed even by the owner of the tables", async () => {
    await chain();
    const change = test.owner.query("update audit_chain set hash = '' where tenant_id = $1", [
      tenant.tenantId,
    ]);
    await expect(change).rejects.toThrow("audit_chain is append-only");
  });
});
