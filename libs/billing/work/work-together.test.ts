import { claimJob, endExternalJob, extendJobLease, insertJobs, type JobRow } from "#libs/data/jobs.ts";
import { makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { logStatements } from "#libs/testkit/log-statements.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { runWork, type Work } from "./run-work.ts";

describe("a job among others of its worker", () => {
  let world: WorkWorld;
  let tenants: TestTenant[];
  beforeAll(async () => {
    world = await openWorkWorld();
    tenants = [await makeTenant(world.test), await makeTenant(world.test)];
  });
  afterAll(() => world.close());

  let keys = 0;
  const newJobs = async (count: number): Promise<string[]> => {
    const ids: string[] = [];
    for (let n = 0; n < count; n++) {
      keys += 1;
      const seed = { name: "test.work", queue: "notification", key: `test.work/${keys}`, payload: { keys } };
      const of = tenants[n % tenants.length] as TestTenant;
      ids.push(...(await of.inTenant((tx) => insertJobs(tx, [{ ...seed, attemptBudget: 3 }]))));
    }
    return ids;
  };
  const runAll = (ids: readonly string[], resultOf: (id: string) => unknown) =>
    Promise.all(
      ids.map((jobId) => {
        const work: Work = { kind: "external", run: async () => resultOf(jobId) };
        return runWork(world.deps, { jobId, timeoutMs: () => 10_000, plan: () => work });
      }),
    );
  const jobs = (ids: readonly string[]) =>
    world.rows<{ id: string; state: string; result: unknown }>(
      "select id, state, result from job where id = any($1)",
      [ids],
    );

  it("is claimed and ended with them, of whatever tenant they are, and keeps its own result", async () => {
    const ids = await newJobs(20);
    const statements = await logStatements(world.test.database, async () => {
      const outcomes = await runAll(ids, (id) => ({ id }));
      expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(["succeeded"]));
    });
    for (const { id, state, result } of await jobs(ids))
      expect([state, result]).toEqual(["succeeded", { id }]);
    expect(statements.length).toBeLessThan(ids.length);
  });

  it("fails alone when its result cannot be stored", async () => {
    const ids = await newJobs(5);
    const broken = ids[3] ?? "";
    await runAll(ids, (id) => (id === broken ? "\u0000" : "fine"));
    const states = (await jobs(ids)).map(({ id, state }) => [id, state]);
    expect(states.sort()).toEqual(ids.map((id) => [id, id === broken ? "failed" : "succeeded"]).sort());
  });

  /** Jobs whose transactions wait until they are let go; `groups` are the rows that each was given. */
  const openGroups = () => {
    const groups: JobRow[][] = [];
    const held: (() => void)[] = [];
    const work: Work = {
      kind: "transaction",
      run: () => Promise.reject(new Error("each of these can go with others")),
      together: async (_tx, rows) => {
        groups.push([...rows]);
        await new Promise<void>((resolve) => {
          held.push(resolve);
        });
        if (rows.some(({ payload }) => payload["isBroken"] === true)) throw new Error("broken");
        return rows.map(({ id }) => ({ id }));
      },
    };
    const start = (jobId: string) =>
      runWork(world.deps, { jobId, timeoutMs: () => 10_000, plan: () => work });
    const until = async (isSo: () => boolean | Promise<boolean>) => {
      while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
    };
    const settle = async <T>(all: Promise<T>): Promise<T> => {
      let isDone = false;
      const settled = all.finally(() => {
        isDone = true;
      });
      await until(() => {
        held.shift()?.();
        return isDone;
      });
      return settled;
    };
    const areClaimed = (ids: readonly string[]) =>
      until(async () => (await jobs(ids)).every(({ state }) => state === "running"));
    return { groups, start, settle, until, areClaimed };
  };

  it("does its work with those of its tenant in one transaction, and keeps its own result", async () => {
    const ids = await newJobs(20);
    const { groups, start, settle, areClaimed } = openGroups();
    const all = ids.map(start);
    await areClaimed(ids);
    const outcomes = await settle(Promise.all(all));
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(["succeeded"]));
    for (const { id, state, result } of await jobs(ids))
      expect([state, result]).toEqual(["succeeded", { id }]);
    for (const group of groups) expect(new Set(group.map((row) => row.tenant_id)).size).toBe(1);
    expect(groups.length).toBeLessThan(ids.length / 2);
    expect(groups.flat()).toHaveLength(ids.length);
  });

  it("does its work alone when that of all fails, and fails alone", async () => {
    const ids = await newJobs(10);
    const broken = ids[6] ?? "";
    await world.test.owner.query("update job set payload = $2 where id = $1", [broken, { isBroken: true }]);
    const { start, settle, areClaimed } = openGroups();
    const all = ids.map(start);
    await areClaimed(ids);
    await settle(Promise.all(all));
    const states = (await jobs(ids)).map(({ id, state }) => [id, state]);
    expect(states.sort()).toEqual(ids.map((id) => [id, id === broken ? "failed" : "succeeded"]).sort());
  });

  it("is left out of a transaction with others when it was taken over before that began", async () => {
    const [first = "", , taken = "", , last = ""] = await newJobs(5);
    const { groups, start, settle, until, areClaimed } = openGroups();
    const under = start(first);
    await until(() => groups.length === 1);
    const waiting = [start(taken), start(last)];
    await areClaimed([taken, last]);
    await world.test.owner.query("update job set attempts = 2 where id = $1", [taken]);
    const outcomes = await settle(Promise.all([under, ...waiting]));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["succeeded", "fenced", "succeeded"]);
    expect(groups.map((rows) => rows.map(({ id }) => id))).toEqual([[first], [last]]);
    expect(await jobs([taken])).toMatchObject([{ state: "running", result: null }]);
  });

  it("keeps its lease while its end waits for theirs", async () => {
    const [first = "", second = ""] = await newJobs(2);
    const deps = { ...world.deps, leaseMs: 300 };
    const end = (jobId: string, run: () => Promise<unknown>) =>
      runWork(deps, { jobId, timeoutMs: () => 10_000, plan: () => ({ kind: "external", run }) });
    const leaseOf = async (id: string) => {
      const [row] = await world.rows<{ lease_until: Date | null }>(
        "select lease_until from job where id = $1",
        [id],
      );
      return row?.lease_until?.getTime() ?? 0;
    };
    const lock = await world.test.owner.connect();
    try {
      await lock.query("begin");
      const isHeld = async () => {
        await lock.query("select from job where id = $1 for update", [first]);
      };
      const firstEnd = end(first, isHeld);
      const { rows } = await lock.query("select pg_backend_pid() as pid");
      const waiting = "select from pg_stat_activity where $1 = any(pg_blocking_pids(pid))";
      while ((await world.rows(waiting, [rows[0].pid])).length === 0);
      const secondEnd = end(second, async () => null);
      let seen = 0;
      for (let extensions = -2; extensions < 2; ) {
        const lease = await leaseOf(second);
        if (lease !== seen) extensions += 1;
        seen = lease;
      }
      await lock.query("rollback");
      expect(await Promise.all([firstEnd, secondEnd])).toEqual(Array(2).fill({ outcome: "succeeded" }));
    } finally {
      lock.release(true);
    }
  });

  it("is not held by the lease of an attempt that lost it", async () => {
    const [id = ""] = await newJobs(1);
    const { database } = world.deps;
    await claimJob(database, id, 30_000);
    const extend = (attempt: number) => extendJobLease(database, { id, attempt, leaseMs: 30_000 });
    expect(await Promise.all([extend(1), extend(2)])).toEqual([true, false]);
    await world.test.owner.query("update job set lease_until = now() - interval '1 second' where id = $1", [
      id,
    ]);
    await claimJob(database, id, 30_000);
    expect(await Promise.all([extend(1), extend(2)])).toEqual([false, true]);
  });

  it("is claimed once by two deliveries that are asked for in one statement", async () => {
    const [before = "", id = ""] = await newJobs(2);
    // The first goes at once; what is asked for meanwhile goes together.
    const claims = [before, id, id].map((each) => claimJob(world.deps.database, each, 30_000));
    const rows = await Promise.all(claims);
    expect(rows.map((row) => row?.id ?? null)).toEqual([before, id, null]);
  });

  it("is not ended by an attempt that lost it", async () => {
    const [id = ""] = await newJobs(1);
    const { database } = world.deps;
    await claimJob(database, id, 30_000);
    await world.test.owner.query("update job set lease_until = now() - interval '1 second' where id = $1", [
      id,
    ]);
    await claimJob(database, id, 30_000);
    expect(await endExternalJob(database, { id, attempt: 1, result: "of the first" })).toBe(false);
    expect(await endExternalJob(database, { id, attempt: 2, result: "of the second" })).toBe(true);
    expect(await world.rows("select result from job where id = $1", [id])).toEqual([
      { result: "of the second" },
    ]);
  });

  it("is not claimed, nor keeps another from it, under an id that is none", async () => {
    const [id = ""] = await newJobs(1);
    const outcomes = await runAll(["not-an-id", id, "019"], () => null);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["not_claimed", "succeeded", "not_claimed"]);
  });
});
