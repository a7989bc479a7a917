import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import type { Route } from "./define-route.ts";
import { rolesOf } from "./middleware/authenticate.ts";
import { allRoutes } from "./routes/all-routes.ts";

const roles = ["admin", "operator", "ingest", "reader"] as const;
const keyed = allRoutes.filter((route) => route.access !== "public");
const switchedOff: ReadonlySet<unknown> = new Set(["payment_provider_off"]);
const name = (route: Route) => `${route.method} ${route.path}`;

/** One object of every kind that a path can name. */
type Objects = Readonly<Record<string, string>>;

/** The path with the ids of objects of one tenant; null when nothing of a tenant is named in it. */
function pathOf(route: Route, objects: Objects): string | null {
  const [, , collection = ""] = route.path.split("/");
  if (!route.path.includes("{") || ["schedules", "templates"].includes(collection)) return null;
  return route.path
    .replace("{id}", objects[collection] ?? `no object of ${collection} is made in this test`)
    .replace("{line}", objects["lines"] ?? "")
    .replace("{payment_method}", objects["payment_methods"] ?? "");
}

describe("every route of the API", () => {
  let world: ApiWorld;
  let objects: Objects;
  beforeAll(async () => {
    world = await openApiWorld({ requestsPerMinute: 100_000 });
    objects = await makeObjects(world);
  });
  afterAll(() => world.close());

  const send = (route: Route, path: string, key: string) => {
    const request = world.call(route.method, path, key);
    if (route.method === "get" || route.method === "delete") return request;
    if (route.raw === true) return request.send(route.example.body as object);
    return request.send((route.example.body ?? {}) as object);
  };

  /** Everything that a tenant owns, but for what is written of requests themselves. */
  const snapshot = async (tenantId: string): Promise<Record<string, string>> => {
    const { rows: tables } = await world.test.owner.query<{ name: string }>(
      `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname not in ('api_key', 'api_idempotency') order by 1`,
    );
    const hashes: Record<string, string> = {};
    for (const table of tables) {
      const { rows } = await world.test.owner.query<{ hash: string }>(
        `select md5(coalesce(string_agg(t::text, chr(10) order by t::text), '')) as hash from ${table.name} t where tenant_id = $1`,
        [tenantId],
      );
      hashes[table.name] = rows[0]?.hash ?? "";
    }
    return hashes;
  };

  it.each(keyed.map((route) => [name(route), route] as const))("%s needs a key", async (_name, route) => {
    const path = pathOf(route, objects) ?? route.path.replace("{name}", "billing.month");
    const answer = await world.call(route.method, path, null);
    expect([answer.status, answer.body.code]).toEqual([401, "api_key_invalid"]);
  });

  it.each(keyed.map((route) => [name(route), route] as const))(
    "%s takes the roles that its access says, and no other",
    async (_name, route) => {
      const allowed = route.access === "public" ? roles : rolesOf(route.access, route.method);
      const path = route.path.replace(/\{\w+\}/g, "nothing");
      for (const role of roles.filter((each) => !allowed.includes(each))) {
        const answer = await send(route, path, world.keys[role]);
        expect([role, answer.status, answer.body.code]).toEqual([role, 403, "role_forbidden"]);
      }
      if (route.method !== "get") expect(allowed).not.toContain("reader");
      if (!/^\/v1\/events(\/|$)/.test(route.path)) expect(allowed).not.toContain("ingest");
      if (
        /\/v1\/(api_keys|settings)/.test(route.path) &&
        (route.method !== "get" || route.path.includes("keys"))
      ) {
        expect(allowed).toEqual(["admin"]);
      }
    },
  );

  it("answers 404 for another tenant's objects, and changes none of them", async () => {
    const before = await snapshot(world.tenantId);
    for (const route of keyed) {
      const path = pathOf(route, objects);
      if (path === null) continue;
      const answer = await send(route, path, world.strangerKey);
      // What is switched off for everybody says nothing of the object.
      if (switchedOff.has(answer.body?.code)) continue;
      expect([name(route), answer.status]).toEqual([name(route), 404]);
      expect(JSON.stringify(answer.body)).not.toMatch(/Acme of the owner/);
    }
    expect(await snapshot(world.tenantId)).toEqual(before);
  });

  it("shows in no list or report what is another tenant's", async () => {
    const before = await snapshot(world.tenantId);
    for (const route of keyed.filter(({ path, method }) => method === "get" && !path.includes("{"))) {
      const answer = await send(route, route.path, world.strangerKey);
      expect(JSON.stringify(answer.body)).not.toMatch(/Acme of the owner|owner-secret/);
      for (const id of Object.values(objects)) expect(answer.text).not.toContain(id);
    }
    expect(await snapshot(world.tenantId)).toEqual(before);
  });
});

async function makeObjects(world: ApiWorld): Promise<Objects> {
  const post = async (path: string, body: object) => {
    const answer = await world.call("post", path).send(body);
    if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const customer = await post("/v1/customers", { name: "Acme of the owner", external_id: "owner-secret" });
  const method = await post(`/v1/customers/${customer.id}/payment_methods`, {
    type: "card",
    provider_id: "pm_owner_secret",
  });
  const meter = await post("/v1/meters", {
    code: "owner-secret",
    name: "Acme of the owner",
    aggregation: "count",
  });
  const plan = await post("/v1/plans", {
    ...{
      code: "owner-secret",
      name: "Acme of the owner",
      currency: "USD",
      interval: { unit: "month", count: 1 },
    },
    prices: [
      {
        code: "base",
        name: "Base",
        kind: "recurring",
        charge_model: "flat",
        flat: { amount: "10.00" },
        billing: "in_arrears",
      },
    ],
  });
  const subscription = await post("/v1/subscriptions", { customer: customer.id, plan: plan.id });
  const invoice = await post("/v1/invoices", {
    customer_id: customer.id,
    lines: [{ description: "Acme of the owner", amount: "10.00" }],
    finalize: true,
  });
  const note = await post("/v1/credit_notes", { invoice: invoice.id, amount: "1.00", settlement: "offset" });
  await world
    .call("put", `/v1/invoices/${invoice.id}/payment`)
    .send({ payment_status: "succeeded", amount: "2.00" });
  const payments = await world.call("get", "/v1/payments").expect(200);
  const run = await post("/v1/billing_runs", { month: "2026-01", dry_run: true });
  const reconciliation = await post("/v1/reconciliations", { checks: ["periods"] });
  const endpoint = await post("/v1/webhook_endpoints", { url: "https://example.com/owner-secret" });
  const delivery = await post(`/v1/webhook_endpoints/${endpoint.id}/test`, {});
  const clock = await post("/v1/test_clocks", { now: "2026-01-01T00:00:00Z" });
  const keys = await world.call("get", "/v1/api_keys").expect(200);
  return {
    customers: customer.id,
    payment_methods: method.id,
    meters: meter.id,
    plans: plan.id,
    subscriptions: subscription.id,
    invoices: invoice.id,
    lines: invoice.lines[0].id,
    credit_notes: note.id,
    payments: payments.body.data[0].id,
    billing_runs: run.run_id,
    reconciliations: reconciliation.reconciliation_id,
    jobs: run.job_id,
    webhook_endpoints: endpoint.id,
    webhook_deliveries: delivery.delivery_id,
    test_clocks: clock.id,
    api_keys: keys.body.data[0].id,
  };
}
