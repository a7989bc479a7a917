import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { bodyOf, type RequestBody } from "../client/create-client.ts";

describe("credit notes over HTTP", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
    bodyOf(await world.api.POST("/v1/customers", { body: { external_id: "acme", name: "Acme" } }));
  });
  afterAll(() => world.close());

  /** An issued invoice of 40.00 and 60.00. */
  async function invoice() {
    const lines = ["40.00", "60.00"].map((amount) => ({ description: "Work", amount }));
    const sent = { customer_id: "acme", currency: "USD", lines, finalize: true };
    return bodyOf(await world.api.POST("/v1/invoices", { body: sent }));
  }
  const post = (body: RequestBody<"/v1/credit_notes", "post">) =>
    world.api.POST("/v1/credit_notes", { body });
  const refusal = (answer: { status: number; body: { code: string } }) => [answer.status, answer.body.code];

  it("are made of lines, shown, listed and void, and the invoice says what remains", async () => {
    const { id, lines } = await invoice();
    const line = lines[1]?.id ?? "";
    const made = bodyOf(
      await post({
        invoice: id,
        lines: [{ line, amount: "25.00" }],
        settlement: "offset",
        reason: "Outage",
      }),
    );
    expect(made).toMatchObject({
      ...{
        id: expect.stringMatching(/^cn_/),
        number: expect.stringMatching(/^CN-/),
        status: "issued",
        invoice: id,
      },
      ...{ total: "25.00", settlement: "offset", reason: "Outage", credit: null },
      lines: [{ invoice_line: line, amount: "25.00", discount: "0.00", tax: "0.00" }],
    });
    const after = bodyOf(await world.api.GET("/v1/invoices/{id}", { params: { path: { id } } }));
    expect(after).toMatchObject({
      ...{ amount_due: "100.00", amount_paid: "0.00", amount_offset: "25.00", amount_remaining: "75.00" },
      status: "open",
    });
    const found = bodyOf(await world.api.GET("/v1/credit_notes/{id}", { params: { path: { id: made.id } } }));
    expect(found).toEqual(made);
    const listed = bodyOf(await world.api.GET("/v1/credit_notes", { params: { query: { invoice: id } } }));
    expect(listed.data).toEqual([made]);
    const cancel = (reason?: string) =>
      world.api.POST("/v1/credit_notes/{id}/void", {
        params: { path: { id: made.id } },
        body: reason === undefined ? {} : { reason },
      });
    expect(bodyOf(await cancel("Made twice"))).toMatchObject({
      status: "void",
      void_reason: "Made twice",
      number: made.number,
    });
    const open = bodyOf(await world.api.GET("/v1/invoices/{id}", { params: { path: { id } } }));
    expect(open).toMatchObject({ amount_offset: "0.00", amount_remaining: "100.00" });
    expect((await cancel()).error).toMatchObject({ status: 422, code: "credit_note_already_voided" });
  });

  it("become the customer's credit, or money that is owed to it", async () => {
    const first = await invoice();
    bodyOf(
      await world.api.PUT("/v1/invoices/{id}/payment", {
        params: { path: { id: first.id } },
        body: { payment_status: "succeeded", amount: "100.00" },
      }),
    );
    const credit = bodyOf(await post({ invoice: first.id, amount: "10.00", settlement: "credit" }));
    expect(credit.credit).toMatch(/^crd_/);
    const grants = bodyOf(
      await world.api.GET("/v1/customers/{id}/credits", { params: { path: { id: "acme" } } }),
    );
    expect(grants.data[0]).toMatchObject({ id: credit.credit, left: "10.00" });
    bodyOf(await post({ invoice: first.id, amount: "30.00", settlement: "refund" }));
    const balance = bodyOf(
      await world.api.GET("/v1/customers/{id}/balance", { params: { path: { id: "acme" } } }),
    );
    expect(balance.balances).toMatchObject([{ credit: "10.00", refunds_payable: "30.00" }]);
  });

  it("are refused by name, and nothing is written", async () => {
    const { id, lines } = await invoice();
    const cases: readonly (readonly [object, number, string])[] = [
      [{ invoice: id, settlement: "offset" }, 422, "fields_invalid"],
      [
        { invoice: id, amount: "1.00", lines: [{ line: lines[0]?.id }], settlement: "offset" },
        422,
        "fields_invalid",
      ],
      [{ invoice: id, amount: "1.00" }, 422, "fields_invalid"],
      [{ invoice: id, lines: [{ line: "li_x" }], settlement: "offset" }, 422, "fields_invalid"],
      [
        { invoice: id, lines: [{ line: lines[0]?.id, amount: "40.01" }], settlement: "offset" },
        422,
        "fields_invalid",
      ],
      [{ invoice: id, amount: "100.01", settlement: "offset" }, 422, "credit_note_exceeds_invoice"],
      [{ invoice: id, amount: "1.00", settlement: "refund" }, 422, "credit_note_settlement_invalid"],
      [{ invoice: "inv_x", amount: "1.00", settlement: "offset" }, 404, "invoice_not_found"],
    ];
    for (const [body, status, code] of cases) {
      const answer = await world.call("post", "/v1/credit_notes").send(body);
      expect(refusal(answer)).toEqual([status, code]);
    }
    const foreign = await world
      .call("post", "/v1/credit_notes", world.strangerKey)
      .send({ invoice: id, amount: "1.00", settlement: "offset" });
    expect(refusal(foreign)).toEqual([404, "invoice_not_found"]);
    const listed = bodyOf(await world.api.GET("/v1/credit_notes", { params: { query: { invoice: id } } }));
    expect(listed.data).toEqual([]);
  });
});
