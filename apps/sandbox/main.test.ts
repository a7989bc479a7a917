import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JournalEntry } from "./journal.ts";
import { stripeClient } from "./sandbox-fixture.ts";

const dataDir = mkdtempSync(join(tmpdir(), "billwright-sandbox-main-"));
const children: ChildProcess[] = [];

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(dataDir, { recursive: true, force: true });
});

type Ready = { readonly stripeUrl: string; readonly smtpPort: number };

async function start(
  ...args: readonly string[]
): Promise<{ child: ChildProcess; ready: Ready; exit: Promise<number | null> }> {
  const loader = require.resolve("tsx");
  const child = spawn(process.execPath, [
    "--conditions=source",
    "--import",
    loader,
    join(__dirname, "main.ts"),
    ...args,
  ]);
  children.push(child);
  const exit = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const line = await new Promise<string>((resolve) => {
    child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString()));
    child.once("exit", () => resolve("{}"));
  });
  return { child, ready: JSON.parse(line) as Ready, exit };
}

const flags = ["--data-dir", dataDir, "--port", "0"];

describe("the sandbox as a process", () => {
  it("loses nothing that it answered when it is killed, and cuts off a half-written line", async () => {
    const first = await start(...flags);
    const created: string[] = [];
    const stripe = stripeClient(first.ready.stripeUrl);
    for (let i = 0; i < 20; i += 1)
      created.push((await stripe.customers.create({}, { idempotencyKey: `k${i}` })).id);
    first.child.kill("SIGKILL");
    await first.exit;
    appendFileSync(join(dataDir, "stripe.ndjson"), '{"writes":[{"table":"customer"');
    appendFileSync(join(dataDir, "journal.ndjson"), '{"seq":99');

    const second = await start(...flags);
    const again = stripeClient(second.ready.stripeUrl);
    const listed = await again.customers.list({ limit: 100 });
    expect(listed.data.map(({ id }) => id).reverse()).toEqual(created);
    expect((await again.customers.create({}, { idempotencyKey: "k3" })).id).toBe(created[3]);
    const answer = await fetch(`${second.ready.stripeUrl}/_sandbox/journal?service=stripe`);
    const { entries } = (await answer.json()) as { entries: JournalEntry[] };
    expect(entries.filter(({ effect }) => effect).flatMap(({ objects }) => objects)).toEqual(created);
    second.child.kill("SIGTERM");
    expect(await second.exit).toBe(0);
  });

  it("refuses unknown flags and ports with exit code 2", async () => {
    expect(await (await start("--colour", "red")).exit).toBe(2);
    expect(await (await start("--port", "70000")).exit).toBe(2);
  });
});

describe("its pages", () => {
  it("show what runs, to this machine only", async () => {
    const { ready } = await start(...flags);
    const page = await (await fetch(`${ready.stripeUrl}/`)).text();
    expect(page).toContain("Billwright sandbox");
    expect(page).toContain(`127.0.0.1:${ready.smtpPort}`);
    const evil = { origin: "https://evil.example", "content-type": "text/plain" };
    const crossSite = await fetch(`${ready.stripeUrl}/_sandbox/clock`, {
      method: "POST",
      body: '{"advance_seconds":1}',
      headers: evil,
    });
    expect(crossSite.status).toBe(403);
    expect((await fetch(`${ready.stripeUrl}/nothing`)).status).toBe(404);
    expect((await fetch(`${ready.stripeUrl}/_sandbox/clock`, { method: "DELETE" })).status).toBe(405);
    expect((await fetch(`${ready.stripeUrl}/_sandbox/journal?since=yesterday`)).status).toBe(400);
  });
});
