import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Deps } from "#libs/billing/deps.ts";
import { importEvents } from "#libs/billing/usage/import-events.ts";
import { requestImport } from "#libs/billing/usage/request-import.ts";
import { storeParts } from "#libs/billing/usage/import/stored-parts.ts";
import { runImport } from "#libs/billing/usage/run-import.ts";
import { parsePublicId } from "#libs/core/public-id.ts";
import { jobCatalog } from "#libs/jobs/catalog.ts";
import { runJob } from "#libs/jobs/run-job.ts";
import { newId } from "#libs/data/new-id.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";

let world: ApiWorld;
let dir: string;
beforeAll(async () => {
  world = await openApiWorld();
  dir = mkdtempSync(join(tmpdir(), "billwright-api-import-"));
  await world.call("post", "/v1/customers").send({ external_id: "acme", name: "Acme" }).expect(201);
  const meter = { code: "calls", name: "Calls", aggregation: "sum", event_type: "api_call" };
  await world.call("post", "/v1/meters").send(meter).expect(201);
});
beforeEach(async () => {
  await world.test.owner.query("delete from usage_event");
  await world.test.owner.query("delete from usage_hour");
});
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await world.close();
});

const map = "customer=org_id,timestamp=ts,event_type=:api_call,value=n,id=row_id";
const header = "row_id,org_id,ts,n\n";
const line = (n: number) => `r${n},acme,2026/03/${String(1 + (n % 28)).padStart(2, "0")} 10:00,1.5\n`;

/** Good rows; a quoted one over two lines, repeats, conflicts, unknown customers and bad values among them. */
function mixedCsv(rows: number): string {
  const odd = (n: number) => {
    if (n % 1_000 === 1) return `r${n},acme,not a time,1\n`;
    if (n % 1_000 === 2) return line(n - 2);
    if (n % 1_000 === 3) return `r${n - 3},acme,2026/03/01 10:00,99\n`;
    if (n % 1_000 === 4) return `r${n},stranger,2026/03/01 10:00,1\n`;
    if (n % 1_000 === 5) return `"r${n}\nx",acme,2026/03/01 10:00,1\n`;
    if (n % 1_000 === 6) return `r${n},acme\n`;
    return line(n);
  };
  return header + Array.from({ length: rows }, (_, n) => odd(n)).join("");
}

const upload = (body: string | Buffer, query: Record<string, string> = {}, type = "text/csv") =>
  world
    .call("post", "/v1/events/import", world.keys.ingest)
    .query({ map, timezone: "Asia/Kolkata", ...query })
    .set("Content-Type", type)
    .serialize((sent) => sent as string)
    .send(body as unknown as string);
const run = (job: string, deps: Partial<Deps> = {}) =>
  runJob({ ...world.deps, ...deps }, jobCatalog, parsePublicId("job", job) ?? "");
const shown = async (id: string) => {
  return (await world.call("get", `/v1/events/imports/${id}`, world.keys.ingest).expect(200)).body;
};
const imported = async (body: string | Buffer, query: Record<string, string> = {}, type = "text/csv") => {
  const { body: asked } = await upload(body, query, type).expect(202);
  expect(await run(asked.job_id)).toMatchObject({ outcome: "succeeded" });
  return shown(asked.import_id);
};
const sums = async () => {
  const { rows } = await world.test.owner.query<{ events: string; sum: string | null }>(
    "select (select count(*) from usage_event)::text as events, (select trim_scale(sum(sum))::text from usage_hour) as sum",
  );
  return rows[0];
};
/** What the command line makes of the same file in an empty database. */
async function byFile(name: string, content: string | Buffer) {
  const path = join(dir, name);
  writeFileSync(path, content);
  const terms = { map, timezone: "Asia/Kolkata" };
  const { accepted, duplicates, unresolved, rejected, rows } = await importEvents(world.deps, {
    ...{ tenantId: world.tenantId, path, ...terms },
  });
  const found = { rows_read: rows, accepted, duplicates, unresolved, rejected, sums: await sums() };
  await world.test.owner.query("delete from usage_event");
  await world.test.owner.query("delete from usage_hour");
  return found;
}

/** Ends an import at the n-th pass of a point. */
function killedAt(point: string, pass: number): Deps["failpoint"] {
  let seen = 0;
  return (name) => {
    if (name === point && ++seen === pass) throw new Error("killed");
  };
}

describe("POST /v1/events/import", () => {
  it("answers with the job and where to watch it, before anything is imported", async () => {
    const answer = await upload(header + line(1), { file_name: "march.csv" }).expect(202);
    expect(answer.headers["location"]).toBe(`/v1/events/imports/${answer.body.import_id}`);
    expect(await shown(answer.body.import_id)).toMatchObject({
      ...{ state: "pending", file_name: "march.csv", format: "csv", rows_read: 0, bytes_read: 0 },
      ...{ bytes_total: Buffer.byteLength(header + line(1)), job_id: answer.body.job_id },
    });
    expect((await sums())?.events).toBe("0");
    await run(answer.body.job_id);
    expect(await shown(answer.body.import_id)).toMatchObject({
      state: "completed",
      accepted: 1,
      error: null,
    });
  });

  it.each([
    ["plain", (csv: string) => csv, {}, "text/csv"],
    ["a .gz file", (csv: string) => gzipSync(csv), { format: "csv" }, "application/gzip"],
  ])("comes to the same counts as the command line: %s", async (name, pack, query, type) => {
    const content = pack(mixedCsv(6_000));
    const expected = await byFile(`${name}.csv`, content);
    const { rows_read, accepted, duplicates, unresolved, rejected, ...rest } = await imported(
      content,
      query,
      type,
    );
    expect({ rows_read, accepted, duplicates, unresolved, rejected, sums: await sums() }).toEqual(expected);
    expect(expected).toMatchObject({ rows_read: 6_000, duplicates: 6, unresolved: 6, rejected: 18 });
    expect(rest).toMatchObject({ state: "completed", bytes_read: rest.bytes_total });
  });

  it("takes gzip by Content-Encoding, and NDJSON in the API's own form", async () => {
    const event = { event_type: "api_call", customer: "acme", timestamp: "2026-03-01T00:00:00Z", value: 2 };
    const text = ["n1", "n2", "n1"].map((id) => `${JSON.stringify({ id, ...event })}\n`).join("");
    const answer = await world
      .call("post", "/v1/events/import", world.keys.ingest)
      .set("Content-Type", "application/x-ndjson")
      .set("Content-Encoding", "gzip")
      .serialize((sent) => sent as string)
      .send(gzipSync(text) as unknown as string)
      .expect(202);
    await run(answer.body.job_id);
    const expected = { format: "ndjson", rows_read: 3, accepted: 2, duplicates: 1 };
    expect(await shown(answer.body.import_id)).toMatchObject(expected);
  });

  it.each([
    ["before the commit of the second batch", "usage.import:before-commit", 2, 20_000],
    ["after the commit of the first batch", "usage.import:committed", 1, 20_000],
  ])("goes on after a kill %s, and counts nothing twice", async (_what, point, pass, kept) => {
    const csv = mixedCsv(24_000);
    const expected = await byFile("killed.csv", gzipSync(csv));
    const { body: asked } = await upload(gzipSync(csv), { format: "csv" }, "application/gzip").expect(202);
    expect(await run(asked.job_id, { failpoint: killedAt(point, pass) })).toMatchObject({
      outcome: "failed",
    });
    expect(await shown(asked.import_id)).toMatchObject({ state: "running", rows_read: kept });
    expect(await run(asked.job_id)).toMatchObject({ outcome: "succeeded" });
    const { rows_read, accepted, duplicates, unresolved, rejected, state } = await shown(asked.import_id);
    expect(state).toBe("completed");
    expect({ rows_read, accepted, duplicates, unresolved, rejected, sums: await sums() }).toEqual(expected);
  });

  it("removes the stored file when the import has ended, also after a kill in between and of a failed one", async () => {
    const removed: string[] = [];
    const remove = async (key: string) => {
      removed.push(key);
      await world.deps.store.remove(key);
    };
    const store = { ...world.deps.store, remove };
    const { body: asked } = await upload(header + line(1)).expect(202);
    const id = parsePublicId("event_import", asked.import_id) ?? "";
    const key = `${world.tenantId}/imports/${id}/0001`;
    expect(await world.deps.store.head(key)).not.toBeNull();
    const failpoint = killedAt("usage.import:ended", 1);
    expect(await run(asked.job_id, { store, failpoint })).toMatchObject({ outcome: "failed" });
    expect([await shown(asked.import_id), removed]).toMatchObject([{ state: "completed", accepted: 1 }, []]);
    expect(await run(asked.job_id, { store })).toMatchObject({ outcome: "succeeded" });
    expect([removed, await world.deps.store.head(key)]).toEqual([[key], null]);
    const { body: bad } = await upload(Buffer.from(`\ufeff${header}`, "utf16le")).expect(202);
    await run(bad.job_id, { store });
    expect(await shown(bad.import_id)).toMatchObject({ state: "failed" });
    expect(removed).toHaveLength(2);
  });

  it("leaves nothing behind of a file that breaks off", async () => {
    const place = { tenantId: world.tenantId, importId: newId() };
    async function* broken() {
      yield Buffer.alloc(9 * 1024 * 1024, "a");
      throw new Error("the sender went away");
    }
    await expect(storeParts(world.deps.store, place, broken())).rejects.toThrow("the sender went away");
    expect(await world.deps.store.head(`${place.tenantId}/imports/${place.importId}/0001`)).toBeNull();
  });

  const ownCsv = (prefix: string, count: number, day: string) =>
    `id,customer,timestamp,event_type,value\n${Array.from({ length: count }, (_, n) => `${prefix}${n},acme,${day}T10:00:00Z,api_call,1\n`).join("")}`;
  const form = (...files: readonly (readonly [name: string, content: string | Buffer])[]) => {
    const request = world.call("post", "/v1/events/import", world.keys.ingest);
    for (const [name, content] of files) {
      void request.attach("files", Buffer.from(content as Buffer), {
        filename: name,
        contentType: "application/octet-stream",
      });
    }
    return request;
  };

  it("imports several files of one form in their order, and shows how far each came", async () => {
    const event = {
      id: "n1",
      event_type: "api_call",
      customer: "acme",
      timestamp: "2026-03-03T00:00:00Z",
      value: 5,
    };
    const { body: asked } = await form(
      ["a.csv", ownCsv("a", 3, "2026-03-01")],
      ["b.ndjson", `${JSON.stringify(event)}\n{"id":"n2"}\n`],
      ["broken.csv", Buffer.from(`\ufeff${header}`, "utf16le")],
      ["c.csv.gz", gzipSync(ownCsv("a", 4, "2026-03-01"))],
    ).expect(202);
    const before = await shown(asked.import_id);
    expect(before.files.map((file: { name: string; ended: boolean }) => [file.name, file.ended])).toEqual([
      ["a.csv", false],
      ["b.ndjson", false],
      ["broken.csv", false],
      ["c.csv.gz", false],
    ]);
    await run(asked.job_id);
    const after = await shown(asked.import_id);
    expect(after).toMatchObject({
      ...{ state: "failed", rows_read: 9, accepted: 5, duplicates: 3, rejected: 1 },
      ...{ file_name: "a.csv", error: { code: "file_unreadable" } },
      files: [
        { name: "a.csv", format: "csv", rows_read: 3, accepted: 3, duplicates: 0, ended: true, error: null },
        { name: "b.ndjson", format: "ndjson", rows_read: 2, accepted: 1, rejected: 1, error: null },
        { name: "broken.csv", rows_read: 0, ended: true, error: { code: "file_unreadable" } },
        { name: "c.csv.gz", format: "csv", rows_read: 4, accepted: 1, duplicates: 3, error: null },
      ],
    });
    for (const file of after.files.filter((each: { error: unknown }) => each.error === null))
      expect(file.bytes_read).toBe(file.bytes_total);
    expect(after.first_rejects).toMatchObject([{ file: "b.ndjson", line: 2 }]);
    expect(await sums()).toEqual({ events: "5", sum: "9" });
  });

  it("goes on in the file in which it was killed", async () => {
    const files = ["a", "b", "c"].map((name) => [`${name}.csv`, ownCsv(name, 5, "2026-03-02")] as const);
    const { body: asked } = await form(...files).expect(202);
    const failpoint = killedAt("usage.import:before-commit", 2);
    expect(await run(asked.job_id, { failpoint })).toMatchObject({ outcome: "failed" });
    const rowsRead = async () =>
      (await shown(asked.import_id)).files.map((file: { rows_read: number }) => file.rows_read);
    expect(await rowsRead()).toEqual([5, 0, 0]);
    expect(await run(asked.job_id)).toMatchObject({ outcome: "succeeded" });
    expect(await rowsRead()).toEqual([5, 5, 5]);
    expect(await shown(asked.import_id)).toMatchObject({ state: "completed", accepted: 15, duplicates: 0 });
    expect(await sums()).toEqual({ events: "15", sum: "15" });
  });

  it("imports what was sent before an import could have several files", async () => {
    const { body: asked } = await upload(header + line(1), { file_name: "old.csv" }).expect(202);
    await world.test.owner.query("update event_import set files = '[]' where id = $1", [
      parsePublicId("event_import", asked.import_id),
    ]);
    await run(asked.job_id);
    expect(await shown(asked.import_id)).toMatchObject({
      ...{ state: "completed", accepted: 1 },
      files: [{ name: "old.csv", rows_read: 1, accepted: 1, ended: true }],
    });
  });

  it("refuses a form whose file does not tell its format, and keeps none of its parts", async () => {
    const stored = new Set<string>();
    const { put, remove } = world.deps.store;
    const answer = await form(["a.csv", ownCsv("a", 3, "2026-03-01")], ["what.bin", "?"]);
    expect([answer.status, answer.body.code]).toEqual([422, "fields_invalid"]);
    const store = {
      ...world.deps.store,
      put: (object: Parameters<typeof put>[0]) => put(object).finally(() => stored.add(object.key)),
      remove: (key: string) => remove(key).finally(() => stored.delete(key)),
    };
    async function* files() {
      async function* content() {
        yield Buffer.from(header);
      }
      yield { name: "a.csv", format: "csv" as const, content: content() };
      expect(stored.size).toBe(1);
      throw new Error("the sender went away");
    }
    const scope = { tenantId: world.tenantId, actor: "test" };
    await expect(requestImport({ ...world.deps, store }, scope, { files: files() })).rejects.toThrow(
      "went away",
    );
    expect(stored.size).toBe(0);
  });

  it("lets one of two workers go on, and the other one stop without a trace", async () => {
    const { body: asked } = await upload(mixedCsv(24_000)).expect(202);
    const input = {
      tenantId: world.tenantId,
      importId: parsePublicId("event_import", asked.import_id) ?? "",
    };
    const ends = await Promise.allSettled([runImport(world.deps, input), runImport(world.deps, input)]);
    const lost = ends.filter((end) => end.status === "rejected").map((end) => end.reason.code);
    expect(lost).toEqual(["import_taken_over"]);
    expect(await shown(asked.import_id)).toMatchObject({
      state: "completed",
      rows_read: 24_000,
      duplicates: 24,
    });
  });

  it("hands out the rejects with line, field and reason, the first ten at once and all as NDJSON", async () => {
    const bad = Array.from({ length: 12 }, (_, n) => `b${n},acme,never,1\n`).join("");
    const detail = await imported(header + line(1) + bad, { file_name: "bad.csv" });
    expect(detail).toMatchObject({ accepted: 1, rejected: 12 });
    expect(detail.first_rejects).toHaveLength(10);
    const [first] = detail.first_rejects;
    expect(first).toMatchObject({ file: "bad.csv", line: 3, field: "timestamp", column: "ts" });
    expect(first.row).toEqual({ row_id: "b0", org_id: "acme", ts: "never", n: "1" });
    const path = `/v1/events/imports/${detail.id}/rejects`;
    const all = await world.call("get", path).buffer(true).expect(200);
    const lines = all.text
      .trim()
      .split("\n")
      .map((each) => JSON.parse(each));
    expect(lines.map((each) => each.line)).toEqual(Array.from({ length: 12 }, (_, n) => n + 3));
    const rest = await world.call("get", `${path}?after=11`).buffer(true).expect(200);
    expect(rest.text.trim().split("\n")).toHaveLength(1);
  });

  it.each([
    [
      "a map that names no column",
      header + line(1),
      { map: "customer=who,timestamp=ts,event_type=:a" },
      "import_map_invalid",
    ],
    ["a file that is UTF-16", Buffer.from(`\ufeff${header}`, "utf16le"), {}, "file_unreadable"],
    ["a gzip file that is cut", gzipSync(mixedCsv(3_000)).subarray(0, 5_000), {}, "file_unreadable"],
  ])("ends %s as failed, and says why", async (_what, content, query, code) => {
    const detail = await imported(content, query);
    expect(detail).toMatchObject({ state: "failed", error: { code } });
    expect(detail.error.message.length).toBeGreaterThan(20);
    expect(detail.ended_at).not.toBeNull();
  });

  it.each([
    ["a map that is none", { map: "nonsense" }, header, "text/csv", 422, "import_map_invalid"],
    ["an unknown zone", { timezone: "Mars/Olympus" }, header, "text/csv", 422, "timezone_unknown"],
    ["an empty body", {}, "", "text/csv", 400, "body_malformed"],
    ["plain text that says gzip", { format: "csv" }, header, "application/gzip", 400, "body_malformed"],
    ["a gzip file of no format", {}, header, "application/gzip", 422, "fields_invalid"],
    ["another media type", {}, header, "application/pdf", 415, "unsupported_media_type"],
  ])("refuses %s at once", async (_what, query, body, type, status, code) => {
    const answer = await upload(body, query, type);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it("says of plain text that claims to be gzip that it is none, wherever it claims so", async () => {
    const says = /says that it is gzip, and is not: pack it, or send it as text\/csv/;
    const encoded = await upload(header, {}, "text/csv").set("Content-Encoding", "gzip");
    expect([encoded.status, encoded.body.detail]).toEqual([400, expect.stringMatching(says)]);
    const part = await world
      .call("post", "/v1/events/import")
      .attach("file", Buffer.from(header), { filename: "march.csv.gz", contentType: "application/gzip" });
    expect([part.status, part.body.detail]).toEqual([400, expect.stringMatching(says)]);
  });

  it("refuses a file above the limit by what it declares, and a stranger's look", async () => {
    const tooLong = await upload("x")
      .set("Content-Length", String(200 * 1024 * 1024))
      .catch((e: Error) => e);
    expect(tooLong).toMatchObject({ status: 413 });
    const { body: asked } = await upload(header + line(1)).expect(202);
    const path = `/v1/events/imports/${asked.import_id}`;
    for (const each of [path, `${path}/rejects`])
      await world.call("get", each, world.strangerKey).expect(404);
    expect((await world.call("get", "/v1/events/imports", world.strangerKey)).body.data).toEqual([]);
    const mine = await world.call("get", "/v1/events/imports?limit=1").expect(200);
    expect(mine.body.data).toMatchObject([{ id: asked.import_id }]);
  });
});
