import { sweepAuditChains } from "#libs/billing/audit/chain-audit.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { bodyOf } from "../client/create-client.ts";

describe("GET /v1/audit_log", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
  });
  afterAll(() => world.close());

  it("shows who changed what, why, and how it was before and after", async () => {
    const made = bodyOf(await world.api.POST("/v1/customers", { body: { name: "Acme" } }));
    await world
      .call("patch", `/v1/customers/${made.id}`)
      .set("X-Actor", "mia@acme.example")
      .set("X-Reason", "renamed by deed")
      .set("X-Request-ID", "req-audit-1")
      .send({ name: "Acme Ltd" })
      .expect(200);
    const listed = bodyOf(
      await world.api.GET("/v1/audit_log", { params: { query: { target_id: made.id } } }),
    );
    expect(listed.data.map((entry: { action: string }) => entry.action)).toEqual([
      "customer.update",
      "customer.create",
    ]);
    expect(listed.data[0]).toMatchObject({
      actor: expect.stringMatching(/^mia@acme\.example \(key_/),
      reason: "renamed by deed",
      request_id: "req-audit-1",
      target_type: "customer",
      target_id: made.id,
      before: { name: "Acme" },
      after: { name: "Acme Ltd" },
    });
    const byRequest = bodyOf(
      await world.api.GET("/v1/audit_log", { params: { query: { request_id: "req-audit-1" } } }),
    );
    expect(byRequest.data).toHaveLength(1);
    const later = bodyOf(
      await world.api.GET("/v1/audit_log", { params: { query: { from: "2999-01-01T00:00:00Z" } } }),
    );
    expect(later.data).toEqual([]);
  });

  it("is verified, and shows no tenant the entries of another", async () => {
    await sweepAuditChains(world.deps);
    const own = bodyOf(await world.api.GET("/v1/audit_log/verify"));
    expect(own).toMatchObject({ intact: true, breach: null, unchained: { entries: 0, oldest: null } });
    const { sequence, hash } = own.head;
    bodyOf(await world.api.GET("/v1/audit_log/verify", { params: { query: { sequence, hash } } }));
    const other = bodyOf(
      await world.api.GET("/v1/audit_log/verify", { params: { query: { sequence, hash: "0".repeat(64) } } }),
    );
    expect(other).toMatchObject({ intact: false, breach: { sequence, reason: "head" } });
    const strangers = bodyOf(
      await world
        .apiOf(world.strangerKey)
        .GET("/v1/audit_log", { params: { query: { action: "customer.update" } } }),
    );
    expect(strangers.data).toEqual([]);
  });

  it("refuses half of a noted head", async () => {
    const refused = await world.call("get", "/v1/audit_log/verify?sequence=3").expect(422);
    expect(refused.body.errors[0].message).toMatch("sequence and hash of a noted head go together");
  });
});
