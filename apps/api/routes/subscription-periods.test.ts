import { generateInvoices } from "#libs/billing/run/generate-invoices.ts";
import { withTenant } from "#libs/data/database.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { subscriptionIdOf } from "./subscriptions.ts";
import { bodyOf, type RequestBody } from "../client/create-client.ts";

type Price = RequestBody<"/v1/plans", "post">["prices"][number];

type Period = {
  price_code: string;
  index: number;
  period_start: string;
  state: string;
  invoice: string | null;
};

describe("GET /v1/subscriptions/{id}/periods", () => {
  let world: ApiWorld;
  let id: string;
  const url = (query = "") => `/v1/subscriptions/${id}/periods?${query}`;
  const list = async (query = "") =>
    (await world.call("get", url(query)).expect(200)).body as {
      data: Period[];
      has_more: boolean;
      next_cursor: string | null;
    };
  const shown = ({ price_code, index, period_start, state }: Period) =>
    `${price_code} ${index} ${period_start.slice(0, 10)} ${state}`;

  beforeAll(async () => {
    world = await openApiWorld();
    await world.test.owner.query("update tenant set clock_now = '2026-02-10T00:00:00Z' where id = $1", [
      world.tenantId,
    ]);
    const fee = (code: string, billing: "in_advance" | "in_arrears"): Price => ({
      ...{ code, name: code, kind: "recurring", billing, charge_model: "flat", flat: { amount: "10.00" } },
    });
    bodyOf(
      await world.api.POST("/v1/plans", {
        body: {
          ...{ code: "team", name: "Team", currency: "USD", interval: { unit: "month", count: 1 } },
          prices: [fee("ahead", "in_advance"), fee("behind", "in_arrears")],
        },
      }),
    );
    bodyOf(await world.api.POST("/v1/customers", { body: { external_id: "acme", name: "Acme" } }));
    const made = bodyOf(
      await world.api.POST("/v1/subscriptions", {
        body: { customer: "acme", plan: "team", starts_at: "2026-01-01T00:00:00Z", timezone: "UTC" },
      }),
    );
    id = made.id;
    await withTenant(world.deps.database, { tenantId: world.tenantId, actor: "test" }, (tx) =>
      generateInvoices(tx, {
        ...{ subscriptionIds: [subscriptionIdOf(id)], cutoffs: new Map([["UTC", tx.now]]), dryRun: false },
      }),
    );
  });
  afterAll(() => world.close());

  it("shows what is billed, and what runs and is not, up to now", async () => {
    const { data, has_more } = await list();
    expect(data.map(shown)).toEqual([
      "ahead 0 2026-01-01 billed",
      "behind 0 2026-01-01 billed",
      "ahead 1 2026-02-01 billed",
      "behind 1 2026-02-01 upcoming",
    ]);
    expect(has_more).toBe(false);
    expect(data.map(({ invoice }) => invoice === null)).toEqual([false, false, false, true]);
  });

  it("goes on page by page, as far as it is asked, without a period twice or missing", async () => {
    const to = "to=2030-01-01T00:00:00Z";
    const whole: string[] = [];
    let cursor = "";
    for (let page = 0; page < 20; page++) {
      const { data, next_cursor } = await list(`${to}&limit=7${cursor}`);
      whole.push(...data.map(shown));
      if (next_cursor === null) break;
      cursor = `&cursor=${next_cursor}`;
    }
    expect(whole).toHaveLength(96);
    expect(new Set(whole).size).toBe(96);
    expect(whole.at(-1)).toBe("behind 47 2029-12-01 upcoming");
    expect((await list(`${to}&limit=100`)).data.map(shown)).toEqual(whole);
  });

  it("begins where it is asked and shows a void gap", async () => {
    const { data } = await list("from=2026-02-15T00:00:00Z&to=2026-03-15T00:00:00Z");
    expect(data.map(shown)).toEqual([
      "ahead 1 2026-02-01 billed",
      "behind 1 2026-02-01 upcoming",
      "ahead 2 2026-03-01 upcoming",
      "behind 2 2026-03-01 upcoming",
    ]);
    bodyOf(
      await world.api.POST("/v1/invoices/{id}/void", {
        params: { path: { id: data[0]?.invoice ?? "" } },
        body: { reason: "test" },
      }),
    );
    expect((await list()).data.map(({ state }) => state)).toEqual(["billed", "voided", "voided", "upcoming"]);
  });

  it("refuses a cursor of another list", async () => {
    const { status, body } = await world.call("get", url("cursor=inv_1"));
    expect([status, body.code, body.errors[0].path]).toEqual([422, "fields_invalid", "cursor"]);
  });
});
