import { readPaymentLinkToken } from "#libs/core/payment/payment-link-token.ts";
import { type DeliveryWorld, openDeliveryWorld } from "#libs/testkit/delivery-world.ts";
import { insertIssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import { emailInvoice } from "../invoice/email-invoice.ts";
import { renderInvoicePdf } from "../invoice/render-invoice-pdf.ts";
import { voidInvoice } from "../invoice/void-invoice.ts";
import { ensurePaymentLink } from "./ensure-payment-link.ts";
import { recordOutsidePayment } from "./record-outside-payment.ts";
import { revokePaymentLink } from "./revoke-payment-link.ts";

let world: DeliveryWorld;
beforeAll(async () => {
  world = await openDeliveryWorld();
});
afterAll(() => world.close());

const issue = () => insertIssuedInvoice(world.test, world.tenant, { collection: "send_invoice" });
const linkOf = (invoiceId: string, deps = world.deps) =>
  world.tenant.inTenant((tx) => ensurePaymentLink(tx, deps, { invoiceId }));
const revoke = (invoiceId: string) => world.tenant.inTenant((tx) => revokePaymentLink(tx, { invoiceId }));

describe("the payment link of an invoice", () => {
  it("is one: asked again, also at the same moment, it is the same, and it serves 30 days", async () => {
    const { invoiceId } = await issue();
    const links = await Promise.all([linkOf(invoiceId), linkOf(invoiceId), linkOf(invoiceId)]);
    expect(new Set(links.map((link) => link.url)).size).toBe(1);
    const [row] = await world.rows<{ days: number; count: string }>(
      "select extract(epoch from expires_at - created_at) / 86400 as days, count(*) over () as count from payment_link where invoice_id = $1",
      [invoiceId],
    );
    expect(Number(row?.days)).toBeCloseTo(30, 3);
    expect(row?.count).toBe("1");
    expect(links[0]?.url).toMatch(/^https:\/\/billing\.acme\.example\/public\/pay\/[0-9a-f]{8}\.pl_\w{26}\./);
  });

  it("is not the old one after it was revoked, has expired, or its key is gone", async () => {
    const { invoiceId } = await issue();
    const first = await linkOf(invoiceId);
    await revoke(invoiceId);
    const second = await linkOf(invoiceId);
    await world.rows("update payment_link set expires_at = now() where invoice_id = $1", [invoiceId]);
    const third = await linkOf(invoiceId);
    await world.rows("update payment_link set key_id = 'gone' where invoice_id = $1 and revoked_at is null", [
      invoiceId,
    ]);
    const fourth = await linkOf(invoiceId);
    expect(new Set([first, second, third, fourth].map((link) => link.url)).size).toBe(4);
    const token = fourth.url.split("/").at(-1) ?? "";
    const keys = world.deps.paymentLinks?.keys;
    expect(keys && readPaymentLinkToken(keys, token)).not.toBeNull();
  });

  it("is refused where there is nothing to pay, and where links are switched off", async () => {
    const [paid, voided] = [await issue(), await issue()];
    await world.tenant.inTenant((tx) =>
      recordOutsidePayment(tx, { invoiceId: paid.invoiceId, paymentStatus: "succeeded" }),
    );
    await world.tenant.inTenant((tx) => voidInvoice(tx, { invoiceId: voided.invoiceId, reason: "test" }));
    await expect(linkOf(paid.invoiceId)).rejects.toMatchObject({ code: "invoice_already_paid" });
    await expect(linkOf(voided.invoiceId)).rejects.toMatchObject({ code: "invoice_already_voided" });
    await expect(linkOf(world.tenant.tenantId)).rejects.toMatchObject({ code: "invoice_not_found" });
    const off = { ...world.deps, paymentLinks: null };
    await expect(linkOf((await issue()).invoiceId, off)).rejects.toMatchObject({ code: "payment_links_off" });
  });

  it("is revoked once, audited, and tells the job that withdraws what was begun", async () => {
    const { invoiceId } = await issue();
    await linkOf(invoiceId);
    await revoke(invoiceId);
    await expect(revoke(invoiceId)).rejects.toMatchObject({ code: "payment_link_not_found" });
    const actions = await world.rows<{ action: string }>(
      "select action from audit_log where before ->> 'invoice_id' = $1 or after ->> 'invoice_id' = $1 order by id",
      [invoiceId],
    );
    expect(actions.map((row) => row.action)).toEqual(["payment_link.create", "payment_link.revoke"]);
    const events = await world.rows(
      "select 1 from domain_event where type = 'payment_link.revoked' and subject_id = $1",
      [invoiceId],
    );
    expect(events).toHaveLength(1);
  });

  it("stands in the mail with the invoice, the same that the API answers", async () => {
    const invoice = await issue();
    await renderInvoicePdf(world.deps, invoice);
    expect(await emailInvoice(world.deps, invoice)).toMatchObject({ sent: expect.any(String) });
    const { url } = await linkOf(invoice.invoiceId);
    const { messages } = await world.sandbox.control<{ messages: { id: string; subject: string }[] }>(
      "GET",
      "/mailbox.json",
    );
    const mail = messages.find((each) => each.subject.includes(invoice.number));
    const whole = await world.sandbox.control<object>("GET", `/mailbox/${mail?.id}.json`);
    expect(JSON.stringify(whole)).toContain(url);
  });

  it("is left out of the mail with an invoice that is paid already", async () => {
    const invoice = await issue();
    await renderInvoicePdf(world.deps, invoice);
    await world.tenant.inTenant((tx) =>
      recordOutsidePayment(tx, { invoiceId: invoice.invoiceId, paymentStatus: "succeeded" }),
    );
    expect(await emailInvoice(world.deps, invoice)).toMatchObject({ sent: expect.any(String) });
    const links = await world.rows("select 1 from payment_link where invoice_id = $1", [invoice.invoiceId]);
    expect(links).toEqual([]);
  });
});
