import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InvoiceDocument } from "#libs/core/invoice/invoice-document.ts";
import { createPdfRenderer } from "#libs/platform/pdf/pdf-renderer.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { pdfPageTexts } from "#libs/testkit/pdf-text.ts";
import { bodyOf } from "../client/create-client.ts";

const pdf = createPdfRenderer({ workDir: join(tmpdir(), "billwright-pdf-test") });
let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({}, { pdf });
});
afterAll(async () => {
  await world.close();
  await pdf.close();
});

const put = (kind: string, body: object) => world.call("put", `/v1/templates/${kind}`).send(body);
const textOf = async (bytes: Uint8Array) => (await pdfPageTexts(bytes)).join(" ");
const asFile = {
  buffer: true,
  parse: (response: NodeJS.ReadableStream, done: (error: Error | null, file: Buffer) => void) => {
    const parts: Buffer[] = [];
    response.on("data", (part: Buffer) => parts.push(part));
    response.on("end", () => done(null, Buffer.concat(parts)));
  },
};
const fileOf = async (request: ReturnType<ApiWorld["call"]>): Promise<Buffer> => {
  const answer = await request
    .buffer(asFile.buffer)
    .parse(asFile.parse as never)
    .expect(200);
  expect(answer.headers["content-type"]).toBe("application/pdf");
  return answer.body as Buffer;
};

async function issue(): Promise<InvoiceDocument> {
  const customer = bodyOf(await world.api.POST("/v1/customers", { body: { name: "Globex" } }));
  const lines = [{ description: "Work", amount: "12.34" }];
  const invoice = bodyOf(
    await world.api.POST("/v1/invoices", {
      body: { customer_id: customer.id, currency: "USD", lines, finalize: true },
    }),
  );
  const { rows } = await world.test.owner.query(
    "select document from invoice_document order by created_at desc limit 1",
  );
  expect(rows[0].document.number).toBe(invoice.number);
  return rows[0].document;
}

describe("a template", () => {
  it("is Billwright's own until one is written, and then has versions that stay", async () => {
    const own = bodyOf(
      await world.api.GET("/v1/templates/{kind}", { params: { path: { kind: "credit_note_pdf" } } }),
    );
    expect(own).toMatchObject({ version: 0, color: null, texts: {}, units: {}, created_at: null });
    const first = { color: "#0b5c8a", texts: { en: { title: "Adjustment note" } } };
    await put("credit_note_pdf", first).expect(200);
    const again = await put("credit_note_pdf", first).expect(200);
    expect(again.body).toMatchObject({ version: 1, units: {} });
    const second = await put("credit_note_pdf", {}).set("If-Match", "1").expect(200);
    expect(second.body).toMatchObject({ version: 2, color: null });
    const late = await put("credit_note_pdf", first).set("If-Match", "1").expect(409);
    expect(late.body.code).toBe("version_conflict");
    const old = bodyOf(
      await world.api.GET("/v1/templates/{kind}", {
        params: { path: { kind: "credit_note_pdf" }, query: { version: 1 } },
      }),
    );
    expect(old).toMatchObject({ version: 1, ...first });
    const none = await world.call("get", "/v1/templates/credit_note_pdf?version=9").expect(404);
    expect(none.body.code).toBe("template_not_found");
    const audit = bodyOf(await world.api.GET("/v1/audit_log"));
    const written = audit.data.filter((entry: { action: string }) => entry.action === "template.update");
    expect(written).toHaveLength(2);
  });

  it("names every place that is wrong", async () => {
    const wrong = await put("invoice_pdf", {
      color: "#ffee00",
      texts: {
        tlh: {},
        en: { subject: "x", title: "two\nlines", terms: "Pay {amount} now" },
        de: { terms: "Pay {total", intro: "Pay total}" },
      },
      units: { ride: { en: { one: "ride", lots: "rides" } } },
    }).expect(422);
    const places = wrong.body.errors.map(({ path }: { path: string }) => path);
    expect(places).toEqual([
      ...["color", "texts.tlh", "texts.en.subject", "texts.en.title", "texts.en.terms"],
      ...["texts.de.terms", "texts.de.intro"],
      ...["units.ride.en.other", "units.ride.en.lots"],
    ]);
    expect(JSON.stringify(wrong.body.errors)).toContain("{amount_due}");
    expect(JSON.stringify(wrong.body.errors)).toContain("has a { without its pair");
    expect(
      bodyOf(await world.api.GET("/v1/templates/{kind}", { params: { path: { kind: "invoice_pdf" } } }))
        .version,
    ).toBe(0);
    await world.call("get", "/v1/templates/poster").expect(422);
  });

  it("is printed on invoices issued from then on; an issued one is printed again byte for byte", async () => {
    const texts = {
      any: { footer: "{seller} <b>registered</b>" },
      en: {
        title: "Tax invoice",
        terms: "Send {amount_due} by wire for {number}.",
        intro: "Dear {customer}",
      },
    };
    await put("invoice_pdf", { color: "#0b5c8a", texts }).expect(200);
    const document = await issue();
    expect(document.template).toMatchObject({ version: 1, color: "#0b5c8a" });
    const before = await pdf.render(document);
    const text = await textOf(before.bytes);
    for (const said of [
      `Tax invoice ${document.number}`,
      `Send $12.34 by wire for ${document.number}.`,
      "Dear Globex",
      "<b>registered</b>",
    ])
      expect(text).toContain(said);
    expect(text).not.toContain("Payment terms");
    await put("invoice_pdf", { texts: { en: { title: "Bill" } } }).expect(200);
    expect((await pdf.render(document)).sha256).toBe(before.sha256);
    const next = await issue();
    expect(next.template).toMatchObject({ version: 2, texts: { title: "Bill" } });
  });

  it("is refused with characters that no font of ours prints, as the brand is: an issued invoice could never be printed", async () => {
    const title = await put("invoice_pdf", { texts: { en: { title: "rune ᚠ" } } });
    expect([title.status, title.body.errors]).toEqual([
      422,
      [{ path: "texts.en.title", code: "text_unprintable", message: "our fonts cannot print ᚠ" }],
    ]);
    const brand = await world.call("patch", "/v1/settings").send({ brand: { name: "한국 Ltd" } });
    expect([brand.status, brand.body.errors?.[0]?.path]).toEqual([422, "brand.name"]);
    await put("reminder_mail", { texts: { en: { greeting: "ᚠ {customer}" } } }).expect(200);
  });
});

describe("a preview", () => {
  it("shows the PDF of the template in force, and of one that is not written, which stays so", async () => {
    await put("invoice_pdf", { texts: { de: { title: "Beleg" } } }).expect(200);
    const inForce = await fileOf(
      world.call("get", "/v1/templates/invoice_pdf/preview?locale=de-DE&page_size=Letter"),
    );
    expect(await textOf(inForce)).toMatch(/Beleg INV-PREVIEW.*Rechnungsnummer/);
    expect(inForce.toString("latin1")).toContain("/MediaBox [0 0 612 792]");
    const draft = { texts: { fr: { title: "Quittance" } } };
    const shown = await fileOf(world.call("put", "/v1/templates/invoice_pdf/preview?locale=fr").send(draft));
    expect(await textOf(shown)).toContain("Quittance INV-PREVIEW");
    const kept = bodyOf(
      await world.api.GET("/v1/templates/{kind}", { params: { path: { kind: "invoice_pdf" } } }),
    );
    expect(kept.texts).toEqual({ de: { title: "Beleg" } });
    const wrong = await world.api.PUT("/v1/templates/{kind}/preview", {
      params: { path: { kind: "invoice_pdf" } },
      body: { texts: { en: { terms: "{nothing}" } } },
    });
    expect([wrong.response.status, wrong.error?.code]).toEqual([422, "fields_invalid"]);
  });

  it("shows subject and bodies of a mail", async () => {
    const texts = {
      en: { subject: "Your bill {number}", message: "Due {due_date}: {amount_due}", footer: "<Ours>" },
    };
    const answer = bodyOf(
      await world.api.PUT("/v1/templates/{kind}/preview", {
        params: { path: { kind: "invoice_mail" } },
        body: { texts },
      }),
    );
    expect(answer.subject).toBe("Your bill INV-PREVIEW");
    expect(answer.text).toContain("Due March 3, 2026: $240.00");
    expect(answer.html).toContain("&lt;Ours&gt;");
  });

  it("of a logo that is no picture is refused where it is set", async () => {
    const logo = `data:image/svg+xml;base64,${Buffer.from("<svg><script/></svg>").toString("base64")}`;
    const answer = await world.call("patch", "/v1/settings").send({ brand: { logo } }).expect(422);
    expect(answer.body.errors).toMatchObject([{ path: "brand.logo" }]);
  });
});
