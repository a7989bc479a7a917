import { createHash } from "node:crypto";
import { generateInvoices } from "#libs/billing/run/generate-invoices.ts";
import { parsePublicId } from "#libs/core/public-id.ts";
import { withTenant } from "#libs/data/database.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { bodyOf, type RequestBody } from "../client/create-client.ts";

type Price = RequestBody<"/v1/plans", "post">["prices"][number];

const fee = (amount: string): Price => ({
  ...{ code: "base", name: "Base", kind: "recurring", billing: "in_advance", proration: "day" },
  ...{ charge_model: "flat", flat: { amount } },
});

describe("changes of a subscription over HTTP", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
    await world.test.owner.query("update tenant set clock_now = '2026-03-16T00:00:00Z' where id = $1", [
      world.tenantId,
    ]);
    const interval = { unit: "month", count: 1 } as const;
    const plan = { name: "Plan", currency: "USD", interval };
    for (const [code, amount] of [
      ["small", "31.00"],
      ["big", "62.00"],
    ] as const) {
      bodyOf(await world.api.POST("/v1/plans", { body: { ...plan, code, prices: [fee(amount)] } }));
    }
  });
  afterAll(() => world.close());

  /** Subscribed and billed for March; now it is the 16th. */
  async function subscribe(): Promise<string> {
    const { body: customer } = await world.call("post", "/v1/customers").send({ name: "Acme" }).expect(201);
    const { body } = await world
      .call("post", "/v1/subscriptions")
      .send({ customer: customer.id, plan: "small", starts_at: "2026-03-01T00:00:00Z", timezone: "UTC" });
    const id = parsePublicId("subscription", body.id) ?? "";
    await withTenant(world.test.database, { tenantId: world.tenantId, actor: "test" }, (tx) =>
      generateInvoices(tx, { subscriptionIds: [id], cutoffs: new Map([["UTC", tx.now]]), dryRun: false }),
    );
    return body.id;
  }

  const fingerprint = async () => {
    const { rows } = await world.test.owner.query(
      `select (select jsonb_agg(s order by id) from subscription s) as s, (select count(*) from invoice) as i,
         (select count(*) from subscription_change) as c, (select count(*) from audit_log) as a, (select count(*) from domain_event) as e`,
    );
    return createHash("sha256").update(JSON.stringify(rows)).digest("hex");
  };

  it("previews a change without leaving a trace, makes exactly that invoice, and replays it by its key", async () => {
    const id = await subscribe();
    const before = await fingerprint();
    const body = { plan: "big", at: "now" };
    const preview = bodyOf(
      await world.api.POST("/v1/subscriptions/{id}/change/preview", { params: { path: { id } }, body }),
    );
    expect(await fingerprint()).toBe(before);
    expect(preview).toMatchObject({ effective_at: "2026-03-16T00:00:00Z", invoice: { total: "16.00" } });
    const change = () =>
      world
        .call("post", `/v1/subscriptions/${id}/change`)
        .set("Idempotency-Key", `change-${id}`)
        .send(body)
        .expect(200);
    const made = await change();
    expect(made.body).toMatchObject({ plan_code: "big", status: "active", pending_changes: [] });
    expect((await change()).headers["idempotency-replayed"]).toBe("true");
    const { body: list } = await world.call("get", `/v1/invoices?subscription_id=${id}`).expect(200);
    expect(list.data).toHaveLength(2);
    const { body: invoice } = await world.call("get", `/v1/invoices/${list.data[0].id}`).expect(200);
    expect(invoice).toMatchObject({ billing_reason: "subscription_change", total: "16.00" });
    const facts = (lines: readonly Record<string, unknown>[]) =>
      lines.map(({ kind, amount, exact_amount, proration, period_start, period_end }) => ({
        ...{ kind, amount, exact_amount, proration, period_start, period_end },
      }));
    expect(facts(invoice.lines)).toEqual(facts(preview.invoice?.lines ?? []));
    const replay = bodyOf(
      await world.api.POST("/v1/invoices/{id}/replay", { params: { path: { id: invoice.id } } }),
    );
    expect(replay).toMatchObject({ identical: true });
  });

  it("keeps what is asked for later, cancels, and undoes the cancellation", async () => {
    const id = await subscribe();
    const path = `/v1/subscriptions/${id}`;
    const later = await world
      .call("post", `${path}/change`)
      .send({ plan: "big", at: "period_end", proration: "none" })
      .expect(200);
    expect(later.body.pending_changes).toEqual([
      {
        ...{ at: "2026-04-01T00:00:00Z", kind: "change", plan_code: "big", plan_version: 1, quantities: {} },
        ...{ proration: "none", refund: null, final_usage: null },
      },
    ]);
    const shown = await world
      .call("post", `${path}/cancel/preview`)
      .send({ at: "now", refund: "prorated" })
      .expect(200);
    expect(shown.body.invoice).toMatchObject({ total: "-16.00", billing_reason: "subscription_final" });
    const canceled = await world
      .call("post", `${path}/cancel`)
      .send({ at: "2026-03-20T00:00:00Z" })
      .expect(200);
    expect(canceled.body).toMatchObject({ ends_at: "2026-03-20T00:00:00Z", status: "active" });
    const back = await world.call("post", `${path}/reactivate`).expect(200);
    expect(back.body).toMatchObject({ ends_at: null, canceled_at: null, pending_changes: [] });
    expect(back.body.next_billing_at).toBe("2026-04-01T00:00:00Z");
  });

  it("pauses, resumes and moves the anchor, each only at the version it was asked for", async () => {
    const id = await subscribe();
    const path = `/v1/subscriptions/${id}`;
    const { body: fresh } = await world.call("get", path).expect(200);
    const paused = await world
      .call("post", `${path}/pause`)
      .set("If-Match", `"${fresh.version}"`)
      .expect(200);
    expect(paused.body).toMatchObject({ status: "paused", next_billing_at: null });
    const stale = await world
      .call("post", `${path}/resume`)
      .set("If-Match", `"${fresh.version}"`)
      .expect(409);
    expect(stale.body.code).toBe("version_conflict");
    await world.call("post", `${path}/resume`).set("If-Match", `"${paused.body.version}"`).expect(200);
    const moved = await world
      .call("patch", path)
      .send({ anchor: { day: 20 }, metadata: { a: "b" } })
      .expect(200);
    expect(moved.body).toMatchObject({
      anchor: { day: 20 },
      metadata: { a: "b" },
      next_billing_at: "2026-03-20T00:00:00Z",
    });
  });

  it("names what cannot be", async () => {
    const id = await subscribe();
    const path = `/v1/subscriptions/${id}`;
    const refusals: [string, object, number, string][] = [
      ["change", { plan: "none" }, 404, "plan_not_found"],
      ["change", { at: "yesterday" }, 422, "fields_invalid"],
      ["change", { plan: "big", at: "2026-03-01T00:00:00Z" }, 422, "fields_invalid"],
      ["cancel", { refund: "all" }, 422, "fields_invalid"],
      ["resume", {}, 422, "subscription_not_paused"],
      ["reactivate", {}, 422, "subscription_not_canceled"],
    ];
    for (const [verb, body, status, code] of refusals) {
      const answer = await world.call("post", `${path}/${verb}`).send(body);
      expect([answer.status, answer.body.code]).toEqual([status, code]);
    }
    const other = await world
      .call("post", `${path}/change`, world.strangerKey)
      .send({ plan: "big" })
      .expect(404);
    expect(other.body.code).toBe("subscription_not_found");
    const reader = await world.call("post", `${path}/cancel`, world.keys.reader).send({}).expect(403);
    expect(reader.body.code).toBe("role_forbidden");
  });
});
