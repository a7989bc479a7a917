import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";

describe("the schedule of a customer", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
  });
  afterAll(() => world.close());

  const create = (body: object) => world.call("post", "/v1/customers").send({ name: "Acme", ...body });
  const patch = (id: string, body: object) => world.call("patch", `/v1/customers/${id}`).send(body);
  const schedule = { cron: "0 30 6 3 * *", timezone: "Asia/Kolkata" };

  it("is shown with its last and next run, and none is null", async () => {
    const plain = await create({}).expect(201);
    expect(plain.body.schedule).toBeNull();
    const set = await patch(plain.body.id, { schedule }).expect(200);
    const next = expect.stringMatching(/-03T01:00:00Z$/);
    const shown = { ...schedule, enabled: true, last_run_at: null, next_run_at: next };
    expect(set.body.schedule).toEqual(shown);
    const made = await create({ schedule: { cron: schedule.cron, enabled: false } }).expect(201);
    const off = {
      cron: schedule.cron,
      timezone: "UTC",
      enabled: false,
      last_run_at: null,
      next_run_at: null,
    };
    expect(made.body.schedule).toEqual(off);
    const gone = await patch(plain.body.id, { schedule: null }).expect(200);
    expect(gone.body.schedule).toBeNull();
  });

  it("keeps its tick when it is sent again, or something else changes; a new cron has a new one", async () => {
    const { body } = await create({ schedule }).expect(201);
    await world.test.owner.query(
      "update customer set schedule_next_run_at = '2026-01-03T01:00:00Z', schedule_last_run_at = '2025-12-03T01:00:00Z' where schedule->>'enabled' = 'true'",
    );
    const due = { last_run_at: "2025-12-03T01:00:00Z", next_run_at: "2026-01-03T01:00:00Z" };
    expect((await patch(body.id, { name: "Acme AG" }).expect(200)).body.schedule).toMatchObject(due);
    expect((await patch(body.id, { schedule }).expect(200)).body.schedule).toMatchObject(due);
    const moved = await patch(body.id, { schedule: { ...schedule, cron: "0 30 6 4 * *" } }).expect(200);
    const next = expect.stringMatching(/-04T01:00:00Z$/);
    expect(moved.body.schedule).toMatchObject({ last_run_at: due.last_run_at, next_run_at: next });
  });

  it.each([
    [{ cron: "every day" }, "schedule.cron", "cron_invalid"],
    [{ cron: "0 0 30 2 *" }, "schedule.cron", "cron_invalid"],
    [{ cron: "* * * * * *" }, "schedule.cron", "cron_too_often"],
    [{ cron: "0 0 6 1 * *", timezone: "Mars/Olympus" }, "schedule.timezone", "timezone_unknown"],
    [{ timezone: "UTC" }, "schedule.cron", "field_required"],
    [{ cron: "0 0 6 1 * *", month: 1 }, "schedule.month", "field_unknown"],
  ])("is refused as %j, and nothing is written", async (wrong, path, code) => {
    const { body: customer } = await create({}).expect(201);
    const refused = await patch(customer.id, { schedule: wrong, name: "Other" }).expect(422);
    expect(refused.body.errors).toMatchObject([{ path, code }]);
    await create({ schedule: wrong }).expect(422);
    const kept = await world.call("get", `/v1/customers/${customer.id}`).expect(200);
    expect(kept.body).toEqual(customer);
  });
});
