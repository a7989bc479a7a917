import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { migrate } from "./migrate.ts";

describe("migrate", () => {
  let db: TestDatabase;
  let dir: string;

  beforeAll(async () => {
    db = await openTestDatabase();
    dir = mkdtempSync(join(tmpdir(), "billwright-migrate-"));
    cpSync("prisma/schema.prisma", join(dir, "schema.prisma"));
    cpSync("prisma/migrations", join(dir, "migrations"), { recursive: true });
  });

  afterAll(async () => {
    await db.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const add = (name: string, sql: string) => {
    mkdirSync(join(dir, "migrations", name), { recursive: true });
    writeFileSync(join(dir, "migrations", name, "migration.sql"), sql);
  };
  const run = () => migrate(db.ownerUrl, db.url, dir);
  const isValid = async (index: string) =>
    (await db.owner.query("select indisvalid from pg_index where indexrelid = to_regclass($1)", [index]))
      .rows[0]?.indisvalid as boolean | undefined;

  it("gives up a migration that waits too long for a lock, whole, and applies it when it is asked again", async () => {
    add(
      "29990101000000_note",
      "ALTER TABLE tenant ADD COLUMN planted TEXT;\nSET LOCAL lock_timeout = '200ms';\nALTER TABLE invoice ADD COLUMN planted TEXT;\n",
    );
    const blocker = await db.owner.connect();
    await blocker.query("begin");
    await blocker.query("lock table invoice in access share mode");
    await expect(run()).rejects.toThrow("lock timeout");
    await blocker.query("rollback");
    blocker.release();
    const columns = () =>
      db.owner.query("select table_name from information_schema.columns where column_name = 'planted'");
    expect((await columns()).rows).toEqual([]);
    expect(await run()).toEqual({ applied: ["29990101000000_note"] });
    expect((await columns()).rows).toHaveLength(2);
  });

  it("builds an index concurrently while other processes wait to migrate too", async () => {
    add("29990101000001_index", "CREATE INDEX CONCURRENTLY planted_at ON invoice (created_at);\n");
    const results = await Promise.all([run(), run(), run()]);
    expect(results.flatMap(({ applied }) => applied)).toEqual(["29990101000001_index"]);
    expect(await isValid("planted_at")).toBe(true);
  });

  it("takes away the invalid index of a build that broke off, and builds it again", async () => {
    await db.owner.query("create table planted (a int)");
    await db.owner.query("insert into planted values (1), (1)");
    add("29990101000002_unique", "CREATE UNIQUE INDEX CONCURRENTLY planted_key ON planted (a);\n");
    await expect(run()).rejects.toThrow("Unique constraint failed: planted_key");
    expect(await isValid("planted_key")).toBe(false);
    await db.owner.query("truncate planted");
    expect(await run()).toEqual({ applied: ["29990101000002_unique"] });
    expect(await isValid("planted_key")).toBe(true);
  });
});
