import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { bodyOf } from "../client/create-client.ts";

describe("test clock routes", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
  });
  afterAll(() => world.close());

  it("make a clock, show it, and answer an advance with the job that takes it there", async () => {
    const made = await world.api.POST("/v1/test_clocks", { body: { now: "2026-01-01T01:00:00+01:00" } });
    expect(made.response.status).toBe(201);
    expect(made.data).toMatchObject({ now: "2026-01-01T00:00:00Z", state: "ready" });
    const params = { path: { id: made.data?.id ?? "" } };
    expect(bodyOf(await world.api.GET("/v1/test_clocks/{id}", { params }))).toEqual(made.data);

    const advance = (to: string) => world.api.POST("/v1/test_clocks/{id}/advance", { params, body: { to } });
    const { response, data: asked } = await advance("2026-02-01T00:00:00Z");
    expect(response.status).toBe(202);
    expect(asked).toMatchObject({ state: "advancing", target: "2026-02-01T00:00:00Z" });
    expect(response.headers.get("location")).toBe(`/v1/jobs/${asked?.job_id}`);
    const job = await world.api.GET("/v1/jobs/{id}", { params: { path: { id: asked?.job_id ?? "" } } });
    expect(bodyOf(job)).toMatchObject({ name: "test_clock.advance" });
    expect((await advance("2026-03-01T00:00:00Z")).error).toMatchObject({ code: "clock_advancing" });
  });

  it("show nobody another tenant's clock", async () => {
    const made = bodyOf(await world.apiOf(world.strangerKey).POST("/v1/test_clocks", { body: {} }));
    const stolen = await world.api.GET("/v1/test_clocks/{id}", { params: { path: { id: made.id } } });
    expect(stolen.error).toMatchObject({ status: 404, code: "clock_not_found" });
    const moved = await world.api.POST("/v1/test_clocks/{id}/advance", {
      params: { path: { id: made.id } },
      body: { to: "2099-01-01T00:00:00Z" },
    });
    expect(moved.error).toMatchObject({ status: 404, code: "clock_not_found" });
  });
});
