import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { bodyOf } from "../client/create-client.ts";

const url = "https://example.com/events";

describe("/v1/webhook_endpoints", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
  });
  afterAll(() => world.close());

  const create = (body: object = {}) => world.call("post", "/v1/webhook_endpoints").send({ url, ...body });

  it("show the signing secret once, and keep it encrypted", async () => {
    const key = `hook-${Date.now()}`;
    const made = await create({ event_types: ["invoice.paid"] })
      .set("Idempotency-Key", key)
      .expect(201);
    expect(made.body).toMatchObject({ url, enabled: true, event_types: ["invoice.paid"], version: 1 });
    expect(made.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const again = await create({ event_types: ["invoice.paid"] })
      .set("Idempotency-Key", key)
      .expect(201);
    expect(again.body).toEqual({ ...made.body, secret: null });
    const shown = bodyOf(
      await world.api.GET("/v1/webhook_endpoints/{id}", { params: { path: { id: made.body.id } } }),
    );
    expect(shown).not.toHaveProperty("secret");
    const { rows } = await world.test.owner.query(
      "select encode(secret, 'escape') as stored, (select string_agg(after::text, '') from audit_log) as audited from webhook_endpoint",
    );
    const [{ stored, audited }] = rows as [{ stored: string; audited: string }];
    expect(`${stored}${audited}`).not.toMatch(made.body.secret.slice(6, 20));
  });

  it("can be changed, switched off, listed and deleted", async () => {
    const made = (await create().expect(201)).body;
    const path = `/v1/webhook_endpoints/${made.id}`;
    const off = await world.call("patch", path).send({ enabled: false, description: "books" }).expect(200);
    expect(off.body).toMatchObject({ enabled: false, disabled_reason: "switched off", version: 2 });
    for (const verb of ["test", "replay"]) {
      const body = verb === "test" ? {} : { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" };
      const refused = await world.call("post", `${path}/${verb}`).send(body).expect(422);
      expect(refused.body.code).toBe("webhook_endpoint_disabled");
    }
    const stale = await world.call("patch", path).set("If-Match", "1").send({ enabled: true }).expect(409);
    expect(stale.body.code).toBe("version_conflict");
    await world.call("patch", path).send({ enabled: true }).expect(200);
    await world.call("delete", path).expect(204);
    await world.call("get", path).expect(404);
    const listed = bodyOf(await world.api.GET("/v1/webhook_endpoints"));
    expect(listed.data.map((each: { id: string }) => each.id)).not.toContain(made.id);
  });

  it("log what is sent, and send it again", async () => {
    const made = (await create().expect(201)).body;
    const tested = bodyOf(
      await world.api.POST("/v1/webhook_endpoints/{id}/test", { params: { path: { id: made.id } } }),
    );
    const path = `/v1/webhook_deliveries/${tested.delivery_id}`;
    const whole = await world.call("get", path).expect(200);
    expect(whole.body).toMatchObject({
      ...{ webhook_endpoint: made.id, event_type: "webhook_endpoint.tested", state: "pending", attempts: 0 },
      tries: [],
    });
    const retried = await world.call("post", `${path}/retry`).expect(202);
    expect(retried.body).toMatchObject({ state: "pending" });
    const listed = bodyOf(
      await world.api.GET("/v1/webhook_deliveries", {
        params: { query: { webhook_endpoint: made.id, state: "pending" } },
      }),
    );
    expect(listed.data).toHaveLength(1);
    await world.call("get", path, world.strangerKey).expect(404);
    await world.call("post", `${path}/retry`, world.strangerKey).expect(404);
  });

  it.each([
    [{ url: "ftp://example.com" }, "url"],
    [{ url: "https://u:p@example.com/" }, "url"],
    [{ event_types: ["invoice.paid", "nothing.happened"] }, "event_types.1"],
    [{ event_types: ["usage.recount_due"] }, "event_types.0"],
    [{ secret: "whsec_mine" }, "secret"],
  ])("refuse %j", async (body, path) => {
    const refused = await create(body).expect(422);
    expect(refused.body.errors[0].path).toBe(path);
  });
});
