import { type DeliveryWorld, openDeliveryWorld } from "#libs/testkit/delivery-world.ts";
import { insertIssuedInvoice, type IssuedInvoiceFields } from "#libs/testkit/invoice-rows.ts";
import { createSendGridMailer } from "#libs/platform/mail/sendgrid-mailer.ts";
import { createS3Store } from "#libs/platform/storage/s3-store.ts";
import { emailInvoice } from "./email-invoice.ts";
import { loadInvoicePdf } from "./load-invoice-pdf.ts";
import { renderInvoicePdf } from "./render-invoice-pdf.ts";
import { storeInvoicePdf } from "./store-invoice-pdf.ts";

type Mail = {
  readonly id: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly message_id: string;
};

let world: DeliveryWorld;
beforeAll(async () => {
  world = await openDeliveryWorld();
});
afterEach(() => world.sandbox.control("DELETE", "/_sandbox/faults"));
afterAll(() => world.close());

/** An issued invoice whose customer has an address of its own. */
async function issue(fields: IssuedInvoiceFields = {}) {
  const invoice = await insertIssuedInvoice(world.test, world.tenant, fields);
  const [customer] = await world.rows<{ email: string }>("select email from customer where id = $1", [
    invoice.customerId,
  ]);
  return { ...invoice, email: customer?.email ?? "" };
}

async function issueAndPrint(fields: IssuedInvoiceFields = {}) {
  const invoice = await issue(fields);
  await renderInvoicePdf(world.deps, invoice);
  return invoice;
}

const eventsOf = async (invoiceId: string) =>
  (
    await world.rows<{ type: string }>(
      "select type from domain_event where subject_id = $1 order by created_at",
      [invoiceId],
    )
  ).map((event) => event.type);

const mailsTo = async (email: string) => {
  const all = await world.sandbox.control<{ messages: Mail[] }>("GET", "/mailbox.json");
  return all.messages.filter((mail) => JSON.stringify(mail).includes(email));
};

const effectOf = async (kind: string, invoiceId: string) => {
  const [row] = await world.rows<{ state: string; attempts: number; external_id: string | null }>(
    "select state, attempts, external_id from effect where kind = $1 and business_key = $2",
    [kind, invoiceId],
  );
  return row;
};

describe("renderInvoicePdf", () => {
  it("prints once: a PDF that is there is never made anew", async () => {
    const invoice = await issue();
    const first = await renderInvoicePdf(world.deps, invoice);
    expect(first).toMatchObject({ made: true, pages: 1 });
    const broken = {
      ...world.deps,
      pdf: { ...world.deps.pdf, render: () => Promise.reject(new Error("printed twice")) },
    };
    expect(await renderInvoicePdf(broken, invoice)).toEqual({ ...first, made: false });
    expect(await eventsOf(invoice.invoiceId)).toEqual(["invoice.pdf_rendered"]);
    const pdf = await loadInvoicePdf(world.deps, invoice);
    expect(pdf).toMatchObject({ sha256: first.sha256, fileName: `${invoice.number}.pdf` });
  });

  it("keeps the first file when two workers print at once", async () => {
    const invoice = await issue();
    const both = await Promise.all([
      renderInvoicePdf(world.deps, invoice),
      renderInvoicePdf(world.deps, invoice),
    ]);
    expect(both.map((result) => result.made).sort()).toEqual([false, true]);
    expect(await eventsOf(invoice.invoiceId)).toEqual(["invoice.pdf_rendered"]);
  });

  it("knows no PDF of an invoice that does not exist", async () => {
    const unknown = { tenantId: world.tenant.tenantId, invoiceId: world.tenant.tenantId };
    expect(await loadInvoicePdf(world.deps, unknown)).toBeNull();
    await expect(renderInvoicePdf(world.deps, unknown)).rejects.toMatchObject({ code: "invoice_not_found" });
  });
});

describe("storeInvoicePdf", () => {
  it("moves the bytes into S3, from where they are read afterwards", async () => {
    const invoice = await issueAndPrint();
    const before = await loadInvoicePdf(world.deps, invoice);
    const { objectKey } = await storeInvoicePdf(world.deps, invoice);
    expect(objectKey).toBe(
      `${invoice.tenantId}/invoices/${invoice.number}-${before?.sha256.slice(0, 16)}.pdf`,
    );
    const [row] = await world.rows(
      "select bytes, object_key, object_url is not null as has_url, stored_at is not null as stored from artifact where invoice_id = $1",
      [invoice.invoiceId],
    );
    expect(row).toEqual({ bytes: null, object_key: objectKey, has_url: true, stored: true });
    const after = await loadInvoicePdf(world.deps, invoice);
    expect(Buffer.from(after?.bytes ?? [])).toEqual(Buffer.from(before?.bytes ?? [1]));
    await storeInvoicePdf(world.deps, invoice);
    expect(await eventsOf(invoice.invoiceId)).toEqual(["invoice.pdf_rendered", "invoice.pdf_stored"]);
  });

  it.each([
    ["refuses", { action: "status", status: 503 }],
    ["is cut off", { action: "cut" }],
    ["stores it and answers 500", { action: "after-commit", status: 500 }],
    ["stores it and hangs up", { action: "after-commit" }],
  ])("keeps the bytes until the store has them, when the store %s", async (_what, fault) => {
    const invoice = await issueAndPrint();
    await world.fault({ service: "s3", method: "PUT", times: null, ...fault });
    await expect(storeInvoicePdf(world.deps, invoice)).rejects.toMatchObject({ kind: "unavailable" });
    expect((await loadInvoicePdf(world.deps, invoice))?.bytes.length).toBeGreaterThan(0);
    await world.sandbox.control("DELETE", "/_sandbox/faults");
    const { objectKey } = await storeInvoicePdf(world.deps, invoice);
    const journal = await world.sandbox.journal("?service=s3");
    const written = journal.filter(
      (entry) => entry.method === "PUT" && entry.effect && entry.path.endsWith(objectKey),
    );
    expect(written).toHaveLength(1);
    expect((await loadInvoicePdf(world.deps, invoice))?.bytes.length).toBeGreaterThan(0);
  });

  it("does not store before there is a PDF", async () => {
    const invoice = await issue();
    await expect(storeInvoicePdf(world.deps, invoice)).rejects.toMatchObject({ code: "pdf_not_ready" });
  });

  it("never lets go of bytes for a store that reads back something else", async () => {
    const invoice = await issueAndPrint();
    const liar = { ...world.deps.store, head: async () => ({ sizeBytes: 1, sha256: "0".repeat(64) }) };
    await expect(storeInvoicePdf({ ...world.deps, store: liar }, invoice)).rejects.toMatchObject({
      code: "storage_unavailable",
    });
    const [row] = await world.rows<{ stored_at: Date | null; kept: boolean }>(
      "select stored_at, bytes is not null as kept from artifact where invoice_id = $1",
      [invoice.invoiceId],
    );
    expect(row).toEqual({ stored_at: null, kept: true });
  });

  it("says that a bucket is missing, and stores once it is there", async () => {
    const invoice = await issueAndPrint();
    const store = createS3Store({
      bucket: "nowhere",
      region: "us-east-1",
      endpoint: world.sandbox.sandbox().s3Url,
      prefix: "",
      forcePathStyle: true,
      credentials: { accessKeyId: "sandbox", secretAccessKey: "sandbox" },
    });
    await expect(storeInvoicePdf({ ...world.deps, store }, invoice)).rejects.toMatchObject({
      code: "s3_bucket_missing",
      kind: "misconfigured",
    });
    expect(await storeInvoicePdf(world.deps, invoice)).toMatchObject({ sha256: expect.any(String) });
  });
});

describe("emailInvoice", () => {
  it("sends one mail with the PDF and notes when", async () => {
    const invoice = await issueAndPrint();
    await storeInvoicePdf(world.deps, invoice);
    const messageId = `${invoice.invoiceId}.${invoice.tenantId}@billing.acme.example`;
    expect(await emailInvoice(world.deps, invoice)).toEqual({ sent: messageId });
    expect(await emailInvoice(world.deps, invoice)).toEqual({ sent: messageId });
    const mails = await mailsTo(invoice.email);
    expect(mails).toHaveLength(1);
    const source = await fetch(`${world.sandbox.sandbox().mailboxUrl}/${mails[0]?.id}/source`);
    const text = (await source.text()).replaceAll(/\r\n[ \t]+/g, " ");
    expect(text).toContain(`Message-ID: <${messageId}>`);
    expect(text).toContain(`filename=${invoice.number}.pdf`);
    const [row] = await world.rows<{ sent: boolean }>(
      "select sent_at is not null as sent from invoice where id = $1",
      [invoice.invoiceId],
    );
    expect(row).toEqual({ sent: true });
    const events = await eventsOf(invoice.invoiceId);
    expect(events.filter((type) => type === "invoice.emailed")).toHaveLength(1);
  });

  it("keeps a mail that was cut off after DATA as unknown and never sends it again", async () => {
    const invoice = await issueAndPrint();
    await world.fault({ service: "smtp", action: "after-commit", path: invoice.email });
    const first = await emailInvoice(world.deps, invoice);
    expect(first).toEqual({ unknown: expect.stringContaining("lost after DATA") });
    expect(await emailInvoice(world.deps, invoice)).toEqual(first);
    expect(await effectOf("email.invoice", invoice.invoiceId)).toMatchObject({
      state: "unknown",
      attempts: 1,
    });
    expect(await mailsTo(invoice.email)).toHaveLength(1);
    const [row] = await world.rows<{ sent_at: Date | null }>("select sent_at from invoice where id = $1", [
      invoice.invoiceId,
    ]);
    expect(row?.sent_at).toBeNull();
  });

  it("treats a mail that was in the hands of a killed process as unknown", async () => {
    const invoice = await issueAndPrint();
    const kill = (name: string) => {
      if (name === "effect.email.invoice:recorded") throw new Error("killed");
    };
    await expect(emailInvoice({ ...world.deps, failpoint: kill }, invoice)).rejects.toThrow("killed");
    await world.rows(
      "update effect set state = 'inflight', lease_until = now() - interval '1 second' where kind = 'email.invoice' and business_key = $1",
      [invoice.invoiceId],
    );
    expect(await emailInvoice(world.deps, invoice)).toMatchObject({ unknown: expect.any(String) });
    expect(await mailsTo(invoice.email)).toHaveLength(1);
  });

  it("sends after a process was killed before it began to", async () => {
    const invoice = await issueAndPrint();
    const kill = (name: string) => {
      if (name === "effect.email.invoice:claimed") throw new Error("killed");
    };
    await expect(emailInvoice({ ...world.deps, failpoint: kill }, invoice)).rejects.toThrow("killed");
    await world.rows(
      "update effect set lease_until = now() - interval '1 second' where kind = 'email.invoice' and business_key = $1",
      [invoice.invoiceId],
    );
    expect(await emailInvoice(world.deps, invoice)).toMatchObject({ sent: expect.any(String) });
    expect(await mailsTo(invoice.email)).toHaveLength(1);
  });

  it("sends later when the server said to come back, and gives up when it refused", async () => {
    const invoice = await issueAndPrint();
    await world.fault({ service: "smtp", action: "status", status: 451, path: invoice.email });
    await expect(emailInvoice(world.deps, invoice)).rejects.toMatchObject({ code: "mail_unavailable" });
    expect(await emailInvoice(world.deps, invoice)).toMatchObject({ sent: expect.any(String) });
    expect(await mailsTo(invoice.email)).toHaveLength(1);
    const refused = await issueAndPrint();
    await world.fault({ service: "smtp", action: "status", status: 550, path: refused.email });
    await expect(emailInvoice(world.deps, refused)).rejects.toMatchObject({ code: "mail_rejected" });
    expect(await effectOf("email.invoice", refused.invoiceId)).toMatchObject({ state: "failed" });
  });

  it("keeps a SendGrid 500 as unknown, and sends through SendGrid otherwise", async () => {
    const mailer = createSendGridMailer({
      apiKey: "SG.sandbox",
      apiBase: `${world.sandbox.sandbox().sendgridUrl}/`,
      from: "Acme <billing@acme.example>",
    });
    const deps = { ...world.deps, mailer };
    const sent = await issueAndPrint();
    expect(await emailInvoice(deps, sent)).toMatchObject({ sent: expect.any(String) });
    expect(await mailsTo(sent.email)).toHaveLength(1);
    const unsure = await issueAndPrint();
    await world.fault({ service: "sendgrid", action: "after-commit", status: 500 });
    expect(await emailInvoice(deps, unsure)).toMatchObject({ unknown: expect.any(String) });
    expect(await emailInvoice(deps, unsure)).toMatchObject({ unknown: expect.any(String) });
    expect(await mailsTo(unsure.email)).toHaveLength(1);
  });

  it("counts e-mail that is off, and a customer without an address, as done", async () => {
    const invoice = await issueAndPrint();
    expect(await emailInvoice({ ...world.deps, mailer: null }, invoice)).toEqual({ skipped: "off" });
    const silent = await issueAndPrint({ email: null });
    expect(await emailInvoice(world.deps, silent)).toEqual({ skipped: "no_email" });
    expect(await effectOf("email.invoice", silent.invoiceId)).toBeUndefined();
  });

  it("waits for the PDF", async () => {
    const invoice = await issue();
    await expect(emailInvoice(world.deps, invoice)).rejects.toMatchObject({ code: "pdf_not_ready" });
  });
});
