import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childEnvironment } from "#libs/platform/config.ts";
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
    expect(wrong.err).toContain('PORT: given "eighty"');
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
    const findings = JSON.parse(run.out) as { level: string; detail: string; advice?: string }[];
    expect(findings.filter((finding) => finding.level === "problem")).toMatchObject([
      {
        detail: "1 x invoice.email: no such mailbox",
        advice: expect.stringContaining("billwright jobs retry --name invoice.email"),
      },
    ]);
  });

  it("says that there is no database, and how to get one, with exit 4", async () => {
    const run = await billwright(["jobs", "list"], { DATABASE_URL: "" });
    expect(run).toMatchObject({ code: 4 });
    expect(run.err).toContain("billwright up");
  });
});
