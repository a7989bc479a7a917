import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createLogger } from "#libs/platform/logger.ts";
import { openUsageWorld, type UsageWorld } from "#libs/testkit/usage-world.ts";
import { type ImportInput, importEvents } from "./import-events.ts";

const logger = createLogger({ level: "info", format: "json", process: "test", silent: true });

describe("importEvents", () => {
  let world: UsageWorld;
  let dir: string;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "billwright-import-"));
    world = await openUsageWorld("2026-04-02T00:00:00Z");
    for (const customer of ["acme", "bob", "Zażółć, Ltd"]) await world.addCustomer(customer);
    await world.addMeter({ code: "calls", eventType: "api_call", aggregation: "sum", groupBy: ["region"] });
  });
  beforeEach(async () => {
    await world.test.owner.query("delete from usage_event");
    await world.test.owner.query("delete from usage_hour");
  });
  afterAll(async () => {
    rmSync(dir, { recursive: true, force: true });
    await world.close();
  });

  const write = (name: string, content: string | Buffer) => {
    const path = join(dir, name);
    writeFileSync(path, content);
    return path;
  };
  const load = (path: string, input: Partial<ImportInput> = {}) =>
    importEvents(
      { database: world.database, logger },
      { tenantId: world.scope.tenantId, path, map, ...input },
    );
  const stored = async () => {
    const { rows } = await world.test.owner.query<{ event: string }>(
      `select concat_ws(' ', id, source, customer_ref, to_char(timestamp at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS'),
         trim_scale(value), properties) as event from usage_event order by timestamp, id`,
    );
    return rows.map((row) => row.event);
  };
  const counted = async () => {
    const { rows } = await world.test.owner.query<{ sum: string | null }>(
      "select trim_scale(sum(sum))::text as sum from usage_hour",
    );
    return rows[0]?.sum;
  };
  const readRejects = (path: string) =>
    readFileSync(path, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const map = "customer=org_id,timestamp=ts,event_type=:api_call,value=n,id=row_id,properties.region=region";

  it("reads CSV with any column names, a byte order mark, quotes, line ends in cells and CRLF", async () => {
    const csv = [
      "\ufeffrow_id,org_id,ts,n,region,unused",
      'a1,acme,2026/03/31 23:59:59,2.50,"eu ""west""",x',
      '"a2","Zażółć, Ltd",2026/04/01 00:00,"1","two\r\nlines",',
      "",
      "a3,bob,2026-03-31T18:30:00+05:30,7,,x",
    ].join("\r\n");
    const summary = await load(write("a.csv", csv), { timezone: "Asia/Kolkata" });
    expect(summary).toMatchObject({ rows: 3, accepted: 3, rejected: 0, unresolved: 0, stopped: false });
    expect(await stored()).toEqual([
      "a3  bob 2026-03-31T13:00:00.000 7 {}",
      'a1  acme 2026-03-31T18:29:59.000 2.5 {"region": "eu \\"west\\""}',
      'a2  Zażółć, Ltd 2026-03-31T18:30:00.000 1 {"region": "two\\nlines"}',
    ]);
    expect(await counted()).toBe("10.5");
  });

  it.each([
    [";", "semicolons.csv"],
    ["\t", "tabs.tsv"],
    ["|", "bars.txt"],
  ])("tells the delimiter %j from the header", async (delimiter, name) => {
    const csv = [
      ["row_id", "org_id", "ts", "n", '"region, or, none"'],
      ["d1", "acme", "1774981800", "3", '"a,b,c"'],
    ];
    const path = write(name, csv.map((cells) => `${cells.join(delimiter)}\n`).join(""));
    const summary = await load(path, { map: `${map.slice(0, -6)}"region, or, none"` });
    expect(summary).toMatchObject({ rows: 1, accepted: 1, rejected: 0 });
    expect(await stored()).toEqual(['d1  acme 2026-03-31T18:30:00.000 3 {"region": "a,b,c"}']);
  });

  it("reads NDJSON by dot paths, plain and gzip, and counts what both hold once", async () => {
    const lines = [
      { key: 17, org: { id: "acme" }, at: 1774981800123, usage: { "calls.n": 4 }, where: "eu" },
      { key: "x", org: { id: "bob" }, at: "2026-03-01T00:00:00Z", usage: { "calls.n": "0.5" } },
    ].map((each) => `${JSON.stringify(each)}\n`);
    const ndjson = "id=key,customer=org.id,timestamp=at,meter=:calls,value=usage.n,properties.region=where";
    const text = lines.join("\n").replaceAll('"calls.n"', '"n"');
    const plain = await load(write("n.ndjson", text), { map: ndjson });
    const zipped = await load(write("n.jsonl.gz", gzipSync(text)), { map: ndjson });
    expect(plain).toMatchObject({ rows: 2, accepted: 2, duplicates: 0, rejected: 0 });
    expect(zipped).toMatchObject({ rows: 2, accepted: 0, duplicates: 2, rejected: 0 });
    expect(await stored()).toEqual([
      "x  bob 2026-03-01T00:00:00.000 0.5 {}",
      '17  acme 2026-03-31T18:30:00.123 4 {"region": "eu"}',
    ]);
    expect(await counted()).toBe("4.5");
  });

  it("reads NDJSON in the API's own form, and CloudEvents, without a map", async () => {
    const own = { id: "o1", event_type: "api_call", customer: "acme", timestamp: "1774981800", value: 1 };
    const cloud = {
      ...{ specversion: "1.0", id: "o2", source: "app", type: "api_call", subject: "acme" },
      ...{ time: "2026-03-31T18:30:00Z", data: { value: 2 } },
    };
    const text = `${JSON.stringify(own)}\n${JSON.stringify(cloud)}\n`;
    expect(await load(write("own.ndjson", text), { map: undefined })).toMatchObject({ accepted: 2 });
    expect(await counted()).toBe("3");
  });

  it("writes each row that it cannot take to the rejects file, and takes the others", async () => {
    const csv = [
      "row_id,org_id,ts,n,region",
      "b1,acme,2026-03-01T00:00:00Z,1,eu",
      "b2,acme,31.03.2026,1,eu",
      "b3,acme,2026-03-01T00:00:00Z,many,eu",
      "b4,,2026-03-01T00:00:00Z,1,eu",
      "b5,acme,2026-03-01T00:00:00Z,1",
      'b6,acme,2026-03-01T00:00:00Z,1,"never closed',
      'b7,acme,2026-03-01T00:00:00Z,1,a "quote" inside',
      "b8,acme,2026-05-01T00:00:00Z,1,eu",
      "b1,acme,2026-03-01T00:00:00Z,9,eu",
      "b9,bob,2026-03-01T00:00:00Z,2,us",
      ",bob,2026-03-01T00:00:00Z,2,us",
      "b10,bob,,2,us",
    ].join("\n");
    const rejectsPath = join(dir, "rejects.ndjson");
    const path = write("bad.csv", csv);
    const summary = await load(path, { rejectsPath });
    expect(summary).toMatchObject({ rows: 12, accepted: 2, duplicates: 0, rejected: 10, conflicts: 1 });
    const rejects = readRejects(rejectsPath);
    expect(rejects.map(({ line, field, code }) => [line, field, code])).toEqual([
      [3, "timestamp", "timestamp_invalid"],
      [4, "value", "usage_value_invalid"],
      [5, "customer", "field_required"],
      [6, "", "event_malformed"],
      [7, "", "event_malformed"],
      [8, "", "event_malformed"],
      [9, "timestamp", "timestamp_in_future"],
      [10, "id", "event_conflict"],
      [12, "id", "field_required"],
      [13, "timestamp", "field_required"],
    ]);
    expect(rejects[0]).toEqual({
      ...{ file: path, line: 3, field: "timestamp", column: "ts", code: "timestamp_invalid" },
      reason: expect.stringContaining("31.03.2026"),
      row: { row_id: "b2", org_id: "acme", ts: "31.03.2026", n: "1", region: "eu" },
    });
    expect(rejects[3]?.["reason"]).toBe("4 cells, where the header has 5");
    expect(rejects[4]).toMatchObject({ reason: expect.stringContaining("that closes a cell") });
    expect(rejects[5]).toMatchObject({
      reason: expect.stringContaining("not quoted"),
      row: expect.any(String),
    });
    expect(summary.firstRejects).toHaveLength(10);
    expect(await counted()).toBe("3");
  });

  it("rejects lines that are no JSON objects, are not UTF-8 or too long", async () => {
    const good = { id: "g", customer: "acme", timestamp: "2026-03-01T00:00:00Z", meter: "calls", value: 1 };
    const lines = [
      JSON.stringify(good),
      '{"id": "g2",',
      "[1]",
      `{"id": "${"x".repeat(1_100_000)}"}`,
      '{"id": "g3", "customer": "M\xfcller"}',
      JSON.stringify({ ...good, id: "g4", nonsense: true }),
      JSON.stringify({ ...good, id: "g5" }),
    ];
    const path = write("bad.ndjson", Buffer.from(lines.join("\n"), "latin1"));
    const summary = await load(path, { map: undefined });
    expect(summary).toMatchObject({ rows: 7, accepted: 2, rejected: 5 });
    expect(summary.firstRejects.map(({ line, field, reason }) => [line, field, reason.slice(0, 24)])).toEqual(
      [
        [2, "", "the line is no JSON: Exp"],
        [3, "", "the line is no JSON obje"],
        [4, "", "longer than 1048576 char"],
        [5, "", "the row is not UTF-8 (or"],
        [6, "nonsense", '"nonsense" is no field o'],
      ],
    );
  });

  it("counts rows without ids once however often they are imported, and equal rows as often as they stand there", async () => {
    const csv =
      "org_id,ts,n,region\nacme,2026-03-01T00:00:00Z,1,eu\nacme,2026-03-01T00:00:00Z,1,eu\nacme,bad,1,eu\n";
    const noId = map.replace("id=row_id,", "");
    const first = await load(write("noid.csv", csv), { map: noId });
    expect(first).toMatchObject({ rows: 3, accepted: 2, rejected: 1 });
    const again = await load(write("renamed.csv.gz", gzipSync(csv)), { map: noId });
    expect(again).toMatchObject({ accepted: 0, duplicates: 2, rejected: 1 });
    const corrected = `${csv.replace("bad", "2026-03-02T00:00:00Z")}acme,2026-03-03T00:00:00Z,5,eu\n`;
    const grown = await load(write("noid.csv", corrected), { map: noId });
    expect(grown).toMatchObject({ accepted: 2, duplicates: 2, rejected: 0, conflicts: 0 });
    expect(await counted()).toBe("8");
    const other = await load(write("noid.csv", corrected), { map: `${noId},source=:eu` });
    expect(other).toMatchObject({ accepted: 4, duplicates: 0 });
  });

  it("stops between batches when it is told to, and goes on from there when it is repeated", async () => {
    const rows = Array.from({ length: 6_000 }, (_, n) => `s${n},acme,2026-03-01T00:00:00Z,1,eu`);
    const path = write("long.csv", `row_id,org_id,ts,n,region\n${rows.join("\n")}\n`);
    const stop = new AbortController();
    const seen: number[] = [];
    const summary = await load(path, {
      ...{ batchSize: 250, signal: stop.signal },
      onProgress: (progress) => {
        seen.push(progress.rows);
        stop.abort();
      },
    });
    expect(summary.stopped).toBe(true);
    expect(summary.accepted).toBe(seen.at(-1));
    expect(summary.accepted).toBeLessThan(6_000);
    const rest = await load(path);
    expect(rest).toMatchObject({
      ...{ stopped: false, rows: 6_000, duplicates: summary.accepted },
      accepted: 6_000 - summary.accepted,
    });
    expect(await counted()).toBe("6000");
  });

  it("refuses a map that does not fit the file, unreadable files and unknown zones before it stores anything", async () => {
    const path = write("ok.csv", "row_id,org_id,ts,n,n\na,acme,2026-03-01T00:00:00Z,1,1\n");
    const cut = write("cut.csv.gz", gzipSync(Buffer.from("row_id,org_id,ts,n,region\n")).subarray(0, 20));
    const refusals: [() => Promise<unknown>, string, string][] = [
      [() => load(path), "import_map_invalid", "two columns"],
      [() => load(path, { map: map.replace("=org_id", "=org") }), "import_map_invalid", 'no column "org"'],
      [() => load(path, { map: undefined }), "import_map_invalid", '"row_id" is not'],
      [() => load(path, { timezone: "Mars/Base" }), "timezone_unknown", "Mars/Base"],
      [() => load(join(dir, "missing.csv")), "file_unreadable", "there is no file"],
      [() => load(dir, { format: "csv" }), "file_unreadable", "is a folder"],
      [() => load(write("x.xlsx", "PK")), "fields_invalid", "does not tell its format"],
      [() => load(write("u16.csv", Buffer.from("\ufeffa,b", "utf16le"))), "file_unreadable", "UTF-16"],
      [() => load(write("empty.csv", "")), "import_map_invalid", "column names"],
      [() => load(cut), "file_unreadable", "damaged or cut gzip"],
      [() => load(path, { batchSize: 0 }), "fields_invalid", "1 to 20000"],
      [
        () =>
          load(path, {
            tenantId: "00000000-0000-7000-8000-00000000dead",
            map: map.replace("value=n,", "").replace("region=region", "region=ts"),
          }),
        "tenant_not_found",
        "",
      ],
    ];
    for (const [refused, code, message] of refusals) {
      await expect(refused()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    }
    expect(await stored()).toEqual([]);
  });
});
