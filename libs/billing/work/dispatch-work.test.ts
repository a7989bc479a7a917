import { claimJob, type DueJob, insertJobs } from "#libs/data/jobs.ts";
import { makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { relayDueWork, sweepLostWork, sweepLostWorkers } from "./dispatch-work.ts";
import { runWork } from "./run-work.ts";

describe("work that was lost", () => {
  let world: WorkWorld;
  let tenant: TestTenant;
  beforeEach(async () => {
    world = await openWorkWorld();
    tenant = await makeTenant(world.test);
    await world.drain();
  });
  afterEach(() => world.close());

  const newJobs = (count: number, attemptBudget = 60) =>
    tenant.inTenant((tx) =>
      insertJobs(
        tx,
        Array.from({ length: count }, (_, n) => ({
          ...{ name: "test.work", queue: "notification", key: `test.work/${n}`, payload: {}, attemptBudget },
        })),
      ),
    );
  const job = async (id: string) => {
    const [row] = await world.rows<{ state: string; attempts: number; last_error: object | null }>(
      "select state, attempts, last_error from job where id = $1",
      [id],
    );
    return row;
  };
  /** A worker that claims the job and ends without a word, and the time until its lease is over. */
  const loseWorker = async (id: string) => {
    await claimJob(world.test.database, id, 30_000);
    await world.test.owner.query("update job set lease_until = now() - interval '1 second' where id = $1", [
      id,
    ]);
  };

  it("goes back to the relay when its worker ended, with the reason and how often", async () => {
    const [id = ""] = await newJobs(1);
    await loseWorker(id);
    expect(await sweepLostWorkers(world.deps)).toBe(1);
    expect(await job(id)).toMatchObject({
      state: "pending",
      last_error: {
        code: "worker_lost",
        losses: 1,
        message: "the worker ended while it had the job, 1 times in a row",
      },
    });
  });

  it("is dead when it ends every worker it is given to, long before its budget is used up", async () => {
    const [id = ""] = await newJobs(1);
    for (let losses = 1; losses < 8; losses++) {
      await loseWorker(id);
      expect(await sweepLostWorkers(world.deps)).toBe(1);
    }
    await loseWorker(id);
    expect(await sweepLostWorkers(world.deps)).toBe(0);
    expect(await job(id)).toMatchObject({ state: "dead", attempts: 8, last_error: { losses: 8 } });
  });

  it("is not dead by a loss whose worker was only slow, and says so when it is back", async () => {
    const [id = ""] = await newJobs(1);
    for (let losses = 1; losses < 8; losses++) {
      await loseWorker(id);
      await sweepLostWorkers(world.deps);
    }
    const seen: unknown[] = [];
    const outcome = await runWork(world.deps, {
      jobId: id,
      timeoutMs: () => 10_000,
      plan: () => ({
        kind: "external",
        run: async () => {
          await world.test.owner.query(
            "update job set lease_until = now() - interval '1 second' where id = $1",
            [id],
          );
          await sweepLostWorkers(world.deps);
          seen.push((await job(id))?.state);
        },
      }),
    });
    expect([...seen, outcome]).toEqual(["dead", { outcome: "fenced" }]);
    expect(await job(id)).toMatchObject({ state: "pending", last_error: { losses: 7 } });
    await loseWorker(id);
    await sweepLostWorkers(world.deps);
    expect(await job(id)).toMatchObject({ state: "dead", last_error: { losses: 8 } });
  });

  it("is dead when its budget is used up by losses, also when the queue delivers it without the sweep", async () => {
    const [id = ""] = await newJobs(1, 2);
    await loseWorker(id);
    await loseWorker(id);
    expect(await claimJob(world.test.database, id, 30_000)).toBeNull();
    await sweepLostWorkers(world.deps);
    expect(await job(id)).toMatchObject({ state: "dead", attempts: 2, last_error: { losses: 2 } });
  });

  it("is not what a transaction holds that takes longer than its lease", async () => {
    const [id = ""] = await newJobs(1);
    const deps = { ...world.deps, leaseMs: 5 };
    const leaseOver = async () =>
      (await world.rows("select from job where id = $1 and state = 'running' and lease_until < now()", [id]))
        .length === 1;
    const second: unknown[] = [];
    const outcome = await runWork(deps, {
      jobId: id,
      timeoutMs: () => 10_000,
      plan: () => ({
        kind: "transaction",
        run: async () => {
          while (!(await leaseOver()));
          second.push(await sweepLostWorkers(world.deps));
          second.push(await claimJob(world.test.database, id, 30_000));
        },
      }),
    });
    expect(second).toEqual([0, null]);
    expect(outcome).toEqual({ outcome: "succeeded" });
  });

  it("is found behind any number of jobs that wait in a slow queue", async () => {
    const ids = await newJobs(7);
    const lost = [...ids].sort().at(-1) ?? "";
    const carrier = { add: async () => undefined, holds: async (row: DueJob) => row.id !== lost };
    await relayDueWork(world.deps, carrier);
    await world.test.owner.query("update job set queued_at = now() - interval '1 hour'");
    let after: string | null = null;
    const released: number[] = [];
    do {
      const options = { olderThanMs: 1_000, retryDelayMs: 1, after, limit: 3 };
      const swept: { released: number; next: string | null } = await sweepLostWork(
        world.deps,
        carrier,
        options,
      );
      released.push(swept.released);
      after = swept.next;
    } while (after !== null);
    expect(released).toEqual([0, 0, 1]);
    expect(await job(lost)).toMatchObject({ state: "pending" });
  });
});
