import { Temporal } from "temporal-polyfill";
import { startBillingRun } from "#libs/billing/run/start-billing-run.ts";
import { makeSubscription, makeTenant } from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { followRun } from "./follow-run.ts";

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe("following a run on a terminal", () => {
  let world: WorkWorld;
  const wasTerminal = { out: process.stdout.isTTY, err: process.stderr.isTTY };
  beforeAll(async () => {
    world = await openWorkWorld();
  });
  afterAll(() => world.close());
  afterEach(() => {
    jest.restoreAllMocks();
    process.stdout.isTTY = wasTerminal.out;
    process.stderr.isTTY = wasTerminal.err;
  });

  it("shows no bar of 0/0 while the run is planned, and counts one organization as one", async () => {
    const tenant = await makeTenant(world.test, { clockNow: Temporal.Instant.from("2026-02-01T00:00:00Z") });
    await makeSubscription(tenant, { startsAt: Temporal.Instant.from("2026-01-01T00:00:00Z") });
    const { runId } = await tenant.inTenant((tx) =>
      startBillingRun(tx, { kind: "month", month: "2026-01", dryRun: false }),
    );
    let printed = "";
    const note = (chunk: unknown) => {
      printed += String(chunk);
      return true;
    };
    jest.spyOn(process.stdout, "write").mockImplementation(note);
    jest.spyOn(process.stderr, "write").mockImplementation(note);
    process.stdout.isTTY = true;
    process.stderr.isTTY = true;
    let reads = 0;
    const { promise: lookedTwice, resolve } = deferred();
    const { pool } = world.test.database;
    const database = {
      ...world.test.database,
      get pool() {
        reads += 1;
        if (reads === 2) resolve();
        return pool;
      },
    };
    const following = followRun(database, {
      tenantId: tenant.tenantId,
      runId,
      stopped: new Promise(() => undefined),
    });
    await lookedTwice;
    await world.drain();
    expect((await following)?.run.state).toBe("completed");
    expect(printed).toContain("📋 Found 1 active organization to invoice");
    expect(printed).not.toMatch(/\b0\/0\b/);
  });
});
