import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { bodyOf, type RequestBody } from "../client/create-client.ts";

describe("invoices made by hand", () => {
  let world: ApiWorld;

  beforeAll(async () => {
    world = await openApiWorld();
    const vat = { code: "vat", name: "VAT", percentage: "19", inclusive: false };
    bodyOf(await world.api.POST("/v1/tax_rates", { body: vat }));
    const acme = { external_id: "acme", name: "Acme", tax_rate_ids: ["vat"], currency: "EUR" };
    bodyOf(await world.api.POST("/v1/customers", { body: acme }));
  });
  afterAll(() => world.close());

  const make = (body: object) => world.call("post", "/v1/invoices").send(body);

  it("takes the whole amount that is due, as one line with nothing on top", async () => {
    const { body } = await make({
      customer_id: "acme",
      invoice_type: "subscription",
      currency: "USD",
      amount_due: "100.00",
      description: "Monthly subscription charge",
      due_date: "2024-01-31T00:00:00Z",
    }).expect(201);
    expect(body).toMatchObject({
      invoice_type: "subscription",
      invoice_status: "draft",
      status: "draft",
      number: null,
      currency: "USD",
      total: "100.00",
      tax_total: "0.00",
      amount_due: "100.00",
      due_date: "2024-01-31T00:00:00Z",
      billing_reason: "manual",
      lines: [{ kind: "one_time", description: "Monthly subscription charge", amount: "100.00" }],
    });
    const issued = bodyOf(
      await world.api.POST("/v1/invoices/{id}/finalize", { params: { path: { id: body.id } } }),
    );
    expect(issued).toMatchObject({
      number: expect.stringMatching(/^INV-\d{6}-00001$/),
      status: "overdue",
      due_date: "2024-01-31T00:00:00Z",
      amount_due: "100.00",
    });
    const again = await world.api.POST("/v1/invoices/{id}/finalize", { params: { path: { id: body.id } } });
    expect([again.response.status, again.error?.code]).toEqual([422, "invoice_already_finalized"]);
  });

  it("takes as many lines with texts as long as the schema allows, made, previewed and changed", async () => {
    const longest = { description: "あ".repeat(500), unit_amount: "0.01", tax_rates: ["vat"] };
    const lines = Array.from({ length: 500 }, () => longest);
    const body = { customer_id: "acme", lines };
    const made = await make(body).expect(201);
    expect(made.body.lines).toHaveLength(500);
    await world.call("post", "/v1/invoices/preview").send(body).expect(200);
    await world.call("patch", `/v1/invoices/${made.body.id}`).send({ lines }).expect(200);
    const more = await make({ customer_id: "acme", lines: [...lines, longest] });
    expect([more.status, more.body.errors?.[0]?.path]).toEqual([422, "lines"]);
  });

  it("takes coupons and each line's own tax rates, shows the same before, and pays with credit when issued", async () => {
    const rate = { code: "books", name: "Books", percentage: "7", inclusive: false };
    bodyOf(await world.api.POST("/v1/tax_rates", { body: rate }));
    const coupons: RequestBody<"/v1/coupons", "post">[] = [
      { code: "tenth", name: "Tenth off", percent_off: "10", duration: "once" },
      { code: "five", name: "Five off", amount_off: "5.00", currency: "EUR", duration: "forever" },
    ];
    for (const coupon of coupons) bodyOf(await world.api.POST("/v1/coupons", { body: coupon }));
    const bob = { external_id: "bob", name: "Bob", tax_rate_ids: ["vat"], currency: "EUR" };
    bodyOf(await world.api.POST("/v1/customers", { body: bob }));
    const credit = { amount: "20.00", currency: "EUR" };
    bodyOf(
      await world.api.POST("/v1/customers/{id}/credits", { params: { path: { id: "bob" } }, body: credit }),
    );
    const body = {
      customer_id: "bob",
      description: "As agreed on the phone.\nThank you.",
      coupons: ["tenth", "five"],
      lines: [
        { description: "Consulting", amount: "100.00" },
        { description: "Book", amount: "50.00", tax_rates: ["books"] },
        { description: "Deposit", amount: "10.00", tax_rates: [] },
        { description: "Goodwill", amount: "-1.00" },
      ],
      finalize: true,
    };
    const preview = bodyOf(await world.api.POST("/v1/invoices/preview", { body }));
    const { body: invoice } = await make(body).expect(201);
    // 160.00 less 16.00 less 5.00: 100.00 keeps 86.87, 50.00 keeps 43.44, 10.00 keeps 8.69 (5.00 = 3.13 + 1.56 + 0.31).
    expect(invoice).toMatchObject({
      ...{ subtotal: "159.00", discount_total: "21.00", tax_total: "19.36", total: "157.36" },
      ...{ credit_total: "20.00", amount_due: "137.36", description: body.description },
      lines: [
        { amount: "100.00", discount: "13.13", tax: "16.51" },
        { amount: "50.00", discount: "6.56", tax: "3.04" },
        { amount: "10.00", discount: "1.31", tax: "0.00" },
        { amount: "-1.00", discount: "0.00", tax: "-0.19" },
      ],
    });
    const { lines, steps: _, ...totals } = preview;
    expect(invoice).toMatchObject(totals);
    const written = { period_start: expect.any(String), period_end: expect.any(String) };
    expect(invoice.lines).toMatchObject(lines.map((line: object) => ({ ...line, ...written })));
    const replay = bodyOf(
      await world.api.POST("/v1/invoices/{id}/replay", { params: { path: { id: invoice.id } } }),
    );
    expect(replay).toMatchObject({ identical: true });
    const held = bodyOf(
      await world.api.GET("/v1/customers/{id}/coupons", { params: { path: { id: "bob" } } }),
    );
    expect(held.data).toEqual([]);
    const second = bodyOf(
      await world.api.POST("/v1/invoices/{id}/regenerate", {
        params: { path: { id: invoice.id } },
        body: {},
      }),
    );
    const { subtotal, discount_total, tax_total, total, credit_total } = invoice;
    expect(second).toMatchObject({ subtotal, discount_total, tax_total, total, credit_total });
    expect(second.id).not.toBe(invoice.id);
  });

  it("keeps coupons and tax rates of a draft when it is computed anew or its lines change", async () => {
    const lines = [{ description: "Book", amount: "50.00", tax_rates: ["books"] }];
    const { body: draft } = await make({ customer_id: "acme", lines, coupons: ["tenth"] }).expect(201);
    expect(draft).toMatchObject({ discount_total: "5.00", tax_total: "3.15", total: "48.15" });
    const fresh = bodyOf(
      await world.api.POST("/v1/invoices/{id}/refresh", { params: { path: { id: draft.id } } }),
    );
    expect(fresh).toMatchObject({ total: "48.15", diff: { lines: [] } });
    const change = { lines: [{ description: "Books", amount: "100.00", tax_rates: ["vat"] }] };
    const after = bodyOf(
      await world.api.PATCH("/v1/invoices/{id}", { params: { path: { id: draft.id } }, body: change }),
    );
    expect(after).toMatchObject({ discount_total: "10.00", tax_total: "17.10", total: "107.10" });
  });

  it.each([
    [{ coupons: ["nope"] }, 404, "coupon_not_found", "coupons.0"],
    [{ coupons: ["tenth", "tenth"] }, 422, "fields_invalid", "coupons.1"],
    [{ currency: "USD", coupons: ["five"] }, 422, "currency_mismatch", undefined],
    [
      { lines: [{ description: "A", amount: "1.00", tax_rates: ["nope"] }] },
      404,
      "tax_rate_not_found",
      "lines.0.tax_rates.0",
    ],
    [
      { lines: [{ description: "A", amount: "1.00", tax_rates: ["vat", "vat"] }] },
      422,
      "fields_invalid",
      "lines.0.tax_rates.1",
    ],
    [
      { lines: [{ description: "A", amount: "1.00", taxable: false, tax_rates: [] }] },
      422,
      "fields_invalid",
      "lines.0.tax_rates",
    ],
    [{ lines: undefined, amount_due: "1.00", coupons: ["tenth"] }, 422, "fields_invalid", "coupons"],
  ])("refuses %j", async (over, status, code, path) => {
    const lines = [{ description: "A", amount: "1.00" }];
    for (const url of ["/v1/invoices", "/v1/invoices/preview"]) {
      const { body } = await world.call("post", url).send({ customer_id: "acme", lines, ...over });
      expect([body.status, body.code, body.errors?.[0]?.path]).toEqual([status, code, path]);
    }
  });

  it("rounds each line once, taxes what is taxable, and previews the same numbers", async () => {
    const body = {
      customer_id: "acme",
      lines: [
        { description: "Hours", quantity: "2.5", unit_amount: "33.333" },
        { description: "Travel", amount: "10.00", taxable: false },
        { description: "Goodwill", amount: "-3.33" },
      ],
    };
    const preview = bodyOf(await world.api.POST("/v1/invoices/preview", { body }));
    const { body: invoice } = await make({ ...body, finalize: true }).expect(201);
    // 2.5 x 33.333 = 83.3325 -> 83.33; 83.33 + 10.00 - 3.33 = 90.00; 19 % of 83.33 = 15.83, of -3.33 = -0.63.
    expect(invoice).toMatchObject({
      subtotal: "90.00",
      tax_total: "15.20",
      total: "105.20",
      currency: "EUR",
      invoice_type: "one_off",
      lines: [
        { kind: "one_time", quantity: "2.5", unit_amount: "33.333", exact_amount: "83.3325", tax: "15.83" },
        { kind: "one_time", amount: "10.00", tax: "0.00" },
        { kind: "adjustment", amount: "-3.33", tax: "-0.63" },
      ],
    });
    const { lines, steps: _, ...totals } = preview;
    expect(invoice).toMatchObject(totals);
    const written = { period_start: expect.any(String), period_end: expect.any(String) };
    expect(invoice.lines).toMatchObject(lines.map((line: object) => ({ ...line, ...written })));
    const balance = bodyOf(await world.api.GET("/v1/ledger/trial_balance"));
    expect(balance.balanced).toBe(true);
  });

  it("changes a draft under If-Match, its lines anew, and never an issued one", async () => {
    const lines = [{ description: "Seat", quantity: "3", unit_amount: "10" }];
    const { body: draft } = await make({ customer_id: "acme", lines }).expect(201);
    const patch = (change: object, version?: number) => {
      const request = world.call("patch", `/v1/invoices/${draft.id}`).send(change);
      return version === undefined ? request : request.set("If-Match", String(version));
    };
    const moved = await patch({ metadata: { po: "77" } }, draft.version + 1);
    expect([moved.status, moved.body.code]).toEqual([409, "version_conflict"]);
    const noted = await patch({ metadata: { po: "77" }, description: "Q1" }, draft.version).expect(200);
    expect(noted.body).toMatchObject({ description: "Q1", metadata: { po: "77" }, total: "35.70" });
    const changed = await patch({ lines: [{ description: "Seat", quantity: "4", unit_amount: "10" }] });
    expect(changed.body).toMatchObject({
      description: "Q1",
      metadata: { po: "77" },
      total: "47.60",
      lines: [{ quantity: "4", amount: "40.00" }],
    });
    bodyOf(await world.api.POST("/v1/invoices/{id}/finalize", { params: { path: { id: draft.id } } }));
    const late = await patch({ description: "Q2" });
    expect([late.status, late.body.code]).toEqual([422, "invoice_already_finalized"]);
  });

  it.each([
    [{ lines: [] }, "lines"],
    [{}, "lines"],
    [{ amount_due: "1.00", lines: [{ description: "x", amount: "1" }] }, "amount_due"],
    [{ currency: "JPY", lines: [{ description: "x", amount: "1.5" }] }, "lines.0.amount"],
    [{ lines: [{ description: "x" }] }, "lines.0.amount"],
    [{ lines: [{ description: "x", amount: "1", quantity: "2" }] }, "lines.0.amount"],
    [{ lines: [{ description: "x", unit_amount: "1", quantity: "-2" }] }, "lines.0.quantity"],
    [
      { lines: [{ description: "x", amount: "1", period_start: "2026-01-01T00:00:00Z" }] },
      "lines.0.period_end",
    ],
    [{ invoice_type: "credit", amount_due: "1.00" }, "invoice_type"],
  ])("refuses %j, names the field, and writes nothing", async (body, path) => {
    const count = async () => (await world.test.owner.query("select count(*) as n from invoice")).rows[0].n;
    const before = await count();
    const answer = await make({ customer_id: "acme", ...body });
    expect([answer.status, answer.body.code, answer.body.errors?.[0]?.path]).toEqual([
      422,
      "fields_invalid",
      path,
    ]);
    expect(await count()).toBe(before);
  });

  it("keeps the caller's key unique, and knows nobody else's customers", async () => {
    const body = { customer_id: "acme", amount_due: "5.00", idempotency_key: "po-1" };
    expect((await make(body).expect(201)).body.idempotency_key).toBe("po-1");
    const again = await make(body);
    expect([again.status, again.body.code]).toEqual([422, "idempotency_key_reused"]);
    const stranger = await world.apiOf(world.strangerKey).POST("/v1/invoices", { body });
    expect([stranger.response.status, stranger.error?.code]).toEqual([404, "customer_not_found"]);
  });
});
