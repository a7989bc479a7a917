import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectStripeAccount, stripeAccountSecret } from "#libs/billing/payment/stripe-account.ts";
import { childEnvironment } from "#libs/platform/config.ts";
import { createSecretBox } from "#libs/platform/secret-box.ts";
import { makeTenant } from "#libs/testkit/factories.ts";
import { insertIssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";

type Run = { readonly code: number | null; readonly out: string; readonly err: string };

describe("the billwright command", () => {
  let test: TestDatabase;
  let dir: string;
  beforeAll(async () => {
    test = await openTestDatabase();
    dir = mkdtempSync(join(tmpdir(), "billwright-cli-"));
  });
  afterAll(async () => {
    await test.close();
    rmSync(dir, { recursive: true, force: true });
  });

  function billwright(
    args: readonly string[],
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Run> {
    const env = childEnvironment({ DATABASE_URL: test.url, BILLWRIGHT_DATA_DIR: dir, ...settings });
    const child = spawn(process.execPath, [".config/billwright.cjs", ...args], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks = { out: "", err: "" };
    child.stdout.on("data", (chunk: Buffer) => {
      chunks.out += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      chunks.err += chunk.toString();
    });
    return new Promise((resolve) => child.once("close", (code) => resolve({ code, ...chunks })));
  }

  it("reconciles, and ends with 3 when something does not agree", async () => {
    const fresh = await openTestDatabase();
    try {
      const tenant = await makeTenant(fresh);
      const settings = { DATABASE_URL: fresh.url };
      const whole = await billwright(["reconcile", "--check", "ledger", "--check", "stripe"], settings);
      expect(whole).toMatchObject({ code: 0, out: expect.stringContaining("everything agrees") });
      expect(whole.out).toContain("stripe: off");
      await insertIssuedInvoice(fresh, tenant);
      const broken = await billwright(["reconcile", "--check", "ledger", "--json"], settings);
      expect(broken.code).toBe(3);
      expect(JSON.parse(broken.out)).toMatchObject({
        ...{ state: "completed", checks: ["ledger"] },
        findings: expect.arrayContaining([expect.objectContaining({ code: "I6", severity: "critical" })]),
      });
      const refused = await billwright(["reconcile", "--check", "moon"], settings);
      expect(refused).toMatchObject({ code: 2, err: expect.stringContaining("moon") });
    } finally {
      await fresh.close();
    }
  }, 120_000);

  type Finding = { check: string; level: string; detail: string; advice?: string };
  const findingsOf = (run: Run) => JSON.parse(run.out) as Finding[];

  it("makes a tenant and a key of it, whose secret is shown once and never listed", async () => {
    const made = await billwright(["tenant", "create", "Acme", "--mode", "test", "--json"]);
    const tenant = JSON.parse(made.out) as { id: string };
    const key = await billwright(["keys", "create", "--role", "ingest", "--tenant", tenant.id]);
    expect(key.out).toMatch(/^bw_test_\w{32,}\n$/);
    const listed = await billwright(["keys", "list", "--tenant", tenant.id]);
    expect(listed.out).toContain("ingest");
    expect(listed.out).not.toContain(key.out.trim());
    expect([made.code, key.code, listed.code]).toEqual([0, 0, 0]);
  });

  it.each([
    [["frobnicate"], "unknown command"],
    [["jobs", "list", "--state", "nope"], "Allowed choices are pending"],
    [["jobs", "list", "--limit", "0"], "a whole number from 1 to 100"],
    [["jobs", "retry"], "--queue, --name or --all"],
    [["keys", "revoke", "nonsense"], "is no key id"],
    [["invoice", "show", "INV-NOPE"], 'there is no invoice "INV-NOPE"'],
    [["jobs", "list", "--tenant", "abc"], 'there is no tenant "abc"'],
    [["tenant", "create", "X", "--clock", "tomorrow"], "2026-01-01T00:00:00Z"],
  ])("answers %j with what is wrong and exit 2", async (args, says) => {
    const run = await billwright(args);
    expect(run).toMatchObject({ code: 2, out: "" });
    expect(run.err).toContain(says);
    expect(run.err).not.toContain("    at ");
  });

  it("says what is wrong with a setting, and masks secrets when it shows them", async () => {
    const wrong = await billwright(["config", "show"], { PORT: "eighty" });
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.err).toContain('PORT (port of the API): given "eighty"; allowed: a whole number');
    const shown = await billwright(["config", "show"], { STRIPE_API_KEY: "sk_test_very_secret" });
    expect(shown.code).toBe(0);
    expect(shown.out).toContain("(set, not shown)");
    expect(shown.out).not.toContain("very_secret");
  });

  it("has a doctor who finds a dead job and says what to do", async () => {
    const { rows } = await test.owner.query<{ id: string }>("select id from tenant limit 1");
    await test.owner.query(
      `insert into job (tenant_id, id, name, queue, key, payload, state, attempt_budget, last_error)
       values ($1, gen_random_uuid(), 'invoice.email', 'email-delivery', 'k', '{}', 'dead', 1, '{"code": "mail_rejected", "message": "no such mailbox"}')`,
      [rows[0]?.id],
    );
    const run = await billwright(["doctor", "--json"]);
    expect(run.code).toBe(3);
    expect(findingsOf(run).filter((finding) => finding.level === "problem")).toMatchObject([
      {
        detail: "1 x invoice.email: no such mailbox",
        advice: expect.stringContaining("billwright jobs retry --name invoice.email"),
      },
    ]);
  }, 120_000);

  it("has a doctor who sees a job that fails again and again, and a run that ended with errors", async () => {
    await billwright(["tenant", "create", "Beta", "--mode", "test"]);
    const { rows } = await test.owner.query<{ id: string }>("select id from tenant where name = 'Beta'");
    const tenantId = rows[0]?.id;
    await test.owner.query(
      `insert into job (tenant_id, id, name, queue, key, payload, state, attempts, attempt_budget, last_error)
       values ($1, gen_random_uuid(), 'invoice.store_pdf', 'storage-upload', 'k', '{}', 'failed', 7, 60, '{"code": "s3_bucket_missing", "message": "There is no bucket pdfs"}'),
              ($1, gen_random_uuid(), 'invoice.email', 'email-delivery', 'l', '{}', 'failed', 1, 60, '{"code": "mail_unavailable", "message": "failed once"}')`,
      [tenantId],
    );
    await test.owner.query(
      `insert into billing_run (tenant_id, id, kind, key, month, state, dry_run, deadline_at)
       values ($1, gen_random_uuid(), 'month', 'a', '2026-02', 'completed_with_errors', false, now()),
              ($1, gen_random_uuid(), 'month', 'b', '2026-01', 'completed_with_errors', true, now())`,
      [tenantId],
    );
    const run = await billwright(["doctor", "--json"]);
    expect(findingsOf(run).filter((finding) => finding.check.startsWith("Beta: "))).toMatchObject([
      { level: "warning", check: "Beta: customers" },
      {
        level: "problem",
        check: "Beta: failing jobs",
        detail: "1 x invoice.store_pdf, 7 tries in vain so far: There is no bucket pdfs",
      },
      {
        level: "warning",
        check: "Beta: runs with errors",
        detail: expect.stringContaining("1 billing run of the last seven days ended with errors"),
        advice: expect.stringContaining("/v1/billing_runs/run_"),
      },
    ]);
  }, 120_000);

  it("has a doctor who names a broken invariant, puts the account aside, and repairs lost work but no money", async () => {
    const fresh = await openTestDatabase();
    const doctor = async (...args: string[]) => {
      const run = await billwright(["doctor", "--json", ...args], { DATABASE_URL: fresh.url });
      expect(run.code).toBe(3);
      return findingsOf(run).filter(({ check }) => check.startsWith("Test tenant: "));
    };
    try {
      const tenant = await makeTenant(fresh);
      const { invoiceId } = await insertIssuedInvoice(fresh, tenant);
      const amounts = () =>
        fresh.owner.query(
          "select to_jsonb(i) - 'updated_at' as row from invoice i union all select to_jsonb(l) from invoice_line l",
        );
      await fresh.owner.query("update invoice set finalized_at = now() - interval '1 hour'");
      const found = await doctor("--deep");
      expect(found).toContainEqual(
        expect.objectContaining({
          ...{ check: "Test tenant: I6", level: "problem", severity: "critical" },
          detail: expect.stringContaining("is not in the ledger"),
          breaches: [expect.objectContaining({ subject_type: "invoice", subject_id: invoiceId })],
        }),
      );
      expect(found).toContainEqual(
        expect.objectContaining({ check: "Test tenant: I19", detail: expect.stringContaining("has no PDF") }),
      );
      const { rows } = await fresh.owner.query("select parked_code from subscription");
      expect(rows).toEqual([{ parked_code: "invariant_breached" }]);
      const before = (await amounts()).rows;
      const repaired = await doctor("--repair");
      expect(repaired).toContainEqual(
        expect.objectContaining({
          check: "Test tenant: repair",
          detail: "1 jobs of deliveries were sent off again",
        }),
      );
      expect(repaired.map(({ check }) => check)).not.toContain("Test tenant: I19");
      expect(repaired.map(({ check }) => check)).toContain("Test tenant: I6");
      expect((await amounts()).rows).toEqual(before);
    } finally {
      await fresh.close();
    }
  }, 120_000);

  it.each([
    [["--since", "yesterday"], 'given "yesterday"'],
    [["--since", "2026-01-01", "--deep"], "is not allowed beside --deep"],
  ])("has a doctor who refuses %j with exit 2", async (args, says) => {
    const run = await billwright(["doctor", ...args]);
    expect(run).toMatchObject({ code: 2, out: "" });
    expect(run.err).toContain(says);
  });

  it("has a doctor who ends with 3 when there are only warnings", async () => {
    const fresh = await openTestDatabase();
    try {
      const run = await billwright(["doctor", "--json"], {
        ...{ DATABASE_URL: fresh.url, DRY_RUN: "true", PROCESS_MONTH: "2026-01" },
      });
      for (const check of ["dry run", "month"]) {
        expect(JSON.parse(run.out)).toContainEqual(expect.objectContaining({ check, level: "warning" }));
      }
      const worth = findingsOf(run).filter((finding) => finding.level !== "ok");
      expect(worth.map((finding) => finding.level)).not.toContain("problem");
      expect(worth).toContainEqual(expect.objectContaining({ check: "tenants", level: "warning" }));
      expect(run.code).toBe(3);
    } finally {
      await fresh.close();
    }
  }, 120_000);

  it("rotates a key, and ends the old one after the overlap", async () => {
    const tenant = await makeTenant(test);
    const made = await billwright(["keys", "create", "--tenant", tenant.tenantId, "--json"]);
    const { id } = JSON.parse(made.out) as { id: string };
    const args = ["keys", "rotate", id, "--overlap", "PT1H", "--tenant", tenant.tenantId];
    const rotated = await billwright(args);
    expect(rotated).toMatchObject({ code: 0, out: expect.stringMatching(/^bw_test_\w{32,}\n$/) });
    const listed = await billwright(["keys", "list", "--tenant", tenant.tenantId]);
    expect(listed.out).toMatch(new RegExp(`^${id} .* until \\d{4}-`, "m"));
    expect(listed.out).toMatch(/^key_\w+ .* active /m);
  }, 120_000);

  it("seals secrets again with the newest key, and says what it needs for that", async () => {
    const [before, after] = ["1a".repeat(32), "2b".repeat(32)];
    const tenant = await makeTenant(test);
    const box = createSecretBox([before]);
    await connectStripeAccount(
      { database: test.database, box, apiBase: null },
      { tenantId: tenant.tenantId, actor: "test", accountId: "acct_cli", webhookSecret: "whsec_x" },
    );
    expect(await billwright(["secrets", "reseal"])).toMatchObject({
      ...{ code: 2, err: expect.stringContaining("MASTER_KEY must be set") },
    });
    const lacking = await billwright(["secrets", "reseal"], { MASTER_KEY: after });
    expect(lacking).toMatchObject({ code: 3, out: expect.stringContaining(`key ${box.keyIds[0]}`) });
    const done = await billwright(["secrets", "reseal"], { MASTER_KEY: `${after},${before}` });
    expect(done).toMatchObject({ code: 0, out: expect.stringMatching(/^sealed again: 1; /) });
    expect(await stripeAccountSecret(test.database, createSecretBox([after]), "acct_cli")).toBe("whsec_x");
  }, 120_000);

  it("says that there is no database, and how to get one, with exit 4", async () => {
    const run = await billwright(["jobs", "list"], { DATABASE_URL: "" });
    expect(run).toMatchObject({ code: 4 });
    expect(run.err).toContain("billwright up");
  });
});
