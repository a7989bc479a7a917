import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openUsageWorld, type UsageWorld } from "#libs/testkit/usage-world.ts";

type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

const map = "customer=org,timestamp=ts,event_type=:api_call,value=n,id=id";

describe("billwright import events", () => {
  let world: UsageWorld;
  let dir: string;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "billwright-cli-"));
    world = await openUsageWorld("2026-04-01T00:00:00Z");
    await world.addCustomer("acme");
    await world.addMeter({ code: "calls", eventType: "api_call", aggregation: "sum" });
  });
  afterAll(async () => {
    rmSync(dir, { recursive: true, force: true });
    await world.close();
  });

  const start = (args: string[], databaseUrl: string) =>
    spawn(
      process.execPath,
      ["--conditions=source", "--import", "tsx", "apps/cli/main.ts", "import", "events", ...args],
      { env: { PATH: "/usr/bin:/bin", DATABASE_URL: databaseUrl, BILLWRIGHT_DATA_DIR: dir } },
    );
  const ended = (child: ReturnType<typeof start>): Promise<Ended> => {
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk.toString();
    });
    return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
  };
  const run = (args: string[], databaseUrl = world.test.url) => ended(start(args, databaseUrl));
  const write = (name: string, rows: readonly string[]) => {
    const path = join(dir, name);
    writeFileSync(path, `id,org,ts,n\n${rows.join("\n")}\n`);
    return path;
  };
  const countStored = async () => {
    const { rows } = await world.test.owner.query<{ n: number }>(
      "select count(*)::int as n from usage_event",
    );
    return rows[0]?.n ?? 0;
  };

  it("ends with 0 when every row is taken, and with 3 when some are not, which the rejects file names", async () => {
    const good = write("good.csv", ["a,acme,2026/03/01 10:00,1", "b,acme,2026/03/01 10:01,2"]);
    const mixed = write("mixed.csv", ["c,acme,2026/03/01 10:02,1", "d,acme,soon,2"]);
    const zone = ["--timezone", "Asia/Kolkata", "--map", map];
    expect(await run([good, ...zone])).toEqual({
      code: 0,
      out: `${good}: 2 rows, 2 accepted, 0 known already, 0 rejected\n`,
      err: "",
    });
    const rejects = join(dir, "rejects.ndjson");
    writeFileSync(rejects, "of an earlier import\n");
    const partial = await run([good, mixed, ...zone, "--rejects", rejects, "--json"]);
    expect({ code: partial.code, err: partial.err }).toEqual({ code: 3, err: "" });
    expect(JSON.parse(partial.out)).toMatchObject({
      stopped: false,
      files: [
        { file: good, rows: 2, accepted: 0, duplicates: 2, rejected: 0 },
        { file: mixed, rows: 2, accepted: 1, duplicates: 0, rejected: 1 },
      ],
    });
    expect(JSON.parse(readFileSync(rejects, "utf8"))).toMatchObject({ file: mixed, line: 3, column: "ts" });
  });

  it("ends with 2 on bad input, and says what is allowed", async () => {
    const path = write("bad.csv", ["e,acme,2026-03-01T00:00:00Z,1"]);
    const cases: [string[], string][] = [
      [[path, "--map", map.replace("=org", "=customer_id")], 'there is no column "customer_id" for customer'],
      [[join(dir, "missing.csv"), "--map", map], "there is no file"],
      [[path, "--map", map, "--rejects", path], "names a file that is read"],
      [[path, "--form", "csv"], "unknown option '--form'"],
    ];
    const results = await Promise.all(cases.map(([args]) => run(args)));
    for (const [place, [, message]] of cases.entries()) {
      expect(results[place]).toMatchObject({ code: 2, out: "", err: expect.stringContaining(message) });
    }
    expect(existsSync(path)).toBe(true);
  });

  it("ends with 4 when the database cannot be reached", async () => {
    const path = write("down.csv", ["f,acme,2026-03-01T00:00:00Z,1"]);
    const url = new URL(world.test.url);
    url.port = "9";
    expect(await run([path, "--map", map], url.href)).toMatchObject({ code: 4, out: "" });
  });

  it("ends with 130 when it is stopped, with everything stored that it says", async () => {
    const before = await countStored();
    const rows = Array.from({ length: 100_000 }, (_, n) => `s${n},acme,2026-03-01T00:00:00Z,1`);
    const child = start(
      [write("long.csv", rows), "--map", map, "--batch-size", "200", "--json"],
      world.test.url,
    );
    const end = ended(child);
    while ((await countStored()) === before && child.exitCode === null) await new Promise(setImmediate);
    child.kill("SIGINT");
    const { code, out, err } = await end;
    expect({ code, err }).toEqual({ code: 130, err: expect.stringContaining("nothing counts twice") });
    const { stopped, files } = JSON.parse(out) as { stopped: boolean; files: { accepted: number }[] };
    expect({ stopped, accepted: files[0]?.accepted }).toEqual({
      stopped: true,
      accepted: (await countStored()) - before,
    });
  });

  it("shows two examples in its help", async () => {
    const { code, out } = await run(["--help"]);
    expect({ code, examples: out.match(/^ {2}billwright import events \S+/gm)?.length }).toEqual({
      code: 0,
      examples: 2,
    });
  });
});
