import supertest from "supertest";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";

const admin = { email: "ops@example.com", password: "correct horse battery" };

describe("the operator console", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld({ admin, trustProxy: "true" });
  });
  afterAll(() => world.close());

  const cookiesOf = (answer: supertest.Response) => [answer.headers["set-cookie"] ?? []].flat().map(String);

  /** Opens the form as a browser at `address` and sends it. */
  async function signIn(tried: {
    email: string;
    password: string;
    address: string;
    scheme?: string;
    origin?: string;
  }) {
    const from = { "X-Forwarded-For": tried.address, "X-Forwarded-Proto": tried.scheme ?? "http" };
    const form = await supertest(world.app).get("/admin/login").set(from).expect(200);
    const token = /name="token" value="([^"]+)"/.exec(form.text)?.[1] ?? "";
    const cookie = cookiesOf(form)
      .map((line) => line.split(";")[0])
      .join("; ");
    const request = supertest(world.app).post("/admin/login").set(from).set("Cookie", cookie).type("form");
    if (tried.origin !== undefined) request.set("Origin", tried.origin);
    return request.send({ token, email: tried.email, password: tried.password });
  }

  async function sessionCookie(address: string): Promise<string> {
    const answer = await signIn({ ...admin, address });
    const line = cookiesOf(answer).find((each) => each.startsWith("billwright_operator="));
    return line?.split(";")[0] ?? "";
  }

  it("sends those without a session to the form, and tells programs 401", async () => {
    const page = await supertest(world.app).get("/admin/queues").set("Accept", "text/html");
    expect([page.status, page.headers["location"]]).toEqual([303, "/admin/login"]);
    const api = await supertest(world.app).get("/admin/queues/api/queues").set("Accept", "application/json");
    expect([api.status, api.body.code]).toEqual([401, "session_invalid"]);
  });

  it("opens the queues to the right password, with a cookie that scripts cannot read", async () => {
    const answer = await signIn({ ...admin, email: "OPS@example.com", address: "10.0.0.1" });
    expect([answer.status, answer.headers["location"]]).toEqual([303, "/admin/queues"]);
    const cookie = cookiesOf(answer).find((line) => line.startsWith("billwright_operator=")) ?? "";
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/);
    const session = cookie.split(";")[0] ?? "";
    const queues = await supertest(world.app)
      .get("/admin/queues/api/queues")
      .set("Cookie", session)
      .expect(200);
    expect(queues.body.queues.map((queue: { name: string }) => queue.name)).toContain("invoice-generation");
    const page = await supertest(world.app).get("/admin/queues/").set("Cookie", session).expect(200);
    expect(page.text).not.toMatch(/(?:href|src)="(?:https?:)?\/\/|googleapis/);
    expect(page.text).toMatch(/<link href="static\/css\/main/);
    const script = /src="(static\/js\/main[^"]+)"/.exec(page.text)?.[1] ?? "";
    await supertest(world.app).get(`/admin/queues/${script}`).set("Cookie", session).expect(200);
    const { rows } = await world.test.owner.query("select token_hash from operator_session");
    expect(JSON.stringify(rows)).not.toContain(session.split("=")[1]);
  });

  it("uses a __Host- cookie that is Secure over https", async () => {
    const answer = await signIn({ ...admin, address: "10.0.0.2", scheme: "https" });
    const cookie = cookiesOf(answer).find((line) => line.startsWith("__Host-billwright_operator=")) ?? "";
    expect(cookie).toMatch(/Secure/);
    expect(cookie).toMatch(/Path=\//);
    expect(cookie).not.toMatch(/Domain=/);
  });

  it("refuses a form without its token, and one that another site sent", async () => {
    const bare = await supertest(world.app).post("/admin/login").type("form").send(admin);
    expect(bare.status).toBe(403);
    const foreign = await signIn({ ...admin, address: "10.0.0.3", origin: "https://evil.example" });
    expect(foreign.status).toBe(403);
    expect(cookiesOf(foreign).join()).not.toContain("billwright_operator=");
  });

  it("lets bull-board's own pages write and other pages not", async () => {
    const cookie = await sessionCookie("10.0.0.4");
    const pause = () =>
      supertest(world.app).put("/admin/queues/api/queues/notification/pause").set("Cookie", cookie);
    expect((await pause().set("Sec-Fetch-Site", "same-origin")).status).toBe(200);
    expect((await pause().set("Sec-Fetch-Site", "cross-site")).body.code).toBe("origin_forbidden");
    expect((await pause().set("Origin", "https://evil.example")).body.code).toBe("origin_forbidden");
    expect((await pause()).body.code).toBe("origin_forbidden");
    expect(await world.queues.queue("notification").isPaused()).toBe(true);
  });

  it("ends the session on the server when the operator signs out", async () => {
    const cookie = await sessionCookie("10.0.0.5");
    const home = await supertest(world.app).get("/admin").set("Cookie", cookie).expect(200);
    const token = /name="token" value="([^"]+)"/.exec(home.text)?.[1];
    await supertest(world.app).post("/admin/logout").set("Cookie", cookie).type("form").send({}).expect(403);
    await supertest(world.app)
      .post("/admin/logout")
      .set("Cookie", cookie)
      .type("form")
      .send({ token })
      .expect(303);
    await supertest(world.app).get("/admin").set("Cookie", cookie).set("Accept", "text/html").expect(303);
  });

  it("ends the session by itself when its time is over", async () => {
    const cookie = await sessionCookie("10.0.0.6");
    await supertest(world.app).get("/admin").set("Cookie", cookie).expect(200);
    await world.test.owner.query("update operator_session set expires_at = now()");
    await supertest(world.app).get("/admin").set("Cookie", cookie).set("Accept", "text/html").expect(303);
  });

  it("opens nothing to the right password of another account", async () => {
    const answer = await signIn({ ...admin, email: "nobody@example.com", address: "10.0.0.7" });
    expect(answer.status).toBe(401);
    expect(cookiesOf(answer).join()).not.toContain("billwright_operator=");
  });

  it("makes everybody wait after five wrong tries, the right password too", async () => {
    const tried = { email: "ops@example.com", address: "10.0.0.9" };
    const statuses: number[] = [];
    for (let n = 0; n < 6; n++) statuses.push((await signIn({ ...tried, password: `wrong ${n}` })).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    const right = await signIn({ ...admin, address: "10.0.0.10" });
    expect([right.status, Number(right.headers["retry-after"]) > 60]).toEqual([429, true]);
    const other = await signIn({ email: "nobody@example.com", password: "x", address: "10.0.0.9" });
    expect(other.status).toBe(429);
    await world.test.owner.query("update rate_limit set window_started_at = now() - interval '16 minutes'");
    expect((await signIn({ ...admin, address: "10.0.0.9" })).status).toBe(303);
  });
});
