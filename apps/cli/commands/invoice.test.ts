import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childEnvironment } from "#libs/platform/config.ts";
import { type MeteredWorld, openMeteredWorld } from "#libs/testkit/metered-world.ts";

describe("billwright invoice", () => {
  let world: MeteredWorld;
  let dir: string;
  let number: string;
  beforeAll(async () => {
    world = await openMeteredWorld();
    dir = mkdtempSync(join(tmpdir(), "billwright-cli-"));
    const tenant = await world.start("2026-02-01T00:00:00Z");
    await tenant.send("7.25", "2026-01-10T00:10:00Z");
    await tenant.send("4.75", "2026-01-11T00:20:00Z");
    const { invoices } = await tenant.bill();
    const [row] = await world.rows<{ number: string }>("select number from invoice where id = $1", [
      invoices.at(-1)?.invoiceId,
    ]);
    number = row?.number ?? "";
  });
  afterAll(async () => {
    await world.close();
    rmSync(dir, { recursive: true, force: true });
  });

  function billwright(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
    const env = childEnvironment({ DATABASE_URL: world.test.url, BILLWRIGHT_DATA_DIR: dir });
    const child = spawn(process.execPath, [".config/billwright.cjs", "invoice", ...args], {
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

  it("explains every line in words that a customer can read", async () => {
    const { out, code } = await billwright("explain", number);
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      `Invoice ${number}`,
      "",
      "Base fee: 10.00 USD",
      "  From 2026-02-01 until 2026-03-01 (not included). Quantity: 1.",
      "  Price: flat: 1 x 10 = 10.",
      "  Rounded once, halves away from zero: 10 is 10.00 USD.",
      "",
      "Calls: 6.50 USD",
      "  From 2026-01-01 until 2026-02-01 (not included). Quantity: 12, counted from 2 events on 2 days of the period.",
      "  Price: graduated: 12 = 6.5.",
      "    above 0 up to 10: 10 x 0.5 = 5",
      "    above 10: 2 x 0.25 + 1 = 1.5",
      "  Rounded once, halves away from zero: 6.5 is 6.50 USD.",
      "",
      "Subtotal 16.50 USD, total 16.50 USD, due 16.50 USD",
      "",
    ]);
  });

  it("proves an invoice, and ends with 3 when it no longer comes out the same", async () => {
    expect(await billwright("replay", number)).toMatchObject({
      code: 0,
      out: `${number} comes out the same, byte for byte (1 lines from single events, 1 from stored inputs, 0 held against their seal)\n`,
    });
    await world.test.owner.query("alter table usage_event disable trigger user");
    await world.test.owner.query("update usage_event set value = 5 where value = 4.75");
    const spoilt = await billwright("replay", number, "--json");
    expect(spoilt.code).toBe(3);
    expect(JSON.parse(spoilt.out)).toMatchObject({
      identical: false,
      differences: [{ step: "usage" }, { step: "inputs" }, {}, {}, {}, {}, {}],
    });
  });
});
