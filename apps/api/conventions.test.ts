import { gzipSync } from "node:zlib";
import supertest from "supertest";
import { openDatabase } from "#libs/data/database.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { createApp } from "./create-app.ts";

describe("the conventions of the API", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
    await world.call("post", "/v1/customers").send({ external_id: "acme", name: "Acme" }).expect(201);
  });
  afterAll(() => world.close());

  const customer = (name: string) => world.call("post", "/v1/customers").send({ name });

  describe("201", () => {
    it("answers the object with its version as ETag and the request's id", async () => {
      const answer = await world
        .call("post", "/v1/customers")
        .set("X-Request-ID", "req-77")
        .send({ name: "Żółć 株式会社 🚀" });
      expect(answer.status).toBe(201);
      expect(answer.headers["x-request-id"]).toBe("req-77");
      expect(answer.headers["etag"]).toBe('"1"');
      expect(answer.body).toMatchObject({ name: "Żółć 株式会社 🚀", status: "active", version: 1 });
      expect(answer.body.id).toMatch(/^cus_[0-9a-z]{26}$/);
    });

    it("writes who did it and why into the audit log, in UTF-8", async () => {
      const made = await customer("Audited");
      const answer = await world
        .call("delete", `/v1/customers/${made.body.id}`)
        .set("X-Actor", Buffer.from("Zoë").toString("latin1"))
        .set("X-Reason", "ticket 12");
      const { rows } = await world.test.owner.query(
        "select actor, reason, request_id from audit_log where action = 'customer.delete'",
      );
      expect(rows).toEqual([
        {
          actor: expect.stringMatching(/^Zoë \(key_\w+\)$/),
          reason: "ticket 12",
          request_id: answer.headers["x-request-id"],
        },
      ]);
    });
  });

  it.each([
    ...["/v1/invoices?customer_id=", "/v1/ledger/entries?customer_id=", "/v1/payments?customer="],
    ...["/v1/disputes?customer=", "/v1/credit_notes?customer=", "/v1/subscriptions?customer="],
  ])("takes an external id where a list is asked for one customer's: %s", async (path) => {
    const known = await world.call("get", `${path}acme`);
    expect([known.status, known.body]).toMatchObject([200, { data: [] }]);
    const unknown = await world.call("get", `${path}nobody`);
    expect([unknown.status, unknown.body.code]).toEqual([404, "customer_not_found"]);
  });

  describe("400", () => {
    it.each([
      ["text that is no JSON", '{"name": ', "body_malformed"],
      ["an array where an object is due", "[]", "body_malformed"],
      ["a body that is empty", "", "body_malformed"],
    ])("refuses %s", async (_what, text, code) => {
      const answer = await world
        .call("post", "/v1/customers")
        .set("Content-Type", "application/json")
        .send(text);
      expect([answer.status, answer.body.code]).toEqual([400, code]);
    });

    it("refuses bytes that are not UTF-8", async () => {
      const answer = await world
        .call("post", "/v1/customers")
        .set("Content-Type", "application/json")
        .serialize((body) => body as string)
        .send(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]) as unknown as object);
      expect([answer.status, answer.body.code]).toEqual([400, "body_malformed"]);
    });

    it("refuses an If-Match that is no version and a path that cannot be decoded", async () => {
      const match = await world
        .call("patch", "/v1/customers/acme")
        .set("If-Match", "abc")
        .send({ name: "A" });
      expect([match.status, match.body.code]).toEqual([400, "request_malformed"]);
      const path = await world.call("get", "/v1/customers/%E0%A4%A");
      expect([path.status, path.body.code]).toEqual([400, "request_malformed"]);
    });
  });

  describe("401", () => {
    it.each([
      ["no key", null],
      ["an unknown key", "bw_test_0000000000000000000000000000000000000000"],
      ["a key of no known form", "sk_live_1"],
    ])("refuses %s", async (_what, key) => {
      const answer = await world.call("get", "/v1/customers", key);
      expect([answer.status, answer.body.code]).toEqual([401, "api_key_invalid"]);
      expect(answer.headers["www-authenticate"]).toContain("Bearer");
    });

    it("refuses a key from the moment it is revoked", async () => {
      const made = await world.call("post", "/v1/api_keys").send({ name: "short", role: "reader" });
      expect(made.status).toBe(201);
      await world.call("get", "/v1/customers", made.body.key).expect(200);
      await world.call("delete", `/v1/api_keys/${made.body.id}`).expect(200);
      await world.call("get", "/v1/customers", made.body.key).expect(401);
    });

    it.each([
      ["reads", "get", "/v1/customers", ""],
      ["asks for what is not there", "get", "/v1/customers/nobody", ""],
      ["asks what is no question", "get", "/v1/customers?limit=0", ""],
      ["may not do it anyway", "post", "/v1/api_keys", ""],
      ["sends what is malformed", "post", "/v1/customers", "{"],
      ["writes", "post", "/v1/customers", '{"external_id": "late", "name": "Late"}'],
    ] as const)(
      "tells who holds a key that was revoked after its use nothing else: one who %s",
      async (_, method, path, body) => {
        const made = await world.call("post", "/v1/api_keys").send({ name: "short", role: "operator" });
        const send = (idempotencyKey: string) => {
          const asked = world.call(method, path, made.body.key).set("Content-Type", "application/json");
          return method === "get" ? asked : asked.set("Idempotency-Key", idempotencyKey).send(body);
        };
        const used = world.call("post", "/v1/customers", made.body.key).send({ name: "Early" });
        await used.set("Idempotency-Key", `early ${made.body.id}`).expect(201);
        await world.call("delete", `/v1/api_keys/${made.body.id}`).expect(200);
        const refused = await send(`late ${made.body.id}`);
        expect([refused.status, refused.body.code]).toEqual([401, "api_key_invalid"]);
        const { rows } = await world.test.owner.query(
          "select name as stored from customer where name = 'Late' union all select key from api_idempotency where key like 'late %'",
        );
        expect(rows).toEqual([]);
      },
    );

    it("replays nothing to who holds a key that was revoked after its use", async () => {
      const made = await world.call("post", "/v1/api_keys").send({ name: "short", role: "operator" });
      const write = () =>
        world
          .call("post", "/v1/customers", made.body.key)
          .set("Idempotency-Key", `once ${made.body.id}`)
          .send({ name: "Once" });
      await write().expect(201);
      await write().expect(201);
      await world.call("delete", `/v1/api_keys/${made.body.id}`).expect(200);
      await write().expect(401);
    });

    it("refuses events of a key from the moment it is revoked, also of one that has just been used", async () => {
      const made = await world.call("post", "/v1/api_keys").send({ name: "sender", role: "ingest" });
      const send = (id: string) =>
        world.call("post", "/v1/events", made.body.key).send({ id, event_type: "x", customer: "acme" });
      const answers = [(await send("one")).status, (await send("two")).status];
      await world.call("delete", `/v1/api_keys/${made.body.id}`).expect(200);
      const refused = await send("three");
      expect([...answers, refused.status, refused.body.code]).toEqual([200, 200, 401, "api_key_invalid"]);
      expect(refused.headers["www-authenticate"]).toContain("Bearer");
      // Found unusable once, it is asked for before anything that comes with it is read.
      const unread = await world
        .call("post", "/v1/events", made.body.key)
        .set("Content-Type", "application/json")
        .send("{");
      expect([unread.status, unread.body.code]).toEqual([401, "api_key_invalid"]);
    });
  });

  describe("403", () => {
    it.each([
      ["reader", "post", "/v1/customers"],
      ["ingest", "get", "/v1/customers"],
      ["ingest", "get", "/v1/invoices"],
      ["operator", "post", "/v1/api_keys"],
      ["operator", "patch", "/v1/settings"],
      ["reader", "post", "/v1/events"],
      ["reader", "post", "/v1/subscriptions/sub_1/change/preview"],
    ] as const)("a key with the role %s may not %s %s", async (role, method, path) => {
      const answer = await world.call(method, path, world.keys[role]);
      expect([answer.status, answer.body.code]).toEqual([403, "role_forbidden"]);
    });

    it("lets a reader read and an ingest key send events", async () => {
      await world.call("get", "/v1/settings", world.keys.reader).expect(200);
      const answer = await world
        .call("post", "/v1/events", world.keys.ingest)
        .send({ id: "r1", event_type: "calls", customer: "acme", value: 1 });
      expect([answer.status, answer.body.accepted]).toEqual([200, 1]);
    });
  });

  describe("404", () => {
    it("does not know another tenant's customer, by id or external id", async () => {
      const mine = await world.call("get", "/v1/customers/acme").expect(200);
      for (const id of ["acme", mine.body.id]) {
        const answer = await world.call("get", `/v1/customers/${id}`, world.strangerKey);
        expect([answer.status, answer.body.code]).toEqual([404, "customer_not_found"]);
      }
    });

    it.each([
      ["get", "/v1/invoices/inv_00000000000000000000000000", "invoice_not_found"],
      ["get", "/v1/invoices/1", "invoice_not_found"],
      ["get", "/v1/invoices/inv_00000000000000000000000000/pdf", "invoice_not_found"],
      ["put", "/v1/invoices/inv_00000000000000000000000000/payment", "invoice_not_found"],
      ["get", "/v1/jobs/job_00000000000000000000000000", "job_not_found"],
      ["post", "/v1/jobs/job_00000000000000000000000000/retry", "job_not_found"],
      ["get", "/v1/billing_runs/run_00000000000000000000000000", "run_not_found"],
      ["get", "/v1/subscriptions/sub_00000000000000000000000000", "subscription_not_found"],
      ["get", "/v1/plans/nothing", "plan_not_found"],
      ["get", "/v1/meters/nothing", "meter_not_found"],
      ["get", "/v1/nothing", "route_not_found"],
      ["get", "/admin/queues", "route_not_found"],
    ] as const)("%s %s is %s", async (method, path, code) => {
      const request = world.call(method, path);
      const answer = await (method === "put" ? request.send({ payment_status: "succeeded" }) : request);
      expect([answer.status, answer.body.code]).toEqual([404, code]);
    });
  });

  describe("405", () => {
    it("names the methods that a path takes", async () => {
      const answer = await world.call("put", "/v1/customers").send({});
      expect([answer.status, answer.body.code]).toEqual([405, "method_not_allowed"]);
      expect(answer.headers["allow"]).toBe("GET, HEAD, POST");
    });
  });

  describe("409", () => {
    it("refuses an external id that is taken", async () => {
      const answer = await world.call("post", "/v1/customers").send({ external_id: "acme", name: "Twice" });
      expect([answer.status, answer.body.code]).toEqual([409, "external_id_taken"]);
    });

    it("refuses a change to a version that has moved on", async () => {
      const made = await customer("Versioned");
      const path = `/v1/customers/${made.body.id}`;
      await world.call("patch", path).set("If-Match", '"1"').send({ name: "Second" }).expect(200);
      const late = await world.call("patch", path).set("If-Match", "1").send({ name: "Third" });
      expect([late.status, late.body.code]).toEqual([409, "version_conflict"]);
      const now = await world.call("get", path);
      expect(now.body).toMatchObject({ name: "Second", version: 2 });
    });
  });

  describe("413", () => {
    it("refuses a body over its limit", async () => {
      const answer = await customer("x".repeat(70_000));
      expect([answer.status, answer.body.code]).toEqual([413, "body_too_large"]);
    });

    it("refuses packed bytes that unpack to too much", async () => {
      const bomb = gzipSync(Buffer.alloc(20_000_000, 32));
      const answer = await world
        .call("post", "/v1/events")
        .set("Content-Type", "application/x-ndjson")
        .set("Content-Encoding", "gzip")
        .serialize((body) => body as string)
        .send(bomb as unknown as object);
      expect([answer.status, answer.body.code]).toEqual([413, "body_too_large"]);
    });
  });

  describe("415", () => {
    it.each([
      ["a form", { "Content-Type": "application/x-www-form-urlencoded" }],
      ["another charset", { "Content-Type": "application/json; charset=iso-8859-1" }],
      ["another encoding", { "Content-Type": "application/json", "Content-Encoding": "br" }],
    ])("refuses %s", async (_what, headers) => {
      const answer = await world.call("post", "/v1/customers").set(headers).send('{"name":"A"}');
      expect([answer.status, answer.body.code]).toEqual([415, "unsupported_media_type"]);
    });
  });

  describe("422", () => {
    it("names every refused place in the words of the request", async () => {
      const answer = await world
        .call("post", "/v1/customers")
        .send({ nam: "A", tax_ids: [1], billing_address: { town: "B" }, status: "gone" });
      expect(answer.status).toBe(422);
      expect(answer.headers["content-type"]).toContain("application/problem+json");
      expect(answer.body).toMatchObject({
        type: "/docs/errors#fields_invalid",
        status: 422,
        code: "fields_invalid",
        detail: expect.stringMatching(/^5 fields are wrong; the first is \w+: /),
        request_id: answer.headers["x-request-id"],
      });
      const places = answer.body.errors.map(
        (place: { path: string; code: string }) => `${place.path} ${place.code}`,
      );
      expect(places.sort()).toEqual([
        "billing_address.town field_unknown",
        "nam field_unknown",
        "name field_required",
        "status value_not_allowed",
        "tax_ids.0 type_invalid",
      ]);
    });

    it.each([
      ["a NUL", "A\u0000B"],
      ["half a surrogate pair", "A\ud83dB"],
    ])("refuses %s in a text", async (_what, name) => {
      const answer = await world
        .call("post", "/v1/customers")
        .set("Content-Type", "application/json")
        .send(JSON.stringify({ name: "A", metadata: { note: name } }));
      expect([answer.status, answer.body.code]).toEqual([422, "fields_invalid"]);
      expect(answer.body.errors[0].path).toBe("metadata.note");
    });

    it.each([
      "/v1/customers?limit=0",
      "/v1/customers?limit=101",
      "/v1/customers?limt=5",
      "/v1/customers?cursor=abc",
      "/v1/settings?x=1",
      "/v1/customers/a%00b",
    ])("refuses %s", async (path) => {
      const answer = await world.call("get", path);
      expect([answer.status, answer.body.code]).toEqual([422, "fields_invalid"]);
    });
  });

  describe("lists", () => {
    it("go through every object once, page by page", async () => {
      const other = world.strangerKey;
      for (let n = 0; n < 5; n++)
        await world
          .call("post", "/v1/customers", other)
          .send({ name: `C${n}` })
          .expect(201);
      const names: string[] = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? "" : `&cursor=${cursor}`;
        const page = await world.call("get", `/v1/customers?limit=2${query}`, other).expect(200);
        expect(page.body.has_more).toBe(page.body.next_cursor !== null);
        names.push(...page.body.data.map((row: { name: string }) => row.name));
        cursor = page.body.next_cursor;
      } while (cursor !== null);
      expect(names).toEqual(["C4", "C3", "C2", "C1", "C0"]);
    });
  });

  describe("500", () => {
    it("tells nothing of an unexpected error but the request's id", async () => {
      const broken = await openApiWorld({ requestsPerMinute: 1_000_000 });
      await broken.test.owner.query("alter table customer rename column name to title");
      const answer = await broken.call("get", "/v1/customers");
      expect(answer.status).toBe(500);
      expect(answer.body).toMatchObject({ code: "internal", request_id: answer.headers["x-request-id"] });
      expect(JSON.stringify(answer.body)).not.toMatch(/column|select|prisma/i);
      await broken.close();
    });
  });

  describe("429 and 503", () => {
    it("limits the requests of one key, over all processes", async () => {
      const limited = await openApiWorld({ requestsPerMinute: 3 });
      const statuses: number[] = [];
      for (let n = 0; n < 5; n++) statuses.push((await limited.call("get", "/v1/settings")).status);
      expect(statuses).toEqual([200, 200, 200, 429, 429]);
      const answer = await limited.call("get", "/v1/settings");
      expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
      await limited.call("get", "/v1/settings", limited.strangerKey).expect(200);
      await limited.close();
    });

    it("answers 503 while the database is away, and says that it is alive", async () => {
      const database = openDatabase({
        url: "postgresql://nobody@127.0.0.1:1/none",
        poolSize: 2,
        causes: () => [],
      });
      const lost = createApp({
        ...{ queues: world.queues, admin: null, stripeWebhookSecret: null, startedAt: new Date() },
        deps: { ...world.deps, database },
      });
      const answer = await supertest(lost)
        .get("/v1/customers")
        .set("Authorization", `Bearer ${world.keys.admin}`);
      expect([answer.status, answer.body.code]).toEqual([503, "database_unavailable"]);
      await supertest(lost).get("/health/live").expect(200);
      const health = await supertest(lost).get("/health");
      expect([health.status, health.body.components.database.status]).toEqual([503, "down"]);
      await database.close();
    });
  });
});
