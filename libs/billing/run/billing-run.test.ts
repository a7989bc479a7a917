import { Temporal } from "temporal-polyfill";
import {
  flatPrice,
  makeCustomer,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
} from "#libs/testkit/factories.ts";
import { schedulesOf } from "#libs/jobs/schedules.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { updateSettings } from "../catalog/update-settings.ts";
import { unparkSubscription } from "../subscription/unpark-subscription.ts";
import { startBillingRun } from "./start-billing-run.ts";
import { unparkMended } from "./unpark-mended.ts";
import { sweepDueBoundaries } from "./sweep-due-boundaries.ts";

const at = (text: string) => Temporal.Instant.from(text);
const february = at("2026-02-01T00:00:00Z");

describe("a billing run, through its jobs", () => {
  let world: WorkWorld;
  beforeAll(async () => {
    world = await openWorkWorld({ batchSize: 4 });
  });
  afterAll(() => world.close());

  const subscriber = async (tenant: TestTenant, timezone = "UTC", planId?: string): Promise<string> => {
    const customer = await makeCustomer(tenant, { timezone });
    const id = planId ?? (await makePlan(tenant, { prices: [flatPrice()] })).id;
    const startsAt = Temporal.PlainDateTime.from("2026-01-01").toZonedDateTime(timezone).toInstant();
    const fields = { customer: { id: customer.id }, plan: { id }, timezone, startsAt };
    return (await makeSubscription(tenant, fields)).id;
  };
  const startJanuary = (tenant: TestTenant, dryRun = false) =>
    tenant.inTenant((tx) => startBillingRun(tx, { kind: "month", month: "2026-01", dryRun }));
  const runs = (tenant: TestTenant) =>
    world.rows(
      "select kind, state, organizations, already_billed, waiting_zones, recovered_at is not null as recovered from billing_run where tenant_id = $1 order by id",
      [tenant.tenantId],
    );
  const billed = async (tenant: TestTenant) =>
    (
      await world.rows<{ subscription_id: string }>(
        "select subscription_id from invoice where tenant_id = $1 and number is not null order by number",
        [tenant.tenantId],
      )
    ).map((row) => row.subscription_id);

  it("bills a month in chunks, delivers it, and is completed; a second run finds nothing left", async () => {
    const tenant = await makeTenant(world.test, { clockNow: february });
    for (let n = 0; n < 6; n++) await subscriber(tenant);
    await startJanuary(tenant);
    await world.drain();
    expect(await runs(tenant)).toMatchObject([{ state: "completed", organizations: 6, already_billed: 0 }]);
    expect(await billed(tenant)).toHaveLength(6);
    const chunks = "select id from job where tenant_id = $1 and name = 'invoice.generate'";
    expect(await world.rows(chunks, [tenant.tenantId])).toHaveLength(2);
    const stored = "select id from artifact where tenant_id = $1 and stored_at is not null";
    expect(await world.rows(stored, [tenant.tenantId])).toHaveLength(6);

    await startJanuary(tenant);
    await world.drain();
    expect((await runs(tenant))[1]).toMatchObject({ state: "completed", already_billed: 6 });
    expect(await billed(tenant)).toHaveLength(6);
  });

  it("lets zones join the same run, one after the other, when their month ends, however late that is", async () => {
    const tenant = await makeTenant(world.test, { clockNow: february });
    const early = await subscriber(tenant, "Asia/Tokyo");
    const middle = await subscriber(tenant, "America/New_York");
    const late = await subscriber(tenant, "Pacific/Honolulu");
    const { runId } = await startJanuary(tenant);
    await world.drain();
    expect(await billed(tenant)).toEqual([early]);
    const waiting = { state: "generated", organizations: 3, already_billed: 0 };
    expect(await runs(tenant)).toMatchObject([waiting]);
    await world.test.owner.query(
      "update billing_run set deadline_at = now() - interval '1 hour' where id = $1",
      [runId],
    );
    await world.drain();
    expect(await runs(tenant)).toMatchObject([waiting]);

    await world.advance(tenant, at("2026-02-01T05:00:00Z"));
    expect(await billed(tenant)).toEqual([early, middle]);
    expect(await runs(tenant)).toMatchObject([{ ...waiting, waiting_zones: ["Pacific/Honolulu"] }]);
    const newcomer = await subscriber(tenant, "America/Anchorage");
    await world.advance(tenant, at("2026-02-01T09:00:00Z"));
    await world.advance(tenant, at("2026-02-01T10:00:00Z"));
    expect(await billed(tenant)).toEqual([early, middle, newcomer, late]);
    expect(await runs(tenant)).toMatchObject([
      { kind: "month", state: "completed", organizations: 4, waiting_zones: [] },
      { kind: "due", state: "completed" },
    ]);
  });

  it("parks the one subscription that cannot be billed, names it, and is recovered after the repair", async () => {
    const tenant = await makeTenant(world.test, { clockNow: february });
    const good = await subscriber(tenant);
    const broken = await subscriber(tenant);
    const breakPrices = (timezone: string) =>
      world.test.owner.query(
        "update item_schedule set timezone = $2 where tenant_id = $1 and subscription_item_id in (select id from subscription_item where subscription_id = $3)",
        [...[tenant.tenantId, timezone, broken]],
      );
    await breakPrices("Mars/Olympus");
    await startJanuary(tenant);
    await world.drain();
    expect(await billed(tenant)).toEqual([good]);
    expect(await runs(tenant)).toMatchObject([{ state: "completed_with_errors" }]);
    const parked = await world.rows<{ parked_reason: string }>(
      "select id, parked_code, parked_reason from subscription where tenant_id = $1 and parked_at is not null",
      [tenant.tenantId],
    );
    expect(parked).toMatchObject([{ id: broken }]);
    expect(parked[0]?.parked_reason).toMatch(/mars\/olympus/i);
    await startJanuary(tenant);
    await world.drain();
    expect((await runs(tenant))[1]).toMatchObject({ organizations: 2, already_billed: 1 });

    await breakPrices("UTC");
    await tenant.inTenant((tx) => unparkSubscription(tx, { subscriptionId: broken }));
    await world.tick();
    expect(await billed(tenant)).toEqual([good, broken]);
    expect((await runs(tenant))[0]).toMatchObject({ state: "completed", recovered: true });
  });

  it.each(["core", "the database"])(
    "starts no run for what %s still refuses, and one when it was mended",
    async (who) => {
      const tenant = await makeTenant(world.test, { clockNow: february });
      const broken = await subscriber(tenant);
      const owner = (sql: string, values: readonly unknown[] = []) =>
        world.test.owner.query(sql, [...values]);
      const setZone = (timezone: string) =>
        owner(
          "update item_schedule set timezone = $1 where subscription_item_id in (select id from subscription_item where subscription_id = $2)",
          [timezone, broken],
        );
      const rested = () =>
        owner("update subscription set parked_at = now() - interval '16 minutes' where id = $1", [broken]);
      if (who === "core") await setZone("Mars/Olympus");
      else {
        await owner(`create or replace function refuse_again() returns trigger language plpgsql as $$
        begin if new.subscription_id = '${broken}' then raise exception 'refused on purpose'; end if; return new; end $$`);
        await owner(
          "create trigger refuse_again before insert on invoice for each row execute function refuse_again()",
        );
      }
      const parked = () =>
        world.rows<{ code: string | null; rests: boolean }>(
          "select parked_code as code, parked_at > now() - interval '1 minute' as rests from subscription where id = $1",
          [broken],
        );
      await world.tick();
      expect(await runs(tenant)).toMatchObject([{ kind: "due", state: "completed_with_errors" }]);
      const [first] = await parked();
      expect(first?.code).not.toBeNull();

      await rested();
      await Promise.all([sweepDueBoundaries(world.deps), sweepDueBoundaries(world.deps)]);
      await world.tick();
      expect(await runs(tenant)).toHaveLength(1);
      expect(await parked()).toEqual([{ code: first?.code, rests: true }]);
      expect(await billed(tenant)).toEqual([]);

      if (who === "core") await setZone("UTC");
      else await owner("drop trigger refuse_again on invoice");
      await world.tick();
      expect(await runs(tenant)).toHaveLength(1);
      await rested();
      await world.tick();
      expect(await billed(tenant)).toEqual([broken]);
      expect(await runs(tenant)).toMatchObject([
        { state: "completed", recovered: true },
        { state: "completed" },
      ]);
      expect(
        await world.rows(
          "select 1 as n from domain_event where tenant_id = $1 and type = 'billing_run.completed'",
          [tenant.tenantId],
        ),
      ).toHaveLength(2);
    },
  );

  it("takes back what was mended though somebody has another parked subscription in hand", async () => {
    const tenant = await makeTenant(world.test, { clockNow: february });
    const [held = "", mended = ""] = [await subscriber(tenant), await subscriber(tenant)];
    await world.test.owner.query(
      `update subscription set parked_code = 'internal', parked_reason = 'of a test', parked_at = now() - interval '1 hour' * case when id = $1 then 2 else 1 end
       where tenant_id = $2`,
      [held, tenant.tenantId],
    );
    const holder = await world.test.owner.connect();
    try {
      await holder.query("begin");
      await holder.query("select 1 from subscription where id = $1 for update", [held]);
      expect(await unparkMended(world.deps, tenant.tenantId)).toBe(1);
    } finally {
      await holder.query("rollback");
      holder.release();
    }
    const parked = "select id from subscription where tenant_id = $1 and parked_at is not null";
    expect(await world.rows(parked, [tenant.tenantId])).toEqual([{ id: held }]);
    await world.tick();
    expect((await billed(tenant)).toSorted()).toEqual([held, mended].toSorted());
  });

  it("halves a chunk whose claims do not fit together, parks the one that is the cause, and bills the others", async () => {
    const tenant = await makeTenant(world.test, { clockNow: february });
    const [poison = "", ...others] = [
      await subscriber(tenant),
      await subscriber(tenant),
      await subscriber(tenant),
    ];
    await world.test.owner.query(
      `insert into subscription_item (tenant_id, id, subscription_id, price_id, quantity, starts_at)
       select tenant_id, gen_random_uuid(), subscription_id, price_id, quantity, starts_at from subscription_item where subscription_id = $1`,
      [poison],
    );
    await world.test.owner.query(
      `insert into item_schedule (tenant_id, subscription_item_id, schedule_no, anchor_at, interval, timezone, starts_at)
       select i.tenant_id, i.id, 0, h.anchor_at, h.interval, h.timezone, h.starts_at from subscription_item i, item_schedule h
       join subscription_item j on j.id = h.subscription_item_id
       where i.subscription_id = $1 and j.subscription_id = $1 and i.id <> j.id`,
      [poison],
    );
    await world.test.owner.query(
      `insert into billing_period (tenant_id, id, subscription_item_id, schedule_no, index, start_at, end_at, state)
       select tenant_id, gen_random_uuid(), subscription_item_id, 0, 0, '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z', 'billed'
       from item_schedule where subscription_item_id = (select min(id::text)::uuid from subscription_item where subscription_id = $1)`,
      [poison],
    );
    await startJanuary(tenant);
    await world.drain();
    expect((await billed(tenant)).sort()).toEqual([...others].sort());
    const parked =
      "select id, parked_reason from subscription where tenant_id = $1 and parked_at is not null";
    expect(await world.rows(parked, [tenant.tenantId])).toEqual([
      { id: poison, parked_reason: expect.stringContaining("claimed before, others not") },
    ]);
  });

  it("halves a chunk that took too long until what is left passes", async () => {
    const tenant = await makeTenant(world.test, { clockNow: february });
    const ids = [];
    for (let n = 0; n < 4; n++) ids.push(await subscriber(tenant));
    await world.test.owner.query(`create or replace function too_long() returns trigger language plpgsql as $$
      begin if (select count(*) from claimed) > 1 then raise exception 'canceling statement due to statement timeout' using errcode = '57014'; end if; return null; end $$`);
    await world.test.owner.query(
      "create trigger too_long after insert on billing_period referencing new table as claimed for each statement execute function too_long()",
    );
    try {
      await startJanuary(tenant);
      await world.drain();
    } finally {
      await world.test.owner.query("drop trigger too_long on billing_period");
    }
    expect((await billed(tenant)).sort()).toEqual(ids.sort());
    expect(await runs(tenant)).toMatchObject([{ state: "completed" }]);
  });

  it("halves a chunk that the database refuses until the cause stands alone, and bills the others", async () => {
    const tenant = await makeTenant(world.test, { clockNow: february });
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) ids.push(await subscriber(tenant));
    const [, , poison] = ids;
    await world.test.owner.query(`create or replace function refuse_one() returns trigger language plpgsql as $$
      begin if new.subscription_id = '${poison}' then raise exception 'refused on purpose'; end if; return new; end $$`);
    await world.test.owner.query(
      "create trigger refuse_one before insert on invoice for each row execute function refuse_one()",
    );
    try {
      await startJanuary(tenant);
      await world.drain();
    } finally {
      await world.test.owner.query("drop trigger refuse_one on invoice");
    }
    expect((await billed(tenant)).sort()).toEqual(ids.filter((id) => id !== poison).sort());
    const parked =
      "select id, parked_reason from subscription where tenant_id = $1 and parked_at is not null";
    expect(await world.rows(parked, [tenant.tenantId])).toEqual([
      { id: poison, parked_reason: expect.stringContaining("refused on purpose") },
    ]);
    expect(await runs(tenant)).toMatchObject([{ state: "completed_with_errors" }]);
  });

  it("keeps drafts for the draft window, then finalizes them by the tenant's clock", async () => {
    const tenant = await makeTenant(world.test, { clockNow: february });
    await tenant.inTenant((tx) => updateSettings(tx, { change: { draftWindow: "PT2H" } }));
    await subscriber(tenant);
    await world.tick();
    const drafts = () =>
      world.rows("select invoice_status, number from invoice where tenant_id = $1", [tenant.tenantId]);
    expect(await drafts()).toEqual([{ invoice_status: "draft", number: null }]);
    await world.advance(tenant, at("2026-02-01T01:59:59Z"));
    expect(await drafts()).toEqual([{ invoice_status: "draft", number: null }]);
    await world.advance(tenant, at("2026-02-01T02:00:00Z"));
    expect(await drafts()).toEqual([{ invoice_status: "finalized", number: "INV-202602-00001" }]);
  });

  it("skips invoices of zero when the tenant says so, and still moves on to the next boundary", async () => {
    const tenant = await makeTenant(world.test, { clockNow: february });
    await tenant.inTenant((tx) => updateSettings(tx, { change: { zeroAmountInvoices: "skip" } }));
    const free = await makePlan(tenant, {
      prices: [flatPrice({ chargeModel: { model: "flat", amount: "0" } })],
    });
    const id = await subscriber(tenant, "UTC", free.id);
    await world.tick();
    expect(await world.rows("select id from invoice where tenant_id = $1", [tenant.tenantId])).toEqual([]);
    expect(await world.rows("select next_due_at from subscription where id = $1", [id])).toEqual([
      { next_due_at: new Date("2026-03-01T00:00:00Z") },
    ]);
    const periods = "select state, invoice_id from billing_period where tenant_id = $1";
    expect(await world.rows(periods, [tenant.tenantId])).toEqual([{ state: "billed", invoice_id: null }]);
  });

  it("writes nothing but runs and jobs in a dry run of every schedule, the minute's among them", async () => {
    const tenant = await makeTenant(world.test, { clockNow: february });
    await subscriber(tenant);
    const schedules = schedulesOf({ runSchedule: "0 0 6 * * *", processMonth: "2026-01", dryRun: true });
    for (const { tick } of schedules.values()) await tick(world.deps, february);
    await world.drain();
    expect(await world.rows("select id from invoice where tenant_id = $1", [tenant.tenantId])).toEqual([]);
    expect(
      await world.rows("select kind, dry_run from billing_run where tenant_id = $1 order by kind", [
        tenant.tenantId,
      ]),
    ).toEqual([
      { kind: "legacy", dry_run: true },
      { kind: "month", dry_run: true },
    ]);
  });

  it("starts one legacy run for each tick of its cron, however often the tick is delivered", async () => {
    const tenant = await makeTenant(world.test, { clockNow: february });
    const schedules = schedulesOf({ runSchedule: "0 0 6 * * *", processMonth: undefined, dryRun: false });
    const tick = (time: string) => schedules.get("billing.legacy")?.tick(world.deps, at(time));
    await Promise.all([
      tick("2026-02-01T06:00:00Z"),
      tick("2026-02-01T06:00:00Z"),
      tick("2026-02-01T12:00:00Z"),
    ]);
    const runs = "select key from billing_run where tenant_id = $1 order by key";
    expect(await world.rows(runs, [tenant.tenantId])).toEqual([
      { key: "legacy/2026-01/2026-02-01T06:00:00Z" },
      { key: "legacy/2026-01/2026-02-01T12:00:00Z" },
    ]);
    await world.drain();
  });

  it("goes on to the next tenant when one cannot be swept or settled", async () => {
    const sick = await makeTenant(world.test, { clockNow: february });
    const well = await makeTenant(world.test, { clockNow: february });
    await subscriber(sick);
    await subscriber(well);
    await world.test.owner.query(`create or replace function refuse_run() returns trigger language plpgsql as $$
      begin if new.tenant_id = '${sick.tenantId}' then raise exception 'refused on purpose'; end if; return new; end $$`);
    await world.test.owner.query(
      "create trigger refuse_run before insert or update on billing_run for each row execute function refuse_run()",
    );
    try {
      await world.tick();
    } finally {
      await world.test.owner.query("drop trigger refuse_run on billing_run");
    }
    expect(await billed(sick)).toEqual([]);
    expect(await billed(well)).toHaveLength(1);
    await world.tick();
    expect(await billed(sick)).toHaveLength(1);
  });
});
