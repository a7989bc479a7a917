import { domainError } from "#libs/core/errors.ts";
import { withSystem } from "#libs/data/database.ts";
import { findJobByKey, insertJobs, releaseJobs } from "#libs/data/jobs.ts";
import { makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { pruneEnded } from "./prune-ended.ts";
import { retryJob } from "./retry-work.ts";
import { runWork, type Work } from "./run-work.ts";

describe("runWork", () => {
  let world: WorkWorld;
  let tenant: TestTenant;
  beforeAll(async () => {
    world = await openWorkWorld();
    tenant = await makeTenant(world.test);
  });
  afterAll(() => world.close());

  let keys = 0;
  /** A job of a name that no catalog knows: only these tests run it. */
  const newJob = async (attemptBudget = 3): Promise<string> => {
    keys += 1;
    const seed = {
      name: "test.work",
      queue: "notification",
      key: `test.work/${keys}`,
      payload: {},
      attemptBudget,
    };
    const [id] = await tenant.inTenant((tx) => insertJobs(tx, [seed]));
    return id ?? "";
  };
  const run = (jobId: string, work: Work, leaseMs = 30_000) =>
    runWork({ ...world.deps, leaseMs }, { jobId, timeoutMs: () => 10_000, plan: () => work });
  const transaction = (body: () => Promise<unknown>): Work => ({ kind: "transaction", run: body });
  const job = async (id: string) => {
    const [row] = await world.rows<Record<string, unknown>>(
      "select state, attempts, last_error, result, ended_at is not null as ended from job where id = $1",
      [id],
    );
    return row;
  };

  it("lets one of many deliveries act, whatever order they come in", async () => {
    const id = await newJob();
    let acted = 0;
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () =>
        run(
          id,
          transaction(async () => ({ acted: ++acted })),
        ),
      ),
    );
    expect(acted).toBe(1);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([
      ...Array(7).fill("not_claimed"),
      "succeeded",
    ]);
    expect(
      await run(
        id,
        transaction(async () => ++acted),
      ),
    ).toEqual({ outcome: "not_claimed" });
    expect(await job(id)).toMatchObject({
      state: "succeeded",
      attempts: 1,
      result: { acted: 1 },
      ended: true,
    });
  });

  it("does nothing instead of work that was committed before its failure was heard of", async () => {
    const id = await newJob();
    const recover = jest.fn(async () => ({ instead: true }));
    const failpoint = (name: string) => {
      if (name === "job.test.work:committed") throw new Error("the answer to the commit was lost");
    };
    const work: Work = { kind: "transaction", run: async () => ({ done: true }), recover };
    const input = { jobId: id, timeoutMs: () => 10_000, plan: () => work };
    expect(await runWork({ ...world.deps, failpoint }, input)).toEqual({ outcome: "fenced" });
    expect(recover).not.toHaveBeenCalled();
    expect(await job(id)).toMatchObject({ state: "succeeded", result: { done: true } });
  });

  it("fails for the work's own reason when the other way fails too, and is not held until its lease ends", async () => {
    const id = await newJob();
    const work: Work = {
      kind: "transaction",
      run: () => Promise.reject(new Error("the work's own reason")),
      recover: () => Promise.reject(new Error("no other way")),
    };
    expect(await run(id, work)).toMatchObject({
      outcome: "failed",
      error: { message: "the work's own reason" },
    });
    expect(await job(id)).toMatchObject({ state: "failed" });
  });

  it("gives work whose lease ran out to the next delivery, and fences the first one off before it can commit", async () => {
    const id = await newJob();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let started = () => {};
    const inside = new Promise<void>((resolve) => {
      started = resolve;
    });
    const slow = run(id, {
      kind: "external",
      run: async () => {
        started();
        await held;
        return { by: "slow" };
      },
    });
    await inside;
    await world.test.owner.query("update job set lease_until = now() - interval '1 second' where id = $1", [
      id,
    ]);
    expect(
      await run(
        id,
        transaction(async () => ({ by: "fast" })),
      ),
    ).toEqual({ outcome: "succeeded" });
    release();
    expect(await slow).toEqual({ outcome: "fenced" });
    expect(await job(id)).toMatchObject({ state: "succeeded", attempts: 2, result: { by: "fast" } });
  });

  it("does not begin a transaction for work that was taken over since it was claimed", async () => {
    const id = await newJob();
    const { database } = world.deps;
    const connect = async () => {
      // The job is claimed; before its transaction, another delivery claims it too.
      await world.test.owner.query("update job set attempts = 2 where id = $1", [id]);
      return database.pool.connect();
    };
    const query = database.pool.query.bind(database.pool);
    const deps = { ...world.deps, database: { ...database, pool: { connect, query } as never } };
    let acted = 0;
    const work = transaction(async () => {
      acted += 1;
    });
    const outcome = await runWork(deps, { jobId: id, timeoutMs: () => 10_000, plan: () => work });
    expect([outcome, acted]).toEqual([{ outcome: "fenced" }, 0]);
    expect(await job(id)).toMatchObject({ state: "running", attempts: 2 });
  });

  it("keeps nothing of a transaction that fails, tries again, and is dead with its reason when the budget is used up", async () => {
    const id = await newJob(2);
    const leftBehind = { name: "test.work", queue: "notification", key: "test.work/left", payload: {} };
    const failing: Work = {
      kind: "transaction",
      run: async (tx) => {
        await insertJobs(tx, [{ ...leftBehind, attemptBudget: 1 }]);
        throw new Error("the disk is full");
      },
    };
    expect(await run(id, failing)).toMatchObject({ outcome: "failed" });
    expect(await job(id)).toMatchObject({ state: "failed", attempts: 1, ended: false });
    expect(await run(id, failing)).toMatchObject({ outcome: "dead", error: { message: "the disk is full" } });
    expect(await tenant.inTenant((tx) => findJobByKey(tx, leftBehind.key))).toBeNull();
    expect(await job(id)).toMatchObject({ state: "dead", attempts: 2, ended: true });
  });

  it.each([
    ["s3_bucket_missing", "dead"],
    ["s3_credentials_refused", "dead"],
    ["storage_unavailable", "failed"],
  ] as const)(
    "with %s is %s after its first try: an outage passes, a wrong setting does not",
    async (code, outcome) => {
      const id = await newJob();
      const failing: Work = {
        kind: "external",
        run: async () => {
          throw domainError(code);
        },
      };
      expect(await run(id, failing)).toMatchObject({ outcome, error: { code } });
      expect(await job(id)).toMatchObject({ state: outcome, attempts: 1 });
    },
  );

  it("is dead at once for what no repetition can mend, and alive again when a person retries it", async () => {
    const id = await newJob();
    const refused = transaction(async () => {
      throw domainError("plan_not_found", "there is no plan gold");
    });
    expect(await run(id, refused)).toMatchObject({ outcome: "dead" });
    expect(await job(id)).toMatchObject({
      state: "dead",
      last_error: { code: "plan_not_found", message: "there is no plan gold" },
    });
    await withSystem(world.test.database, (db) => releaseJobs(db, [id], 0));
    expect(await job(id)).toMatchObject({ state: "dead" });
    await tenant.inTenant((tx) => retryJob(tx, { jobId: id }));
    expect(await job(id)).toMatchObject({ state: "pending" });
    expect(
      await run(
        id,
        transaction(async () => null),
      ),
    ).toEqual({ outcome: "succeeded" });
    await expect(tenant.inTenant((tx) => retryJob(tx, { jobId: id }))).rejects.toMatchObject({
      code: "job_not_retryable",
    });
  });

  it("takes a delivery of a dead job for a person's retry: a dashboard may send it once more", async () => {
    const id = await newJob(1);
    const fail = transaction(async () => {
      throw new Error("no");
    });
    expect(await run(id, fail)).toMatchObject({ outcome: "dead" });
    expect(
      await run(
        id,
        transaction(async () => ({ fine: true })),
      ),
    ).toEqual({ outcome: "succeeded" });
  });

  it("waits for an outside that does not answer for three days, however often it is tried", async () => {
    const id = await newJob(1);
    const down: Work = {
      kind: "external",
      run: () => Promise.reject(domainError("provider_unavailable", "down")),
    };
    for (let attempt = 1; attempt <= 5; attempt++)
      expect(await run(id, down)).toMatchObject({ outcome: "failed" });
    const broken: Work = { kind: "external", run: () => Promise.reject(new Error("a fault of ours")) };
    const other = await newJob(1);
    expect(await run(other, broken)).toMatchObject({ outcome: "dead" });
    await world.test.owner.query("update job set created_at = now() - interval '73 hours' where id = $1", [
      id,
    ]);
    expect(await run(id, down)).toMatchObject({ outcome: "dead" });
  });

  it("gives up on work that never answers when its time is over, and lets another try", async () => {
    const id = await newJob();
    const hangs: Work = { kind: "external", run: () => new Promise(() => undefined) };
    const outcome = await runWork(
      { ...world.deps, leaseMs: 30_000 },
      { jobId: id, timeoutMs: () => 50, plan: () => hangs },
    );
    expect(outcome).toMatchObject({ outcome: "failed", error: { code: "work_timed_out" } });
    expect(
      await run(
        id,
        transaction(async () => null),
      ),
    ).toEqual({ outcome: "succeeded" });
  });

  it("keeps the lease of long work alive", async () => {
    const id = await newJob();
    const leaseOf = async () =>
      (await world.rows<{ lease_until: Date }>("select lease_until from job where id = $1", [id]))[0]
        ?.lease_until;
    const work: Work = {
      kind: "external",
      run: async () => {
        const first = await leaseOf();
        while ((await leaseOf())?.getTime() === first?.getTime())
          await new Promise((resolve) => setImmediate(resolve));
        return null;
      },
    };
    expect(await run(id, work, 600)).toEqual({ outcome: "succeeded" });
  });

  it("writes a job once for one business key", async () => {
    const seed = {
      name: "test.work",
      queue: "notification",
      key: "test.work/once",
      payload: {},
      attemptBudget: 1,
    };
    const written = await Promise.all(
      Array.from({ length: 5 }, () => tenant.inTenant((tx) => insertJobs(tx, [seed]))),
    );
    expect(written.flat()).toHaveLength(1);
    expect(await tenant.inTenant((tx) => findJobByKey(tx, seed.key))).toMatchObject({
      id: written.flat()[0],
    });
  });

  it("forgets succeeded jobs after 90 days, and keeps dead ones with their reason", async () => {
    const old = await newJob();
    const young = await newJob();
    const dead = await newJob(1);
    await run(
      old,
      transaction(async () => null),
    );
    await run(
      young,
      transaction(async () => null),
    );
    await run(
      dead,
      transaction(async () => Promise.reject(new Error("no"))),
    );
    await world.test.owner.query("update job set ended_at = now() + interval '2 days' where id = $1", [
      young,
    ]);
    await pruneEnded(world.deps, new Date(Date.now() + 89 * 86_400_000));
    expect(await job(old)).toMatchObject({ state: "succeeded" });
    await pruneEnded(world.deps, new Date(Date.now() + 91 * 86_400_000));
    expect(await job(old)).toBeUndefined();
    expect(await job(young)).toMatchObject({ state: "succeeded" });
    expect(await job(dead)).toMatchObject({ state: "dead" });
  });
});
