import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

describe("billwright up", () => {
  const dir = mkdtempSync(join(tmpdir(), "billwright-up-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  type Settings = Readonly<Record<string, string>>;

  function command(args: readonly string[], settings: Settings = {}) {
    return spawn(process.execPath, [".config/billwright.cjs", ...args], {
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", BILLWRIGHT_DATA_DIR: dir, ...settings },
      stdio: ["pipe", "pipe", "pipe"],
    });
  }

  /** Starts the command as a person does; resolves when it says that it is up. */
  async function start(settings: Settings = {}) {
    const child = command(["up"], { PORT: "3900", LOG_LEVEL: "error", ...settings });
    const ended = once(child, "exit") as Promise<[number | null, string | null]>;
    let printed = "";
    const complaints: string[] = [];
    child.stderr.setEncoding("utf8").on("data", (text: string) => complaints.push(text));
    const isUp = new Promise<void>((resolve) => {
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
        if (printed.includes("Ctrl-C")) resolve();
      });
    });
    await Promise.race([
      isUp,
      ended.then(() => {
        throw new Error(`it ended before it was up: ${printed}${complaints.join("")}`);
      }),
    ]);
    return { child, ended, printed, complaints, url: /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0] ?? "" };
  }

  /** What another command prints, started in another shell that knows the data folder alone. */
  async function ask(...args: string[]): Promise<{ code: number | null; out: string }> {
    return tell("", ...args);
  }

  /** As `ask`, with something to read. */
  async function tell(input: string, ...args: string[]): Promise<{ code: number | null; out: string }> {
    const child = command(args);
    child.stdin.end(input);
    child.stderr.pipe(process.stderr);
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    const [code] = (await once(child, "close")) as [number | null];
    return { code, out };
  }

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "stops everything in order on %s, database included",
    async (signal) => {
      const { child, ended, url, complaints } = await start();
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      child.kill(signal);
      expect(await ended).toEqual([0, null]);
      expect(complaints).toEqual([]);
      expect(existsSync(join(dir, "postgres/PG_VERSION"))).toBe(true);
      expect(existsSync(join(dir, "postgres/postmaster.pid"))).toBe(false);
      expect(existsSync(join(dir, "connection.json"))).toBe(false);
    },
    120_000,
  );

  it("takes the next free port when its own is taken, and says so", async () => {
    const other = createServer().listen(3900, "127.0.0.1");
    await Promise.race([once(other, "listening"), once(other, "error")]);
    const { child, ended, url, printed } = await start();
    expect(printed).toContain(`port 3900 is taken, using ${new URL(url).port}\n`);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    child.kill("SIGTERM");
    await ended;
    other.close();
  }, 120_000);

  it("is found by commands of another shell, which go by its settings and not by their own", async () => {
    const { child, ended, url } = await start({
      INVOICE_ENABLE_EMAIL: "true",
      INVOICE_SMTP_HOST: "127.0.0.1",
      INVOICE_SMTP_PORT: "9",
      INVOICE_SMTP_FROM: "billing@example.com",
      ADMIN_EMAIL: "ops@example.com",
      ADMIN_PASSWORD: "a password to keep",
      ...{ INVOICE_ENABLE_STRIPE: "true", STRIPE_API_KEY: "sk_test_x", STRIPE_WEBHOOK_SECRET: "whsec_x" },
      STRIPE_API_BASE: "http://127.0.0.1:9",
    });
    const shown = await ask("config", "show");
    expect(shown.out).toContain(`at ${url}\n`);
    expect(shown.out).toMatch(/^INVOICE_SMTP_HOST +127\.0\.0\.1$/m);
    expect(shown.out).toMatch(/^ADMIN_PASSWORD +\(known to the running stack alone\)$/m);
    const left = join(dir, "connection.json");
    expect(readFileSync(left, "utf8")).not.toContain("a password to keep");
    expect(statSync(left).mode & 0o777).toBe(0o600);
    await ask("tenant", "create", "Acme", "--mode", "test");
    expect(await ask("jobs", "list")).toEqual({ code: 0, out: "no such jobs\n" });
    const doctor = await ask("doctor", "--json");
    const findings = JSON.parse(doctor.out) as { check: string; level: string; detail: string }[];
    expect(findings[0]).toMatchObject({ check: "configuration", detail: expect.stringContaining(url) });
    expect(findings).toContainEqual(expect.objectContaining({ check: "email", level: "problem" }));
    expect(findings).toContainEqual(expect.objectContaining({ check: "payment links", detail: "on" }));
    expect(doctor.code).toBe(3);
    const account = ["tenant", "stripe-account", "acct_up"];
    expect(await tell("whsec_\n", ...account)).toEqual({ code: 2, out: "" });
    expect(await tell("whsec_0123456789abcdefghijklmn\n", ...account)).toEqual({
      ...{ code: 0, out: `endpoint: ${url}/webhooks/stripe/acct_up\n` },
    });
    const sealed = (await ask("doctor", "--json")).out;
    expect(sealed).not.toContain("master_key_missing");
    child.kill("SIGTERM");
    await ended;
  }, 150_000);
});
