import { createHash } from "node:crypto";
import { Temporal } from "temporal-polyfill";
import { findReconciliation, type ReconciliationCheck } from "#libs/data/reconciliations.ts";
import { causes } from "#libs/jobs/catalog.ts";
import { type DeliveryWorld, openDeliveryWorld } from "#libs/testkit/delivery-world.ts";
import { insertIssuedInvoice, type IssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import type { Deps } from "../deps.ts";
import { renderInvoicePdf } from "../invoice/render-invoice-pdf.ts";
import { settleStripeMirror } from "../invoice/settle-stripe-mirror.ts";
import { storeInvoicePdf } from "../invoice/store-invoice-pdf.ts";
import { syncInvoiceToStripe } from "../invoice/sync-invoice-to-stripe.ts";
import { collectInvoice } from "../payment/collect-invoice.ts";
import { pollPayments } from "../payment/poll-payments.ts";
import { requestReconciliation } from "./request-reconciliation.ts";
import { scheduleReconciliations } from "./schedule-reconciliations.ts";
import { runReconciliation } from "./run-reconciliation.ts";

describe("a reconciliation with the outside", () => {
  let world: DeliveryWorld;
  let invoice: IssuedInvoice;
  beforeAll(async () => {
    world = await openDeliveryWorld(causes);
    invoice = await insertIssuedInvoice(world.test, world.tenant);
    const input = { tenantId: world.tenant.tenantId, invoiceId: invoice.invoiceId };
    await renderInvoicePdf(world.deps, input);
    await storeInvoicePdf(world.deps, input);
    await syncInvoiceToStripe(world.deps, input);
    await collectInvoice(world.deps, input);
  });
  afterAll(() => world.close());

  const report = async (checks: readonly ReconciliationCheck[], deps: Partial<Deps> = {}) => {
    const { tenant } = world;
    const { reconciliationId } = await tenant.inTenant((tx) => requestReconciliation(tx, { checks }));
    await runReconciliation({ ...world.deps, ...deps }, { tenantId: tenant.tenantId, reconciliationId });
    const row = await tenant.inTenant((tx) => findReconciliation(tx, reconciliationId));
    if (row === null) throw new Error("the report is gone");
    return row;
  };
  const found = async (checks: readonly ReconciliationCheck[]) =>
    (await report(checks)).findings.map(({ code, severity, subjectId }) => [code, severity, subjectId]);
  const stripe = () => {
    if (world.deps.stripe === null) throw new Error("Stripe is on in this world");
    return world.deps.stripe;
  };

  it("names money that came at Stripe and is not recorded, and its mirror that stays open, until both are", async () => {
    expect(await found(["stripe"])).toEqual([["stripe_payment_missing", "critical", invoice.invoiceId]]);
    await pollPayments(world.deps, { olderThanMs: 0 });
    expect(await found(["stripe"])).toEqual([["stripe_invoice_state_differs", "error", invoice.invoiceId]]);
    await settleStripeMirror(world.deps, { tenantId: world.tenant.tenantId, invoiceId: invoice.invoiceId });
    const all = await report(["stripe", "storage"]);
    expect(all).toMatchObject({
      state: "completed",
      findings: [],
      looked: [
        { outcome: "done", objects: 4 },
        { outcome: "done", objects: 2 },
      ],
    });
  });

  it("names invoices at Stripe that nothing here stands behind, a second mirror, and a mirror that is not there", async () => {
    const { tenantId } = world.tenant;
    const [customer] = await world.rows<{ id: string }>(
      "select provider_id as id from provider_object where kind = 'customer'",
    );
    const draft = (billwright_invoice: string) =>
      stripe().invoices.create({
        customer: customer?.id ?? "",
        metadata: { billwright_tenant: tenantId, billwright_invoice },
      });
    await draft("00000000-0000-7000-8000-000000000001");
    await draft(invoice.invoiceId);
    await stripe().invoices.create({
      customer: customer?.id ?? "",
      metadata: { billwright_tenant: "00000000-0000-7000-8000-000000000002" },
    });
    expect((await found(["stripe"])).sort()).toEqual([
      ["stripe_invoice_doubled", "warning", invoice.invoiceId],
      ["stripe_invoice_unknown", "critical", null],
    ]);
    const [mirror] = await world.rows<{ id: string }>(
      "select provider_id as id from provider_object where kind = 'invoice'",
    );
    await world.test.owner.query("update provider_object set provider_id = 'in_gone' where kind = 'invoice'");
    expect((await found(["stripe"])).map(([code]) => code)).toContain("stripe_invoice_missing");
    await world.test.owner.query("update provider_object set provider_id = $1 where kind = 'invoice'", [
      mirror?.id,
    ]);
  });

  it("names refunds at Stripe that are not here or differ, made past us too, and refunds here that Stripe does not have", async () => {
    const refunds = async () =>
      (await found(["stripe"])).filter(([code]) => String(code).startsWith("stripe_refund"));
    expect(await refunds()).toEqual([]);
    const [payment] = await world.rows<{ id: string; provider_id: string }>(
      "select id, provider_id from payment",
    );
    const refund = await stripe().refunds.create({ payment_intent: payment?.provider_id ?? "", amount: 100 });
    expect(await refunds()).toEqual([["stripe_refund_missing", "critical", payment?.id]]);
    const refundId = "00000000-0000-7000-8000-00000000000a";
    const write = (set: string) =>
      world.test.owner.query(
        `set session_replication_role = replica; ${set}; set session_replication_role = origin`,
      );
    await write(
      `insert into refund (tenant_id, id, payment_id, amount_minor, state, provider, provider_id, reopened_minor)
        values ('${world.tenant.tenantId}', '${refundId}', '${payment?.id}', 100, 'succeeded', 'stripe', '${refund.id}', 100)`,
    );
    expect((await refunds()).map(([code]) => code)).toEqual([]);
    await write("update refund set amount_minor = 90, reopened_minor = 90");
    expect(await refunds()).toEqual([["stripe_refund_amount_differs", "critical", refundId]]);
    await write("update refund set amount_minor = 100, reopened_minor = 100, state = 'failed'");
    expect(await refunds()).toEqual([["stripe_refund_state_differs", "critical", refundId]]);
    await write("update refund set state = 'processing'");
    expect(await refunds()).toEqual([["stripe_refund_state_differs", "warning", refundId]]);
    await write("update refund set state = 'succeeded', provider_id = 're_gone'");
    expect((await refunds()).sort()).toEqual([
      ["stripe_refund_missing", "critical", payment?.id],
      ["stripe_refund_unknown", "error", refundId],
    ]);
    await write(`update refund set provider_id = '${refund.id}'`);
  });

  it("is asked for once a day of every tenant, however often its tick comes", async () => {
    const at = Temporal.Now.instant();
    const count = async () =>
      (
        await world.rows<{ n: number }>(
          "select count(*)::int as n from reconciliation where since is not null",
        )
      )[0]?.n;
    await world.test.owner.query("update reconciliation set created_at = created_at - interval '1 day'");
    await Promise.all([scheduleReconciliations(world.deps, at), scheduleReconciliations(world.deps, at)]);
    await scheduleReconciliations(world.deps, at.add({ hours: 1 }));
    expect(await count()).toBe(1);
    await world.test.owner.query("update reconciliation set created_at = created_at - interval '1 day'");
    expect(await scheduleReconciliations(world.deps, at)).toBe(1);
  });

  it("names amounts and states that differ", async () => {
    const spoil = (set: string) =>
      world.test.owner.query(
        `set session_replication_role = replica; update ${set}; set session_replication_role = origin`,
      );
    const codes = async () =>
      (await found(["stripe"])).map(([code]) => code).filter((code) => /differs|payment/.test(String(code)));
    expect(await codes()).toEqual([]);
    await spoil("invoice set amount_due_minor = 1200, total_minor = 1200, amount_paid_minor = 1200");
    await spoil("payment set amount_minor = 1200");
    expect(await codes()).toEqual(["stripe_invoice_amount_differs", "stripe_payment_amount_differs"]);
    await spoil(
      "invoice set amount_due_minor = 1234, total_minor = 1234, amount_paid_minor = 0, payment_status = 'pending'",
    );
    await spoil("payment set amount_minor = 1234, provider_id = 'pi_gone'");
    expect(await codes()).toEqual([
      "stripe_invoice_state_differs",
      "stripe_payment_missing",
      "stripe_payment_unknown",
    ]);
  });

  it("names files that the store lost or changed, and files that no invoice knows", async () => {
    const [file] = await world.rows<{ key: string }>("select object_key as key from artifact");
    const folder = file?.key.slice(0, file.key.lastIndexOf("/"));
    const bytes = new TextEncoder().encode("stray");
    const sha256 = sha256Of(bytes);
    const put = world.deps.store.put({
      key: `${folder}/stray.pdf`,
      bytes,
      sha256,
      contentType: "application/pdf",
    });
    expect((await put).stored).toBe("created");
    expect(await found(["storage"])).toEqual([["object_orphan", "warning", null]]);
    await world.test.owner.query("update artifact set sha256 = $1", [sha256]);
    expect((await found(["storage"])).map(([code]) => code)).toEqual(["object_differs", "object_orphan"]);
    await world.test.owner.query("update artifact set object_key = object_key || 'x'");
    expect((await found(["storage"])).map(([code]) => code)).toEqual([
      "object_missing",
      "object_orphan",
      "object_orphan",
    ]);
  });

  it("says of a provider that does not answer that it could not be asked, and makes the other checks", async () => {
    await world.fault({
      service: "stripe",
      action: "status",
      status: 503,
      path: "/v1/invoices",
      times: null,
    });
    const { state, looked } = await report(["stripe", "periods"]);
    expect([state, looked]).toEqual([
      "completed",
      [
        { check: "stripe", outcome: "failed", objects: 0, reason: expect.stringContaining("Stripe") },
        { check: "periods", outcome: "done", objects: 4, reason: null },
      ],
    ]);
    expect((await report(["stripe"], { stripe: null })).looked).toMatchObject([{ outcome: "off" }]);
  });
});

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
