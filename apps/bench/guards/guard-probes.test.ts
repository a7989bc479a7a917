import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { testSeed } from "#libs/testkit/test-seed.ts";
import { databaseGuards, disagreements } from "./database-guards.ts";
import { guardKinds, guardLabel } from "./guard.ts";
import { inPlace, type OwnerClient, probeVerdict } from "./probe-guard.ts";
import { type Catalog, readCatalog } from "./read-catalog.ts";
import { sampleOf } from "./run-guards.ts";
import { seedRows } from "./seed-rows.ts";

describe("the database", () => {
  let test: TestDatabase;
  let owner: OwnerClient & { release: () => void };
  let catalog: Catalog;
  beforeAll(async () => {
    test = await openTestDatabase();
    owner = await test.owner.connect();
    catalog = await readCatalog(owner);
    await seedRows(owner, catalog);
  });
  afterAll(async () => {
    owner.release();
    await test.close();
  });

  it("holds the guards that are listed, and no other", () => {
    expect(disagreements(catalog)).toEqual([]);
  });

  it("holds no guard that neither a probe nor a named test would miss", () => {
    const guards = databaseGuards(catalog);
    expect(guards.length).toBeGreaterThan(900);
    const idle = guards.filter(({ probes, tests }) => probes.length === 0 && tests.length === 0);
    expect(idle.map(guardLabel)).toEqual([]);
  });

  it.each(guardKinds.filter((kind) => kind !== "code"))(
    "is refused or shown nothing by every %s, and by it alone",
    async (kind) => {
      const guards = databaseGuards(catalog).filter((guard) => guard.kind === kind);
      expect(guards.length).toBeGreaterThan(0);
      const wrong: string[] = [];
      for (const guard of guards) wrong.push(...(await inPlace(owner, guard)));
      expect(wrong).toEqual([]);
    },
  );

  it("lets through what a guard forbids when the guard is gone", async () => {
    const probed = databaseGuards(catalog).filter(({ probes }) => probes.length > 0);
    for (const guard of sampleOf(probed, 100, testSeed("guards"))) {
      const verdict = await probeVerdict(owner, guard);
      expect(verdict).toMatchObject({ guard: { name: guard.name }, troubles: [] });
      expect(verdict.noticedBy).toHaveLength(guard.probes.length);
    }
  });

  it("that lacks a guard, or holds one more, disagrees with the lists", async () => {
    const changes: readonly (readonly [change: string, sentence: string])[] = [
      [
        "alter table coupon drop constraint coupon_value",
        "check coupon.coupon_value is in apps/bench/guards/lists and not in the database",
      ],
      [
        "alter table coupon add constraint one_more check (percent_off <= 100)",
        "check coupon.one_more is in the database and not in apps/bench/guards/lists",
      ],
      [
        "grant delete on ledger_posting to billwright_app",
        "grant delete on ledger_posting to billwright_app is in the database and not in apps/bench/guards/lists",
      ],
      [
        "alter table coupon no force row level security",
        "row security coupon is in apps/bench/guards/lists and not in the database",
      ],
    ];
    for (const [change, sentence] of changes) {
      await owner.query("begin");
      await owner.query(change);
      const found = disagreements(await readCatalog(owner));
      await owner.query("rollback");
      expect(found).toEqual([sentence]);
    }
  });
});
