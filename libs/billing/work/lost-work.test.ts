import { Temporal } from "temporal-polyfill";
import { breachesIn, invoicesOf } from "#libs/testkit/customer-life.ts";
import { makeCustomer, makeSubscription, makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { advanceClock } from "../catalog/advance-clock.ts";
import type { Deps } from "../deps.ts";
import { planMissingDeliveries, stagesOf } from "../invoice/plan-missing-deliveries.ts";
import { generateInvoices } from "../run/generate-invoices.ts";
import { restoreDueBoundaries } from "../run/restore-due-boundaries.ts";
import { replanLostJobs } from "./replan-lost-jobs.ts";
import { replanStuckEffects } from "./replan-stuck-effects.ts";
import { type SweepStep, tenantSweep } from "./sweep-tenants.ts";

const at = (text: string) => Temporal.Instant.from(text);

describe("work that was lost with its rows", () => {
  let world: WorkWorld;
  let tenant: TestTenant;
  let mails: string[];
  beforeEach(async () => {
    mails = [];
    const mailer: Deps["mailer"] = {
      send: async ({ messageId }) => {
        mails.push(messageId);
        return { outcome: "accepted", providerId: messageId };
      },
      verify: async () => undefined,
    };
    world = await openWorkWorld({ mailer });
    tenant = await makeTenant(world.test, { clockNow: at("2026-01-01T00:00:00Z") });
  });
  afterEach(() => world.close());

  /** Runs statements as the owner, past every trigger and foreign key. */
  const destroy = (...sql: string[]) =>
    world.test.owner.query(
      ["set session_replication_role = replica", ...sql, "set session_replication_role = origin"].join("; "),
    );
  const agedEvents = `update domain_event set id = (lpad(to_hex(((extract(epoch from now()) - 3600) * 1000)::bigint), 12, '0') || substr(replace(id::text, '-', ''), 13))::uuid`;
  const agedInvoices = "update invoice set finalized_at = now() - interval '1 hour'";
  /** Issues an invoice of January to each of some new subscriptions; its delivery is planned, and nobody is at work on it. */
  const issue = async (count = 1) => {
    const ids: string[] = [];
    for (let n = 0; n < count; n++) {
      const customer = await makeCustomer(tenant);
      ids.push((await makeSubscription(tenant, { customer: { id: customer.id } })).id);
    }
    await world.drain();
    await tenant.inTenant((tx) => advanceClock(tx, at("2026-02-01T12:00:00Z")));
    const cutoffs = new Map([["UTC", at("2026-02-01T00:00:00Z")]]);
    await tenant.inTenant((tx) => generateInvoices(tx, { subscriptionIds: ids, cutoffs, dryRun: false }));
    return ids;
  };
  const delivered = () =>
    world.rows<{ stored: boolean; sent: boolean }>(
      `select a.stored_at is not null as stored, i.sent_at is not null as sent from invoice i
       left join artifact a on a.tenant_id = i.tenant_id and a.invoice_id = i.id order by i.number`,
    );
  const sweepUp = async (step: SweepStep) => {
    const done = await tenantSweep("test", step)(world.deps);
    await world.drain();
    return done;
  };
  const missingDeliveries: SweepStep = (tx, after) =>
    planMissingDeliveries(tx, after, { stages: stagesOf(world.deps) });
  const stuckEffects: SweepStep = (tx, after) => replanStuckEffects(tx, after);
  const done = { stored: true, sent: true };

  describe("as events that lost their jobs", () => {
    it("is planned again from the events, once, and delivered once", async () => {
      await issue(2);
      await destroy("delete from job", agedEvents);
      await world.drain();
      expect(await delivered()).toEqual([
        { stored: false, sent: false },
        { stored: false, sent: false },
      ]);
      expect(await sweepUp(replanLostJobs)).toBeGreaterThanOrEqual(2);
      expect(await delivered()).toEqual([done, done]);
      expect(mails).toHaveLength(2);
      expect(await sweepUp(replanLostJobs)).toBe(0);
      expect(mails).toHaveLength(2);
    });

    it("leaves an event alone that has one of its jobs, or that is younger than a minute", async () => {
      await issue();
      await destroy("delete from job where name <> 'invoice.render_pdf'", agedEvents);
      await sweepUp(replanLostJobs);
      expect(await world.rows("select name from job where name = 'invoice.sync_stripe'")).toEqual([]);
      await destroy("delete from job", agedEvents.replace("3600", "1"));
      expect(await sweepUp(replanLostJobs)).toBe(0);
    });

    it("goes on behind a backlog where it stood, piece by piece", async () => {
      await issue(5);
      await destroy("delete from job", agedEvents);
      let [jobs, pieces, after]: [number, number, string | null] = [0, 0, null];
      do {
        const from: string | null = after;
        const swept: { done: number; next: string | null } = await tenant.inTenant((tx) =>
          replanLostJobs(tx, from, 3),
        );
        [jobs, pieces, after] = [jobs + swept.done, pieces + 1, swept.next];
      } while (after !== null);
      expect(pieces).toBeGreaterThan(3);
      expect(await world.rows("select from job where name = 'invoice.render_pdf'")).toHaveLength(5);
      expect(jobs).toBe((await world.rows("select from job")).length);
    });
  });

  describe("as calls that nobody goes on with", () => {
    it("is sent off again when the lease ended and the job is gone", async () => {
      await issue();
      await world.drain();
      await destroy(
        "delete from job",
        "update artifact set stored_at = null, object_key = null, bytes = '%PDF'::bytea",
        "update artifact set sha256 = encode(sha256(bytes), 'hex'), size_bytes = length(bytes)",
        "update effect set state = 'inflight', result = null, external_id = null, lease_until = now() - interval '1 hour', updated_at = now() - interval '1 hour' where kind = 'storage.put_pdf'",
      );
      expect(await sweepUp(stuckEffects)).toBe(1);
      expect(await delivered()).toEqual([done]);
      expect(await world.rows("select state from effect where kind = 'storage.put_pdf'")).toEqual([
        { state: "succeeded" },
      ]);
      expect(await sweepUp(stuckEffects)).toBe(0);
    });

    it("is looked at again where the job ended before the lease, and a mail that may have gone out is not sent again", async () => {
      await issue();
      await world.drain();
      await destroy(
        "update invoice set sent_at = null",
        "update effect set state = 'inflight', lease_until = now() - interval '1 hour', updated_at = now() - interval '1 hour', epoch_started_at = now() where kind = 'email.invoice'",
        "update job set ended_at = now() - interval '2 hours' where name = 'invoice.email'",
      );
      expect(await sweepUp(stuckEffects)).toBe(1);
      expect(await world.rows("select state from effect where kind = 'email.invoice'")).toEqual([
        { state: "unknown" },
      ]);
      expect(mails).toHaveLength(1);
    });

    it("is left to the job that lives, waits for a person, or has seen it", async () => {
      await issue();
      await world.drain();
      await destroy(
        "update effect set state = 'inflight', lease_until = now() - interval '1 hour', updated_at = now() - interval '1 hour'",
      );
      for (const state of ["failed", "dead", "succeeded"]) {
        await destroy(`update job set state = '${state}', ended_at = now(), queued_at = now()`);
        expect(await sweepUp(stuckEffects)).toBe(0);
      }
    });
  });

  describe("as issued invoices that are not delivered", () => {
    it("is planned from the invoice alone when jobs, events, files and calls are all gone", async () => {
      await issue(2);
      await world.drain();
      await destroy(
        "delete from job",
        "delete from domain_event",
        "delete from artifact",
        "delete from effect",
        "update invoice set sent_at = null",
        agedInvoices,
      );
      mails.length = 0;
      expect(await breachesIn(world, { codes: ["I19"] })).toHaveLength(2);
      expect(await sweepUp(missingDeliveries)).toBe(2);
      expect(await delivered()).toEqual([done, done]);
      expect(mails).toHaveLength(2);
      expect(await sweepUp(missingDeliveries)).toBe(0);
      expect(await breachesIn(world, { codes: ["I19"] })).toEqual([]);
    });

    it("makes a file again whose jobs had ended well, stores it, and sends no mail again that was sent", async () => {
      await issue(2);
      await world.drain();
      const [first] = await world.rows<{ id: string }>("select id from invoice order by number limit 1");
      await destroy(
        `delete from artifact where invoice_id = '${first?.id}'`,
        "delete from effect",
        "delete from job where name = 'invoice.email' and key not like '%' || (select id::text from invoice order by number limit 1)",
        agedInvoices,
      );
      expect(await sweepUp(missingDeliveries)).toBe(1);
      expect(await sweepUp(missingDeliveries)).toBe(1);
      expect(await delivered()).toEqual([done, done]);
      expect(await sweepUp(missingDeliveries)).toBe(0);
      expect(mails).toHaveLength(2);
    });
  });

  describe("as boundaries that nobody waits for", () => {
    it("is found again from schedules and claims, and billed as that of a twin that lost nothing", async () => {
      const [lost, twin] = await issue(2);
      await destroy(`update subscription set next_due_at = null where id = '${lost}'`);
      await world.advance(tenant, at("2026-04-01T00:00:00Z"));
      expect(await breachesIn(world, { codes: ["I9"] })).toEqual([
        `I9: subscription ${lost} is active and waits for no boundary`,
      ]);
      expect(await sweepUp(restoreDueBoundaries)).toBe(1);
      await world.tick();
      const of = (id: string | undefined) =>
        world.rows(
          "select kind, boundary_index, period_start, period_end, total_minor from invoice where subscription_id = $1 order by period_start",
          [id],
        );
      expect(await of(lost)).toEqual(await of(twin));
      expect(await of(lost)).toHaveLength(3);
      expect((await invoicesOf(world, tenant)).length).toBe(6);
      expect(await sweepUp(restoreDueBoundaries)).toBe(0);
      expect(await breachesIn(world, { deep: true, codes: ["I7", "I8", "I9"] })).toEqual([]);
    });
  });

  it("of one tenant waits neither for another that fails nor behind the backlog of a third", async () => {
    const [backlog, fine] = [await makeTenant(world.test), await makeTenant(world.test)];
    const turns: string[] = [];
    const sweep = tenantSweep("test", async (tx, after) => {
      if (tx.tenantId === tenant.tenantId) throw new Error("this tenant cannot be swept");
      turns.push(`${tx.tenantId === fine.tenantId ? "fine" : "backlog"} from ${after ?? "the start"}`);
      return {
        done: 1,
        next: tx.tenantId === backlog.tenantId && after !== "b" ? (after === null ? "a" : "b") : null,
      };
    });
    expect([await sweep(world.deps), await sweep(world.deps), await sweep(world.deps)]).toEqual([2, 2, 2]);
    expect(turns).toEqual([
      ...["backlog from the start", "fine from the start", "backlog from a", "fine from the start"],
      ...["backlog from b", "fine from the start"],
    ]);
  });

  it("of many tenants is swept some at a time, each in its turn", async () => {
    for (let n = 0; n < 3; n++) await makeTenant(world.test);
    const seen: string[] = [];
    const sweep = tenantSweep(
      "test",
      async (tx) => {
        seen.push(tx.tenantId);
        return { done: 0, next: null };
      },
      3,
    );
    await sweep(world.deps);
    expect(seen).toHaveLength(3);
    await sweep(world.deps);
    expect(new Set(seen).size).toBe(4);
  });
});
