import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { bodyOf } from "../client/create-client.ts";

describe("/v1/reports", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
    bodyOf(await world.api.POST("/v1/customers", { body: { external_id: "acme", name: "=Acme, Inc." } }));
    bodyOf(
      await world.api.POST("/v1/invoices", {
        body: { customer_id: "acme", lines: [{ description: "Setup", amount: "120.50" }], finalize: true },
      }),
    );
  });
  afterAll(() => world.close());

  it.each([
    ["revenue", { invoiced: "120.50", revenue: "120.50", tax: "0.00" }],
    ["collections", { invoiced: "120.50", collected: "0.00", outstanding: "120.50", collected_percent: "0" }],
    ["aging", { external_id: "acme", name: "=Acme, Inc.", not_due: "120.50", total: "120.50" }],
    [
      "statement?customer=acme",
      { kind: "invoice.finalized", opening: "0.00", charged: "120.50", balance: "120.50" },
    ],
  ])("%s is answered from the ledger", async (report, row) => {
    const answer = await world.call("get", `/v1/reports/${report}`).expect(200);
    expect(answer.body.data).toMatchObject([{ currency: "USD", ...row }]);
  });

  it("numbering is answered by series", async () => {
    const answer = await world.call("get", "/v1/reports/numbering").expect(200);
    expect(answer.body.data).toMatchObject([
      { document: "invoice", given: 1, held: 1, missing: [], complete: true, period: expect.any(String) },
    ]);
  });

  it("come as tables, in which no name is a formula", async () => {
    const answer = await world.call("get", "/v1/reports/aging?format=csv").expect(200);
    expect(answer.headers["content-type"]).toMatch("text/csv");
    expect(answer.headers["content-disposition"]).toBe('attachment; filename="aging.csv"');
    const [head, row] = answer.text.split("\r\n");
    expect(head).toBe(
      "customer_id,external_id,name,currency,not_due,days_1_to_30,days_31_to_60,days_61_to_90,days_over_90,total",
    );
    expect(row).toMatch(/^cus_\w+,acme,"'=Acme, Inc\.",USD,120\.50,0\.00/);
    for (const report of [
      "revenue",
      "collections",
      "mrr",
      "numbering",
      "anomalies",
      "statement?customer=acme",
    ]) {
      const mark = report.includes("?") ? "&" : "?";
      await world.call("get", `/v1/reports/${report}${mark}format=csv`).expect(200);
    }
  });

  it("show no tenant what another earned", async () => {
    for (const report of ["revenue", "collections", "aging", "mrr", "numbering", "anomalies"]) {
      const answer = await world.call("get", `/v1/reports/${report}`, world.strangerKey).expect(200);
      expect(answer.body.data).toEqual([]);
    }
    expect(
      (
        await world
          .apiOf(world.strangerKey)
          .GET("/v1/reports/statement", { params: { query: { customer: "acme" } } })
      ).response.status,
    ).toBe(404);
  });

  it.each([
    "revenue?from=2026-03-01T00:00:00Z&to=2026-02-01T00:00:00Z",
    "revenue?from=1990-01-01T00:00:00Z",
    "revenue?interval=week",
    "statement",
    "mrr?as_of=yesterday",
    "anomalies?month=2026-1",
  ])("refuse %s", async (report) => {
    const refused = await world.call("get", `/v1/reports/${report}`).expect(422);
    expect(refused.body.errors[0].message).toBeTruthy();
  });
});
