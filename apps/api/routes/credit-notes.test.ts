import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";

describe("credit notes over HTTP", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
    await world.call("post", "/v1/customers").send({ external_id: "acme", name: "Acme" }).expect(201);
  });
  afterAll(() => world.close());

  /** An issued invoice of 40.00 and 60.00. */
  async function invoice() {
    const lines = ["40.00", "60.00"].map((amount) => ({ description: "Work", amount }));
    const sent = { customer_id: "acme", currency: "USD", lines, finalize: true };
    return (await world.call("post", "/v1/invoices").send(sent).expect(201)).body;
  }
  const post = (body: object) => world.call("post", "/v1/credit_notes").send(body);
  const refusal = (answer: { status: number; body: { code: string } }) => [answer.status, answer.body.code];

  it("are made of lines, shown, listed and void, and the invoice says what remains", async () => {
    const { id, lines } = await invoice();
    const asked = { invoice: id, lines: [{ line: lines[1].id, amount: "25.00" }], settlement: "offset" };
    const made = await post({ ...asked, reason: "Outage" }).expect(201);
    expect(made.body).toMatchObject({
      ...{
        id: expect.stringMatching(/^cn_/),
        number: expect.stringMatching(/^CN-/),
        status: "issued",
        invoice: id,
      },
      ...{ total: "25.00", settlement: "offset", reason: "Outage", credit: null },
      lines: [{ invoice_line: lines[1].id, amount: "25.00", discount: "0.00", tax: "0.00" }],
    });
    const after = await world.call("get", `/v1/invoices/${id}`).expect(200);
    expect(after.body).toMatchObject({
      ...{ amount_due: "100.00", amount_paid: "0.00", amount_offset: "25.00", amount_remaining: "75.00" },
      status: "open",
    });
    const found = await world.call("get", `/v1/credit_notes/${made.body.id}`).expect(200);
    expect(found.body).toEqual(made.body);
    const listed = await world.call("get", `/v1/credit_notes?invoice=${id}`).expect(200);
    expect(listed.body.data).toEqual([made.body]);
    const path = `/v1/credit_notes/${made.body.id}/void`;
    const voided = await world.call("post", path).send({ reason: "Made twice" }).expect(200);
    expect(voided.body).toMatchObject({
      status: "void",
      void_reason: "Made twice",
      number: made.body.number,
    });
    const open = await world.call("get", `/v1/invoices/${id}`).expect(200);
    expect(open.body).toMatchObject({ amount_offset: "0.00", amount_remaining: "100.00" });
    expect(refusal(await world.call("post", path).send({}))).toEqual([422, "credit_note_already_voided"]);
  });

  it("become the customer's credit, or money that is owed to it", async () => {
    const first = await invoice();
    await world
      .call("put", `/v1/invoices/${first.id}/payment`)
      .send({ payment_status: "succeeded", amount: "100.00" })
      .expect(200);
    const credit = await post({ invoice: first.id, amount: "10.00", settlement: "credit" }).expect(201);
    expect(credit.body.credit).toMatch(/^crd_/);
    const grants = await world.call("get", "/v1/customers/acme/credits").expect(200);
    expect(grants.body.data[0]).toMatchObject({ id: credit.body.credit, left: "10.00" });
    await post({ invoice: first.id, amount: "30.00", settlement: "refund" }).expect(201);
    const balance = await world.call("get", "/v1/customers/acme/balance").expect(200);
    expect(balance.body.balances).toMatchObject([{ credit: "10.00", refunds_payable: "30.00" }]);
  });

  it("are refused by name, and nothing is written", async () => {
    const { id, lines } = await invoice();
    const cases: readonly (readonly [object, number, string])[] = [
      [{ invoice: id, settlement: "offset" }, 422, "fields_invalid"],
      [
        { invoice: id, amount: "1.00", lines: [{ line: lines[0].id }], settlement: "offset" },
        422,
        "fields_invalid",
      ],
      [{ invoice: id, amount: "1.00" }, 422, "fields_invalid"],
      [{ invoice: id, lines: [{ line: "li_x" }], settlement: "offset" }, 422, "fields_invalid"],
      [
        { invoice: id, lines: [{ line: lines[0].id, amount: "40.01" }], settlement: "offset" },
        422,
        "fields_invalid",
      ],
      [{ invoice: id, amount: "100.01", settlement: "offset" }, 422, "credit_note_exceeds_invoice"],
      [{ invoice: id, amount: "1.00", settlement: "refund" }, 422, "credit_note_settlement_invalid"],
      [{ invoice: "inv_x", amount: "1.00", settlement: "offset" }, 404, "invoice_not_found"],
    ];
    for (const [body, status, code] of cases) expect(refusal(await post(body))).toEqual([status, code]);
    const foreign = await world
      .call("post", "/v1/credit_notes", world.strangerKey)
      .send({ invoice: id, amount: "1.00", settlement: "offset" });
    expect(refusal(foreign)).toEqual([404, "invoice_not_found"]);
    const listed = await world.call("get", `/v1/credit_notes?invoice=${id}`).expect(200);
    expect(listed.body.data).toEqual([]);
  });
});
