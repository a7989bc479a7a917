import { Temporal } from "temporal-polyfill";
import { noteSchedules, noteTick } from "#libs/billing/run/note-schedules.ts";
import { runTenantSchedules } from "#libs/billing/run/run-tenant-schedules.ts";
import { startScheduledRuns } from "#libs/billing/run/start-scheduled-runs.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { bodyOf } from "../client/create-client.ts";

const settings = { processMonth: undefined, dryRun: false };

describe("/v1/schedules", () => {
  let world: ApiWorld;
  beforeEach(async () => {
    world = await openApiWorld();
    await noteSchedules(world.deps, [
      { name: "billing.month", cron: "0 0 0 1 * *", timezone: "UTC" },
      { name: "usage.recount", cron: "0 0 * * * *", timezone: "UTC" },
    ]);
  });
  afterEach(() => world.close());

  const put = (name: string, body: object) => world.call("put", `/v1/schedules/${name}`).send(body);
  const runs = async () => {
    const { rows } = await world.test.owner.query(
      "select tenant_id, kind, key from billing_run order by started_at, id",
    );
    return rows as { tenant_id: string; kind: string; key: string }[];
  };

  it("show the installation's with their last and next tick", async () => {
    const month = { name: "billing.month", cron: "0 0 0 1 * *", timezone: "UTC" };
    await noteTick(world.deps, month, Temporal.Instant.from("2026-03-01T00:00:00Z"));
    await noteTick(world.deps, month, Temporal.Instant.from("2026-02-01T00:00:00Z"));
    const listed = bodyOf(await world.api.GET("/v1/schedules"));
    expect(listed.data.map((each: { name: string }) => each.name)).toEqual([
      "billing.month",
      "usage.recount",
    ]);
    const shown = bodyOf(
      await world.api.GET("/v1/schedules/{name}", { params: { path: { name: "billing.month" } } }),
    );
    expect(shown).toMatchObject({
      scope: "installation",
      enabled: true,
      last_run_at: "2026-03-01T00:00:00Z",
      next_run_at: expect.stringMatching(/-01T00:00:00Z$/),
      version: 0,
    });
    expect(
      (await world.api.GET("/v1/schedules/{name}", { params: { path: { name: "nothing" } } })).response
        .status,
    ).toBe(404);
  });

  it("let a tenant start its month at its own time, and the installation's tick leaves it alone", async () => {
    const set = await put("billing.month", { cron: "0 30 6 3 * *", timezone: "Asia/Kolkata" }).expect(200);
    expect(set.body).toMatchObject({ scope: "tenant", enabled: true, last_run_at: null, version: 1 });
    expect(set.body.next_run_at).toMatch(/-03T01:00:00Z$/);
    await startScheduledRuns(world.deps, { kind: "month", ...settings, at: Temporal.Now.instant() });
    expect((await runs()).map((run) => run.tenant_id)).not.toContain(world.tenantId);
    expect(await runTenantSchedules(world.deps, settings)).toBe(0);
    await world.test.owner.query("update tenant_schedule set next_run_at = now() - interval '3 days'");
    expect(await runTenantSchedules(world.deps, settings)).toBe(1);
    expect(await runTenantSchedules(world.deps, settings)).toBe(0);
    const own = (await runs()).filter((run) => run.tenant_id === world.tenantId);
    expect(own).toMatchObject([{ kind: "month" }]);
    const after = bodyOf(
      await world.api.GET("/v1/schedules/{name}", { params: { path: { name: "billing.month" } } }),
    );
    expect(after.last_run_at).not.toBeNull();
    expect(new Date(after.next_run_at ?? "").getTime()).toBeGreaterThan(Date.now());
  });

  it("start one run when several processes look at once", async () => {
    await put("billing.legacy", { cron: "0 0 6 * * 1" }).expect(200);
    await world.test.owner.query("update tenant_schedule set next_run_at = now() - interval '1 second'");
    const fresh = await Promise.all(
      Array.from({ length: 4 }, () => runTenantSchedules(world.deps, settings)),
    );
    expect(fresh.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(await runs()).toMatchObject([{ kind: "legacy" }]);
  });

  it("start nothing while they are disabled", async () => {
    const off = await put("billing.month", { cron: "0 0 6 1 * *", enabled: false }).expect(200);
    expect(off.body).toMatchObject({ enabled: false, next_run_at: null });
    await startScheduledRuns(world.deps, { kind: "month", ...settings, at: Temporal.Now.instant() });
    await runTenantSchedules(world.deps, settings);
    expect((await runs()).map((run) => run.tenant_id)).not.toContain(world.tenantId);
  });

  it.each([
    ["billing.due", { cron: "0 0 6 1 * *" }, 422, "schedule_fixed"],
    ["nothing", { cron: "0 0 6 1 * *" }, 404, "schedule_not_found"],
    ["billing.month", { cron: "every day" }, 422, "fields_invalid"],
    ["billing.month", { cron: "0 0 30 2 *" }, 422, "fields_invalid"],
    ["billing.month", { cron: "0 0 0 31 2 *" }, 422, "fields_invalid"],
    ["billing.month", { cron: "* * * * * *" }, 422, "fields_invalid"],
    ["billing.month", { cron: "0 0 6 1 * *", timezone: "Mars/Olympus" }, 422, "timezone_unknown"],
  ])("refuse to put %s to %j", async (name, body, status, code) => {
    const refused = await put(name, body).expect(status);
    expect(refused.body.code).toBe(code);
    expect((await world.test.owner.query("select from tenant_schedule")).rowCount).toBe(0);
  });

  it("refuse a change of a version that has moved", async () => {
    await put("billing.month", { cron: "0 0 6 1 * *" }).expect(200);
    await put("billing.month", { cron: "0 0 7 1 * *" }).set("If-Match", "1").expect(200);
    const refused = await put("billing.month", { cron: "0 0 8 1 * *" }).set("If-Match", "1").expect(409);
    expect(refused.body.code).toBe("version_conflict");
  });
});
