import type { PoolClient } from "pg";
import { Temporal } from "temporal-polyfill";
import { createApiKey } from "#libs/billing/catalog/create-api-key.ts";
import { revokeApiKey } from "#libs/billing/catalog/revoke-api-key.ts";
import { noFailpoint } from "#libs/platform/failpoint.ts";
import { openUsageWorld, type UsageWorld } from "#libs/testkit/usage-world.ts";
import { createTenant } from "../catalog/create-tenant.ts";
import { type EventIntake, type IntakeLimits, openEventIntake } from "./event-intake.ts";
import { parseEventJson } from "./event-wire.ts";

const limits: IntakeLimits = {
  events: 1_000,
  bytes: 1_000_000,
  writers: 4,
  writersWithSlow: 8,
  slowMs: 1_000,
  lockTimeoutMs: 10_000, // nobody is to give up while a test holds it
  heldUpMs: 10_000,
  tenantWriters: 2,
  furtherEvents: 1,
};
const waiters = "from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
const AT = "2026-03-01T10:00:00Z";

describe("the event intake", () => {
  let world: UsageWorld;
  let keyId: string;
  let stranger: { tenantId: string; keyId: string };
  let intake: EventIntake;
  /** Holds the commits of every transaction that stores events of ours while it is locked. */
  let gate: PoolClient;

  beforeAll(async () => {
    world = await openUsageWorld("2026-04-01T12:00:00Z");
    await world.addCustomer("acme");
    await world.addCustomer("hot");
    await world.addMeter({ code: "bytes", eventType: "transfer", aggregation: "sum" });
    keyId = await newKey();
    const { tenantId } = await createTenant(world.database, { name: "S", mode: "test", actor: "test" });
    stranger = { tenantId, keyId: "" };
    gate = await world.test.owner.connect();
    await gate.query(`
      create function wait_at_commit() returns trigger language plpgsql as
        $$ begin if new.tenant_id = '${world.scope.tenantId}' then perform pg_advisory_xact_lock(7); end if; return null; end $$;
      create constraint trigger wait_at_commit after insert on usage_event
        deferrable initially deferred for each row execute function wait_at_commit();
      create function refuse_at_commit() returns trigger language plpgsql as
        $$ begin if new.id = 'cursed' then raise 'refused at commit'; end if; return null; end $$;
      create constraint trigger refuse_at_commit after insert on usage_event
        deferrable initially deferred for each row execute function refuse_at_commit()`);
  });
  beforeEach(async () => {
    await world.test.owner.query("truncate usage_event, usage_hour");
    intake = openEventIntake({ database: world.database, failpoint: noFailpoint }, limits);
  });
  afterAll(async () => {
    gate.release();
    await world.close();
  });

  async function newKey(expiresAt?: Temporal.Instant): Promise<string> {
    const { row } = await world.inTenant((tx) =>
      createApiKey(tx, { name: "K", role: "ingest", ...(expiresAt === undefined ? {} : { expiresAt }) }),
    );
    return row.id;
  }

  const transfer = (id: string, value = 1) => ({
    ...{ id, event_type: "transfer", customer: "acme", timestamp: AT, value },
  });
  const request = (events: object[], other: { tenantId?: string; keyId?: string; bytes?: number } = {}) => ({
    ...{ tenantId: world.scope.tenantId, keyId, bytes: 100, ...parseEventJson(events) },
    ...other,
  });
  const take = (...events: object[]) => intake.take(request(events));

  const stored = async () => {
    const { rows } = await world.test.owner.query<{ events: number; counted: number; sum: number }>(
      `select (select count(*)::int from usage_event) as events, (select coalesce(sum(n), 0)::int from usage_hour) as counted,
         (select coalesce(sum(sum), 0)::float8 from usage_hour) as sum`,
    );
    return rows[0];
  };

  /** Runs `fn` while nothing can commit; then lets all commit. */
  async function whileHeld<T>(fn: () => Promise<T>): Promise<T> {
    await gate.query("select pg_advisory_lock(7)");
    try {
      return await fn();
    } finally {
      await gate.query("select pg_advisory_unlock(7)");
    }
  }

  /** Until so many transactions wait: before their commit, or for what one of those has locked. */
  async function untilHeld(count: number): Promise<void> {
    for (;;) {
      const { rows } = await gate.query<{ n: number }>(`select count(*)::int as n ${waiters}`);
      if ((rows[0]?.n ?? 0) >= count) return;
    }
  }

  it("stores what comes at the same time in one transaction with one INSERT", async () => {
    const log = await world.logStatements(() =>
      Promise.all(Array.from({ length: 50 }, (_, n) => take(transfer(`t${n}`)))),
    );
    expect(log.filter((sql) => /\binsert\b/i.test(sql))).toHaveLength(1);
    expect(log.filter((sql) => /^begin/i.test(sql))).toHaveLength(1);
    expect(log).toHaveLength(6);
    expect(await stored()).toEqual({ events: 50, counted: 50, sum: 50 });
  });

  it("answers each request for itself", async () => {
    const [good, mixed, empty] = await Promise.all([
      take(transfer("a1"), transfer("a2")),
      take({ ...transfer("b1"), value: "many" }, { ...transfer("b2"), customer: "unknown" }, transfer("b3")),
      take(),
    ]);
    expect(good).toMatchObject({ accepted: 2, unresolved: 0, rejected: [] });
    expect(mixed).toMatchObject({ accepted: 2, unresolved: 1, rejected: [{ index: 0, id: "b1" }] });
    expect(empty).toMatchObject({ accepted: 0, duplicates: 0, rejected: [] });
  });

  it("counts an event once that two requests of a group bring, the first one's", async () => {
    const answers = await Promise.all([
      take(transfer("same", 5)),
      take(transfer("same", 5), transfer("own")),
      take(transfer("own"), transfer("same", 6)),
    ]);
    expect(answers.map(({ accepted, duplicates }) => [accepted, duplicates])).toEqual([
      [1, 0],
      [1, 1],
      [0, 1],
    ]);
    expect(answers.map(({ conflicts }) => conflicts.map(({ index, id }) => [index, id]))).toEqual([
      [],
      [],
      [[1, "same"]],
    ]);
    expect(await stored()).toEqual({ events: 2, counted: 2, sum: 6 });
  });

  it("does not let one request that fails harm those beside it", async () => {
    const broken = request([transfer("broken")]);
    const events = broken.events.map((event) => ({ ...event, propertiesText: "{no json" }));
    const outcomes = await Promise.allSettled([
      take(transfer("x1")),
      take(transfer("x2")),
      intake.take({ ...broken, events }),
      take(transfer("x3")),
      take(transfer("cursed")),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...["fulfilled", "fulfilled", "rejected", "fulfilled", "rejected"],
    ]);
    expect(await stored()).toEqual({ events: 3, counted: 3, sum: 3 });
  });

  it("answers nothing before the commit, and an error when the commit fails", async () => {
    let answered = 0;
    const taken = await whileHeld(async () => {
      const all = ["h1", "h2"].map((id) => take(transfer(id)).then((answer) => ({ answer, at: ++answered })));
      await untilHeld(1);
      expect([answered, await stored()]).toEqual([0, { events: 0, counted: 0, sum: 0 }]);
      return { all };
    });
    await Promise.all(taken.all);
    expect(await stored()).toEqual({ events: 2, counted: 2, sum: 2 });
    await expect(take(transfer("cursed"))).rejects.toThrow("refused at commit");
    expect(await stored()).toEqual({ events: 2, counted: 2, sum: 2 });
  });

  it("refuses a request whose key was revoked or has expired, and stores those beside it", async () => {
    const revoked = await newKey();
    const expired = await newKey(Temporal.Now.instant().add({ hours: 1 }));
    await world.inTenant((tx) => revokeApiKey(tx, { keyId: revoked }));
    await world.test.owner.query(
      "update api_key set expires_at = now() - interval '1 second' where id = $1",
      [expired],
    );
    const outcomes = await Promise.allSettled([
      take(transfer("k1")),
      intake.take(request([transfer("k2")], { keyId: revoked })),
      intake.take(request([transfer("k3")], { keyId: expired })),
    ]);
    expect(outcomes).toMatchObject([
      { status: "fulfilled" },
      { status: "rejected", reason: { code: "api_key_invalid" } },
      { status: "rejected", reason: { code: "api_key_invalid" } },
    ]);
    expect(await stored()).toEqual({ events: 1, counted: 1, sum: 1 });
  });

  it("keeps tenants apart: each has a transaction of its own, and a key opens its own tenant alone", async () => {
    const other = { tenantId: stranger.tenantId, keyId: await strangersKey() };
    const outcomes = await Promise.allSettled([
      take(transfer("same")),
      intake.take(request([transfer("same")], other)),
      intake.take(request([transfer("theirs")], { ...other, keyId })),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    const { rows } = await world.test.owner.query(
      "select tenant_id, count(*)::int as n, count(customer_id)::int as known from usage_event group by 1 order by n, known desc",
    );
    expect(rows).toEqual([
      { tenant_id: world.scope.tenantId, n: 1, known: 1 },
      { tenant_id: stranger.tenantId, n: 1, known: 0 },
    ]);
  });

  async function strangersKey(): Promise<string> {
    const { rows } = await world.test.owner.query<{ id: string }>(
      `insert into api_key (tenant_id, id, name, role, hash, last_four)
       values ($1, gen_random_uuid(), 'S', 'ingest', gen_random_uuid()::text, '0000') returning id`,
      [stranger.tenantId],
    );
    return rows[0]?.id ?? "";
  }

  it("goes on with other tenants while one waits, and takes no more of that one than its share", async () => {
    const other = { tenantId: stranger.tenantId, keyId: await strangersKey() };
    const waiting = await whileHeld(async () => {
      const all = [take(transfer("w1"))];
      await untilHeld(1);
      all.push(intake.take(request([transfer("w2")], { bytes: 499_900 })));
      await untilHeld(2);
      await expect(take(transfer("w3"))).rejects.toMatchObject({
        ...{ code: "intake_full", kind: "unavailable", details: { retryAfterSeconds: 1 } },
      });
      await intake.take(request([transfer("o1")], { ...other, bytes: 400_000 }));
      return { all };
    });
    await Promise.all(waiting.all);
    expect(await take(transfer("w3"))).toMatchObject({ accepted: 1 });
  });

  it("fills the next group while one commits, and makes it no bigger than its limit", async () => {
    const small = { ...limits, events: 10 };
    intake = openEventIntake({ database: world.database, failpoint: noFailpoint }, small);
    const log = await world.logStatements(async () => {
      const held = await whileHeld(async () => {
        const first = [take(transfer("g0"))];
        await untilHeld(1);
        first.push(...Array.from({ length: 25 }, (_, n) => take(transfer(`n${n}`))));
        await untilHeld(2);
        return { first };
      });
      await Promise.all(held.first);
    });
    expect(log.filter((sql) => /\binsert\b/i.test(sql))).toHaveLength(4);
    expect(await stored()).toEqual({ events: 26, counted: 26, sum: 26 });
  });

  it("waits with few events for the transaction under way, and opens another one for many", async () => {
    intake = openEventIntake(
      { database: world.database, failpoint: noFailpoint },
      { ...limits, furtherEvents: 10 },
    );
    const log = await world.logStatements(async () => {
      const held = await whileHeld(async () => {
        const all = [take(transfer("f0"))];
        await untilHeld(1);
        all.push(...Array.from({ length: 9 }, (_, n) => take(transfer(`few${n}`))));
        const other = { tenantId: stranger.tenantId, keyId: await strangersKey() };
        await intake.take(request([transfer("turn")], other));
        expect(await busyWriters()).toBe(1);
        all.push(take(transfer("many")));
        await untilHeld(2);
        return { all };
      });
      await Promise.all(held.all);
    });
    expect(log.filter((sql) => /\binsert\b/i.test(sql))).toHaveLength(3);
  });

  async function busyWriters(): Promise<number> {
    const { rows } = await gate.query<{ n: number }>(`select count(*)::int as n ${waiters}`);
    return rows[0]?.n ?? 0;
  }

  it("stores what came beside a request whose rows somebody holds", async () => {
    const terms = { ...limits, lockTimeoutMs: 200 };
    intake = openEventIntake({ database: world.database, failpoint: noFailpoint }, terms);
    const holder = await world.test.owner.connect();
    await holder.query("begin");
    await holder.query("select 1 from customer where external_id = 'hot' for update");
    const outcomes = await Promise.allSettled([
      take(transfer("a1")),
      take({ ...transfer("hot1"), customer: "hot" }),
      take(transfer("a2")),
      take(transfer("a3")),
    ]);
    await holder.query("rollback");
    holder.release();
    expect(outcomes).toMatchObject([
      { status: "fulfilled" },
      { status: "rejected", reason: { code: "55P03" } },
      { status: "fulfilled" },
      { status: "fulfilled" },
    ]);
    expect(await stored()).toEqual({ events: 3, counted: 3, sum: 3 });
  });

  it("does not try a group in ever smaller parts that is held up for long", async () => {
    const terms = { ...limits, lockTimeoutMs: 100, heldUpMs: 50 };
    intake = openEventIntake({ database: world.database, failpoint: noFailpoint }, terms);
    const log = await world.logStatements(() =>
      whileHeld(() => Promise.allSettled(["p1", "p2", "p3", "p4"].map((id) => take(transfer(id))))),
    );
    expect(log.filter((sql) => /\binsert\b/i.test(sql))).toHaveLength(1);
  });

  it("does not count writers that wait for rows when other tenants want to write, up to a bound", async () => {
    const terms = { ...limits, writers: 1, writersWithSlow: 2, slowMs: 50 };
    intake = openEventIntake({ database: world.database, failpoint: noFailpoint }, terms);
    const other = { tenantId: stranger.tenantId, keyId: await strangersKey() };
    const held = await whileHeld(async () => {
      const all = [take(transfer("s1"))];
      await untilHeld(1);
      all.push(take(transfer("s2")));
      await intake.take(request([transfer("s3")], other));
      await intake.take(request([transfer("s4")], other));
      expect(await busyWriters()).toBe(1);
      return { all };
    });
    await Promise.all(held.all);
  });

  it("gives a tenant no further transaction above the bound, however slow those are that it has", async () => {
    const terms = { ...limits, writers: 2, tenantWriters: 3, slowMs: 50 };
    intake = openEventIntake({ database: world.database, failpoint: noFailpoint }, terms);
    const other = { tenantId: stranger.tenantId, keyId: await strangersKey() };
    const turn = (id: string) => intake.take(request([transfer(id)], other));
    const held = await whileHeld(async () => {
      const all = [take(transfer("h1"))];
      await untilHeld(1);
      all.push(take(transfer("h2")));
      await untilHeld(2);
      await turn("both are slow");
      all.push(take(transfer("h3")));
      await turn("h3 had its turn");
      all.push(take(transfer("h4")));
      await turn("h4 had its turn");
      return { all };
    });
    await Promise.all(held.all);
    const { rows } = await world.test.owner.query<{ ids: string[] }>(
      "select array_agg(id order by id) as ids from usage_event where id ~ '^h[0-9]$' group by xmin::text order by 1",
    );
    expect(rows.map(({ ids }) => ids)).toEqual([["h1"], ["h2"], ["h3", "h4"]]);
  });

  it("tells every sender of a group whose connection was cut, and takes the next", async () => {
    const cut = await whileHeld(async () => {
      const all = Promise.allSettled([take(transfer("c1")), take(transfer("c2"))]);
      await untilHeld(1);
      await gate.query(`select pg_terminate_backend(pid) ${waiters}`);
      return await all;
    });
    expect(cut.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await take(transfer("c1"), transfer("c2"))).toMatchObject({ accepted: 2 });
    expect(await stored()).toEqual({ events: 2, counted: 2, sum: 2 });
  });
});
