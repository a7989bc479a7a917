import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";

describe("test clock routes", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
  });
  afterAll(() => world.close());

  it("make a clock, show it, and answer an advance with the job that takes it there", async () => {
    const made = await world.call("post", "/v1/test_clocks").send({ now: "2026-01-01T01:00:00+01:00" });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ now: "2026-01-01T00:00:00Z", state: "ready" });
    const path = `/v1/test_clocks/${made.body.id}`;
    expect((await world.call("get", path)).body).toEqual(made.body);

    const advance = await world.call("post", `${path}/advance`).send({ to: "2026-02-01T00:00:00Z" });
    expect(advance.status).toBe(202);
    expect(advance.body).toMatchObject({ state: "advancing", target: "2026-02-01T00:00:00Z" });
    expect(advance.headers["location"]).toBe(`/v1/jobs/${advance.body.job_id}`);
    expect((await world.call("get", `/v1/jobs/${advance.body.job_id}`)).body).toMatchObject({
      name: "test_clock.advance",
    });
    const again = await world.call("post", `${path}/advance`).send({ to: "2026-03-01T00:00:00Z" });
    expect(again.body).toMatchObject({ code: "clock_advancing" });
  });

  it("show nobody another tenant's clock", async () => {
    const made = await world.call("post", "/v1/test_clocks", world.strangerKey).send({});
    const stolen = await world.call("get", `/v1/test_clocks/${made.body.id}`);
    expect(stolen.body).toMatchObject({ status: 404, code: "clock_not_found" });
    const moved = await world
      .call("post", `/v1/test_clocks/${made.body.id}/advance`)
      .send({ to: "2099-01-01T00:00:00Z" });
    expect(moved.body).toMatchObject({ status: 404, code: "clock_not_found" });
  });
});
