import {
  claimApiIdempotency,
  completeApiIdempotency,
  pruneApiIdempotency,
} from "#libs/data/api-idempotency.ts";
import { withTenant } from "#libs/data/database.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";

describe("Idempotency-Key", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
  });
  afterAll(() => world.close());

  const create = (key: string, body: object, apiKey = world.keys.admin) =>
    world.call("post", "/v1/customers", apiKey).set("Idempotency-Key", key).send(body);
  const countNamed = async (name: string) =>
    Number(
      (await world.test.owner.query("select count(*) as n from customer where name = $1", [name])).rows[0].n,
    );

  it("gives the same answer again, byte for byte, and does nothing twice", async () => {
    const first = await create("k1", { name: "Once", metadata: { b: 1, a: 2 } });
    const again = await create("k1", { metadata: { a: 2, b: 1 }, name: "Once" });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.text).toBe(first.text);
    expect(first.headers["idempotency-replayed"]).toBeUndefined();
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect(await countNamed("Once")).toBe(1);
  });

  it("refuses the key with another body", async () => {
    await create("k2", { name: "A" }).expect(201);
    const other = await create("k2", { name: "B" });
    expect([other.status, other.body.code]).toEqual([422, "idempotency_key_reused"]);
    expect(await countNamed("B")).toBe(0);
  });

  it("belongs to one tenant and one route", async () => {
    await create("k3", { name: "Mine" }).expect(201);
    await create("k3", { name: "Theirs" }, world.strangerKey).expect(201);
    const meter = { code: "k3", name: "k3", aggregation: "count" };
    await world.call("post", "/v1/meters").set("Idempotency-Key", "k3").send(meter).expect(201);
  });

  it("lets one of many racing requests act; the others wait for it or get its answer", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => create("k4", { name: "Raced" })));
    const statuses = answers.map((answer) => answer.status);
    expect(new Set(statuses)).toEqual(new Set(statuses.includes(409) ? [201, 409] : [201]));
    expect(await countNamed("Raced")).toBe(1);
    const later = await create("k4", { name: "Raced" });
    expect([later.status, later.headers["idempotency-replayed"]]).toEqual([201, "true"]);
  });

  it("keeps a refusal of the input", async () => {
    const first = await create("k5", { name: "" });
    const again = await create("k5", { name: "" });
    expect([first.status, again.status]).toEqual([422, 422]);
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect(again.body.request_id).toBe(first.body.request_id);
  });

  it("does not keep a conflict: the next try runs", async () => {
    await create("k6-other", { name: "Holder", external_id: "held" }).expect(201);
    await create("k6", { name: "Late", external_id: "held" }).expect(409);
    await world.call("delete", "/v1/customers/held").expect(204);
    const again = await create("k6", { name: "Late", external_id: "held" });
    expect(again.headers["idempotency-replayed"]).toBeUndefined();
    const { rows } = await world.test.owner.query(
      "select count(*) as n from api_idempotency where key = 'k6'",
    );
    expect([again.status, Number(rows[0].n)]).toEqual([409, 0]);
  });

  it("replays an answer without a body, and refuses keys that are too long", async () => {
    await create("k7", { name: "Gone", external_id: "gone" }).expect(201);
    const remove = () => world.call("delete", "/v1/customers/gone").set("Idempotency-Key", "k7-delete");
    await remove().expect(204);
    const again = await remove();
    expect([again.status, again.headers["idempotency-replayed"]]).toEqual([204, "true"]);
    await create("k".repeat(256), { name: "Long" }).expect(400);
  });

  it("shows the secret of a new API key only once", async () => {
    const make = () =>
      world
        .call("post", "/v1/api_keys")
        .set("Idempotency-Key", "k8")
        .send({ name: "secret", role: "reader" });
    const [first, again] = [await make(), await make()];
    expect(first.body.key).toMatch(/^bw_test_/);
    expect(again.body).toEqual({ ...first.body, key: null });
    const { rows } = await world.test.owner.query(
      "select response::text as text from api_idempotency where key = 'k8'",
    );
    expect(rows[0].text).not.toContain(first.body.key);
  });

  it("shows the secret of the successor of an API key only once", async () => {
    const old = await world.call("post", "/v1/api_keys").send({ name: "old", role: "reader" }).expect(201);
    const rotate = () =>
      world
        .call("post", `/v1/api_keys/${old.body.id}/rotate`)
        .set("Idempotency-Key", "k9")
        .send({ overlap: "PT1H" });
    const [first, again] = [await rotate(), await rotate()];
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      ...{ name: "old", role: "reader", key: expect.stringMatching(/^bw_test_/) },
      replaced: { id: old.body.id, expires_at: expect.any(String), revoked_at: null },
    });
    expect(again.body).toEqual({ ...first.body, key: null });
    await world.call("get", "/v1/customers", first.body.key).expect(200);
    await world.call("get", "/v1/customers", old.body.key).expect(200);
  });

  describe("in the database", () => {
    const key = { route: "post /v1/things", key: "d1", bodyHash: "h1" };
    const answer = { status: 201, contentType: "application/json", headers: {}, text: "{}" };
    const inTenant = <T>(fn: Parameters<typeof withTenant<T>>[2]) =>
      withTenant(world.test.database, { tenantId: world.tenantId, actor: "test" }, fn);

    it("hands a key on when its lease has run out, and fences the one who held it", async () => {
      const slow = await inTenant((tx) => claimApiIdempotency(tx, key, -1));
      const next = await inTenant((tx) => claimApiIdempotency(tx, key, 60_000));
      if (slow.outcome !== "claimed" || next.outcome !== "claimed") throw new Error("both claim");
      const late = inTenant((tx) => completeApiIdempotency(tx, key, slow.fence, answer));
      await expect(late).rejects.toMatchObject({ code: "idempotency_key_in_progress" });
      await inTenant((tx) => completeApiIdempotency(tx, key, next.fence, answer));
      const replayed = await inTenant((tx) => claimApiIdempotency(tx, key, 60_000));
      expect(replayed).toEqual({ outcome: "completed", answer });
    });

    it("keeps a key for who holds it until its lease has run out", async () => {
      const own = { ...key, key: "d2" };
      await inTenant((tx) => claimApiIdempotency(tx, own, 60_000));
      expect(await inTenant((tx) => claimApiIdempotency(tx, own, 60_000))).toEqual({ outcome: "running" });
    });

    it("hands a key on to the same body only", async () => {
      const own = { ...key, key: "d3" };
      await inTenant((tx) => claimApiIdempotency(tx, own, -1));
      const other = await inTenant((tx) => claimApiIdempotency(tx, { ...own, bodyHash: "h2" }, 60_000));
      expect(other).toEqual({ outcome: "reused" });
    });

    it("frees and forgets a key after 30 days", async () => {
      await world.test.owner.query(
        "update api_idempotency set created_at = now() - interval '31 days' where key in ('d1', 'k1')",
      );
      const claim = await inTenant((tx) => claimApiIdempotency(tx, { ...key, bodyHash: "other" }, 60_000));
      expect(claim.outcome).toBe("claimed");
      const before = new Date(Date.now() - 30 * 86_400_000);
      expect(await inTenant((tx) => pruneApiIdempotency(tx, { before, limit: 10 }))).toBe(1);
    });
  });
});
