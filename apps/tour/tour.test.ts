import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPayWorld } from "#libs/testkit/pay-world.ts";
import { eventually } from "../sandbox/sandbox-fixture.ts";
import { createNarrator } from "./narrator.ts";
import { payThroughLink } from "./pay-through-link.ts";
import { shorten } from "./shorten.ts";

const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("billwright-tour-"));

describe("npm run tour", () => {
  it("goes from a key to a balanced ledger with every fact as it must be, and leaves nothing behind", async () => {
    const before = folders();
    const child = spawn("npm", ["run", "--silent", "tour"], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
    }
    const [code] = (await once(child, "close")) as [number | null];
    const [, good, all] = /^(\d+) of (\d+) facts are as they must be, in \d+ s$/m.exec(said) ?? [];
    expect([code, said.match(/WRONG.*/g)]).toEqual([0, null]);
    expect([good, Number(all) >= 25]).toEqual([all, true]);
    expect(said.match(/^\$ send .*\n {3}2\d\d /gm)?.length).toBeGreaterThan(20);
    expect(said).toMatch(/The customer pays by the page in Chromium/);
    expect(said).toMatch(/told to stop, and ended with: exit 0$/m);
    const url = /is up at (\S+)/.exec(said)?.[1] ?? "";
    await expect(fetch(`${url}/health/live`)).rejects.toThrow("fetch failed");
    expect(folders()).toEqual(before);
  }, 240_000);

  it("pays as the page's script does where there is no browser", async () => {
    const world = await openPayWorld();
    try {
      const { link, invoiceId } = await world.issue();
      const { stripeUrl } = world.sandbox.sandbox();
      const { way, shown } = await payThroughLink(link, {
        ...{ workDir: join(tmpdir(), "billwright-pdf-test"), stripeUrl },
        chromiumPath: "/there/is/none",
      });
      expect(way).toMatch(/no Chromium here/);
      expect(JSON.parse(shown)).toMatchObject({ state: "open", invoice: { amount_remaining: "12.34" } });
      await eventually(async () => {
        await world.work();
        const { rows } = await world.test.owner.query(
          "select 1 from invoice where id = $1 and payment_status = 'succeeded'",
          [invoiceId],
        );
        return rows.length === 1 ? true : undefined;
      });
    } finally {
      await world.close();
    }
  }, 60_000);

  it("says what differed, and what it is instead", () => {
    const printed: string[] = [];
    const narrator = createNarrator((line) => printed.push(line));
    narrator.fact("the total", "64.26", "64.26");
    narrator.fact("the sum", ["1.00", 2], ["1.00", 3]);
    expect(printed).toEqual([
      "   ok    the total: 64.26",
      '   WRONG the sum: ["1.00",2] instead of ["1.00",3]',
    ]);
    expect([narrator.facts(), narrator.differences()]).toEqual([
      2,
      ['the sum: ["1.00",2] instead of ["1.00",3]'],
    ]);
  });

  it("shortens answers to what a reader needs, and says that it did", () => {
    expect(shorten({ a: null, b: [], c: {}, d: [1, 2, 3, 4, 5, 6], e: "", f: false })).toBe(
      '{"d":[1,2,3,4,"... 2 more"],"e":"","f":false}',
    );
    expect(shorten("x".repeat(200))).toBe(`"${"x".repeat(160)}..."`);
    expect(shorten(Array.from({ length: 4 }, () => ["y".repeat(150), "z".repeat(150)]))).toMatch(
      /\.\.\. \(1\d{3} characters\)$/,
    );
  });
});
