import { sweepAuditChains } from "#libs/billing/audit/chain-audit.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";

describe("GET /v1/audit_log", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
  });
  afterAll(() => world.close());

  it("shows who changed what, why, and how it was before and after", async () => {
    const made = await world.call("post", "/v1/customers").send({ name: "Acme" }).expect(201);
    await world
      .call("patch", `/v1/customers/${made.body.id}`)
      .set("X-Actor", "mia@acme.example")
      .set("X-Reason", "renamed by deed")
      .set("X-Request-ID", "req-audit-1")
      .send({ name: "Acme Ltd" })
      .expect(200);
    const listed = await world.call("get", `/v1/audit_log?target_id=${made.body.id}`).expect(200);
    expect(listed.body.data.map((entry: { action: string }) => entry.action)).toEqual([
      "customer.update",
      "customer.create",
    ]);
    expect(listed.body.data[0]).toMatchObject({
      actor: expect.stringMatching(/^mia@acme\.example \(key_/),
      reason: "renamed by deed",
      request_id: "req-audit-1",
      target_type: "customer",
      target_id: made.body.id,
      before: { name: "Acme" },
      after: { name: "Acme Ltd" },
    });
    const byRequest = await world.call("get", "/v1/audit_log?request_id=req-audit-1").expect(200);
    expect(byRequest.body.data).toHaveLength(1);
    const later = await world.call("get", "/v1/audit_log?from=2999-01-01T00:00:00Z").expect(200);
    expect(later.body.data).toEqual([]);
  });

  it("is verified, and shows no tenant the entries of another", async () => {
    await sweepAuditChains(world.deps);
    const own = await world.call("get", "/v1/audit_log/verify").expect(200);
    expect(own.body).toMatchObject({ intact: true, breach: null, unchained: { entries: 0, oldest: null } });
    const { sequence, hash } = own.body.head;
    await world.call("get", `/v1/audit_log/verify?sequence=${sequence}&hash=${hash}`).expect(200);
    const other = await world
      .call("get", `/v1/audit_log/verify?sequence=${sequence}&hash=${"0".repeat(64)}`)
      .expect(200);
    expect(other.body).toMatchObject({ intact: false, breach: { sequence, reason: "head" } });
    const strangers = await world.call("get", "/v1/audit_log?action=customer.update", world.strangerKey);
    expect(strangers.body.data).toEqual([]);
  });

  it("refuses half of a noted head", async () => {
    const refused = await world.call("get", "/v1/audit_log/verify?sequence=3").expect(422);
    expect(refused.body.errors[0].message).toMatch("sequence and hash of a noted head go together");
  });
});
