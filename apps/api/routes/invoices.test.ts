import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { Temporal } from "temporal-polyfill";
import { linkInvoicePdf } from "#libs/billing/invoice/link-invoice-pdf.ts";
import { generateInvoices } from "#libs/billing/run/generate-invoices.ts";
import { parsePublicId } from "#libs/core/public-id.ts";
import { withTenant } from "#libs/data/database.ts";
import { findArtifact, insertArtifact, markArtifactStored } from "#libs/data/artifacts.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { createHash } from "node:crypto";
import { createS3Store } from "#libs/platform/storage/s3-store.ts";
import { startTestSandbox } from "../../sandbox/sandbox-fixture.ts";
import { bodyOf, type RequestBody } from "../client/create-client.ts";

type Price = RequestBody<"/v1/plans", "post">["prices"][number];

const tiers = [
  { up_to: "10", unit_amount: "0", flat_amount: "0" },
  { up_to: null, unit_amount: "0.015", flat_amount: "1.00" },
];

describe("/v1/invoices", () => {
  let world: ApiWorld;
  let invoiceId: string;

  beforeAll(async () => {
    world = await openApiWorld();
    bodyOf(
      await world.api.POST("/v1/customers", { body: { external_id: "acme", name: '=HYPERLINK("x"), Ltd' } }),
    );
    bodyOf(
      await world.api.POST("/v1/meters", {
        body: { code: "calls", name: "Calls", aggregation: "sum", value_property: "n" },
      }),
    );
    const base: Price = {
      code: "base",
      name: "Base",
      kind: "recurring",
      billing: "in_arrears",
      charge_model: "flat",
      flat: { amount: "49.00" },
    };
    const usage: Price = {
      code: "calls",
      name: "Calls",
      kind: "usage",
      meter: "calls",
      billing: "in_arrears",
      charge_model: "graduated",
      graduated: { tiers },
    };
    const plan: RequestBody<"/v1/plans", "post"> = {
      code: "team",
      name: "Team",
      currency: "USD",
      interval: { unit: "month", count: 1 },
      prices: [base, usage],
    };
    bodyOf(await world.api.POST("/v1/plans", { body: plan }));
    const span = { starts_at: "2026-01-01T00:00:00Z", ends_at: "2026-02-01T00:00:00Z" };
    const made = bodyOf(
      await world.api.POST("/v1/subscriptions", { body: { customer: "acme", plan: "team", ...span } }),
    );
    const event = {
      id: "e1",
      event_type: "calls",
      customer: "acme",
      timestamp: "2026-01-10T00:00:00Z",
      properties: { n: 111 },
    };
    bodyOf(await world.api.POST("/v1/events", { body: event }));
    const subscriptionId = parsePublicId("subscription", made.id) ?? "";
    await inTenant((tx) =>
      generateInvoices(tx, {
        subscriptionIds: [subscriptionId],
        cutoffs: new Map([["UTC", Temporal.Instant.from("2026-02-01T00:00:00Z")]]),
        dryRun: false,
      }),
    );
    const list = bodyOf(await world.api.GET("/v1/invoices"));
    invoiceId = list.data[0]?.id ?? "";
  });
  afterAll(() => world.close());

  const inTenant = <T>(fn: Parameters<typeof withTenant<T>>[2]) =>
    withTenant(world.test.database, { tenantId: world.tenantId, actor: "test" }, fn);

  it("GET shows the invoice with its lines, amounts as decimal strings", async () => {
    const answer = bodyOf(await world.api.GET("/v1/invoices/{id}", { params: { path: { id: invoiceId } } }));
    expect(answer).toMatchObject({
      invoice_status: "finalized",
      status: "open",
      currency: "USD",
      total: "51.52",
      amount_remaining: "51.52",
      period_start: "2026-01-01T00:00:00Z",
      invoice_pdf_url: null,
    });
    const usage = answer.lines.find((line: { kind: string }) => line.kind === "usage");
    expect(usage).toMatchObject({
      quantity: "111",
      amount: "2.52",
      exact_amount: "2.515",
      price_code: "calls",
      proration: null,
    });
    expect(usage?.tiers[1]).toMatchObject({
      quantity: "101",
      unit_amount: "0.015",
      flat_amount: expect.stringMatching(/^1(\.0+)?$/),
    });
  });

  it("GET lists by its filters", async () => {
    const count = async (query: string) =>
      (await world.call("get", `/v1/invoices?${query}`).expect(200)).body.data.length;
    expect(await count("status=open&invoice_status=finalized&payment_status=pending")).toBe(1);
    expect(await count("status=paid")).toBe(0);
    expect(await count("end_time=2020-01-01T00:00:00Z")).toBe(0);
    const wrong = await world.api.GET("/v1/invoices", { params: { query: { subscription_id: "acme" } } });
    expect([wrong.response.status, wrong.error?.errors[0]?.path]).toEqual([422, "subscription_id"]);
    expect(bodyOf(await world.apiOf(world.strangerKey).GET("/v1/invoices")).data).toEqual([]);
    expect(
      (await world.apiOf(world.strangerKey).GET("/v1/invoices/{id}", { params: { path: { id: invoiceId } } }))
        .response.status,
    ).toBe(404);
  });

  it("GET ?format=csv exports a table", async () => {
    const answer = await world.call("get", "/v1/invoices?format=csv").expect(200);
    expect(answer.headers["content-type"]).toContain("text/csv");
    const [head = "", row = "", end] = answer.text.split("\r\n");
    expect(head.split(",").slice(0, 3)).toEqual(["id", "number", "status"]);
    expect(row.split(",")[0]).toBe(invoiceId);
    expect(row.split(",").length).toBe(head.split(",").length);
    expect(end).toBe("");
  });

  it("GET /explain tells inputs, steps and rounding, and where the usage is", async () => {
    const invoice = bodyOf(await world.api.GET("/v1/invoices/{id}", { params: { path: { id: invoiceId } } }));
    const line = invoice.lines.find((each) => each.kind === "usage");
    const answer = bodyOf(
      await world.api.GET("/v1/invoices/{id}/lines/{line}/explain", {
        params: { path: { id: invoiceId, line: line?.id ?? "" } },
      }),
    );
    expect(answer).toMatchObject({
      rounding: { mode: "half_up", exact_amount: "2.515", amount: "2.52" },
      event_count: "1",
      input_hash: line?.input_hash,
      timezone: "UTC",
      local_period: { start: "2026-01-01T00:00:00+00:00", end: "2026-02-01T00:00:00+00:00" },
    });
    expect(answer.steps.map((step) => step.name)).toEqual(["charge_model", "rounding"]);
    expect(answer.usage).toEqual({
      meter: "calls",
      buckets: [
        {
          start: "2026-01-10T00:00:00Z",
          end: "2026-01-11T00:00:00Z",
          quantity: "111",
          event_count: "1",
        },
      ],
    });
    const usage = new URL(answer.usage_url ?? "");
    const counted = await world.call("get", `${usage.pathname}${usage.search}`).expect(200);
    expect(counted.body.data).toMatchObject([{ quantity: "111", event_count: "1" }]);
    const missing = await world.api.GET("/v1/invoices/{id}/lines/{line}/explain", {
      params: { path: { id: invoiceId, line: "li_x" } },
    });
    expect([missing.response.status, missing.error?.code]).toEqual([404, "invoice_line_not_found"]);
  });

  it("POST /replay makes the invoice again", async () => {
    const answer = bodyOf(
      await world.api.POST("/v1/invoices/{id}/replay", { params: { path: { id: invoiceId } } }),
    );
    expect(answer).toEqual({
      identical: true,
      differences: [],
      lines: { events: 1, inputs: 1, sealed: 0 },
    });
  });

  it("GET /pdf answers the bytes as they were made, and 304 to who has them", async () => {
    const early = await world.api.GET("/v1/invoices/{id}/pdf", { params: { path: { id: invoiceId } } });
    expect([early.response.status, early.error?.code]).toEqual([404, "pdf_not_ready"]);
    const bytes = Buffer.from("%PDF-1.4 test");
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const id = parsePublicId("invoice", invoiceId) ?? "";
    await inTenant((tx) =>
      insertArtifact(tx, { invoiceId: id, kind: "invoice_pdf", sha256, pageCount: 1, bytes }),
    );
    const file = await world.call("get", `/v1/invoices/${invoiceId}/pdf`).expect(200);
    expect(file.headers["content-type"]).toBe("application/pdf");
    expect(Buffer.compare(file.body, bytes)).toBe(0);
    await world.call("get", `/v1/invoices/${invoiceId}/pdf`).set("If-None-Match", `"${sha256}"`).expect(304);
    const shown = bodyOf(await world.api.GET("/v1/invoices/{id}", { params: { path: { id: invoiceId } } }));
    expect(shown.invoice_pdf_url).toBe(`http://billwright.test/v1/invoices/${invoiceId}/pdf`);
  });

  it("GET /pdf_link answers the PDF's own address, and the store's while it gives one and holds the file", async () => {
    const path = `/v1/invoices/${invoiceId}/pdf_link`;
    const own = { url: `http://billwright.test/v1/invoices/${invoiceId}/pdf`, expires_at: null };
    expect((await world.call("get", path).expect(200)).body).toEqual(own);
    await world.call("get", path, world.strangerKey).expect(404);
    const sandbox = await startTestSandbox({ s3SecretAccessKey: "right" });
    try {
      const endpoint = sandbox.sandbox().s3Url;
      const credentials = { accessKeyId: "sandbox", secretAccessKey: "right" };
      const place = { endpoint, region: "us-east-1", forcePathStyle: true, credentials };
      await new S3Client(place).send(new CreateBucketCommand({ Bucket: "pdfs" }));
      const store = createS3Store({ ...place, bucket: "pdfs", prefix: "" });
      const id = parsePublicId("invoice", invoiceId) ?? "";
      const bytes = Buffer.from("%PDF-1.4 test");
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const input = { tenantId: world.tenantId, invoiceId: id };
      const deps = { ...world.deps, store };
      expect(await linkInvoicePdf(deps, input)).toEqual({ link: null });
      await inTenant(async (tx) => {
        const file = await findArtifact(tx, id, "invoice_pdf");
        await markArtifactStored(tx, file?.id ?? "", {
          objectKey: "t/a.pdf",
          objectUrl: "s3://pdfs/t/a.pdf",
        });
      });
      await expect(linkInvoicePdf(deps, input)).rejects.toMatchObject({ code: "object_not_found" });
      await store.put({ key: "t/a.pdf", bytes, sha256, contentType: "application/pdf" });
      const found = await linkInvoicePdf(deps, input);
      const answer = await fetch(found?.link?.url ?? "");
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
      expect(answer.headers.get("content-disposition")).toMatch(/^inline; filename="INV.*\.pdf"$/);
    } finally {
      await sandbox.end();
    }
  });

  it("PUT /payment records money from outside, whole or in parts, and refuses what is already paid", async () => {
    const pay = (body: object) => world.call("put", `/v1/invoices/${invoiceId}/payment`).send(body);
    const none = await pay({ payment_status: "succeeded", amount: "0.00" });
    expect([none.status, none.body.code]).toEqual([422, "payment_amount_invalid"]);
    const fine = await pay({ payment_status: "succeeded", amount: "1.005" });
    expect([fine.status, fine.body.code]).toEqual([422, "amount_precision"]);
    const part = await pay({
      payment_status: "succeeded",
      amount: "1.52",
      currency: "USD",
      reference: "a",
    }).expect(200);
    expect(part.body).toMatchObject({
      status: "partially_paid",
      amount_paid: "1.52",
      amount_remaining: "50.00",
    });
    const rest = await pay({ payment_status: "succeeded", reference: "b" }).expect(200);
    expect(rest.body).toMatchObject({
      status: "paid",
      payment_status: "succeeded",
      amount_remaining: "0.00",
    });
    const again = await pay({ payment_status: "succeeded", amount: "1.00", reference: "c" });
    expect([again.status, again.body.code]).toEqual([422, "invoice_already_paid"]);
    const balance = bodyOf(await world.api.GET("/v1/ledger/trial_balance"));
    expect(balance).toMatchObject({ balanced: true, totals: [{ currency: "USD" }] });
    const receivable = balance.accounts.find((row: { account: string }) => row.account === "receivable");
    expect(receivable?.balance).toBe("0.00");
    const entries = bodyOf(
      await world.api.GET("/v1/ledger/entries", { params: { query: { account: "receivable" } } }),
    );
    expect(entries.data).toHaveLength(3);
  });
});
