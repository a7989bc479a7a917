import { applyStripeEvent } from "#libs/billing/payment/apply-stripe-event.ts";
import { publicId } from "#libs/core/public-id.ts";
import { insertIssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import { openPaymentWorld, type PaymentWorld } from "#libs/testkit/payment-world.ts";
import { bodyOf } from "../client/create-client.ts";
import { firstOf } from "#libs/testkit/first-of.ts";

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
});
afterAll(() => world.close());

/** An invoice of USD 12.34 that was paid by card. */
async function paid() {
  const row = await insertIssuedInvoice(world.test, world.tenant);
  const id = publicId("invoice", row.invoiceId);
  bodyOf(await world.api.POST("/v1/invoices/{id}/pay", { params: { path: { id } } }));
  await world.settle();
  const payment = firstOf(
    bodyOf(await world.api.GET("/v1/payments", { params: { query: { invoice: id } } })).data,
  );
  return { ...row, id, payment: payment.id, intent: payment.provider_id ?? "" };
}
const question = async (intent: string, status?: string) => {
  const path = `/_sandbox/payment_intents/${intent}/dispute`;
  return (await world.sandbox.control<{ id: string }>("POST", path, status === undefined ? {} : { status }))
    .id;
};
const move = (dispute: string, status: string) =>
  world.sandbox.control("POST", `/_sandbox/disputes/${dispute}`, { status });
const shown = async (id: string) =>
  bodyOf(await world.api.GET("/v1/invoices/{id}", { params: { path: { id } } }));
const disputes = async (query: string) =>
  (await world.call("get", `/v1/disputes?${query}`).expect(200)).body.data;
const postings = async (invoiceId: string) =>
  (
    await world.rows<{ line: string }>(
      `select t.kind || ' ' || p.debit_account || '>' || p.credit_account || ' ' || p.amount_minor as line from ledger_transaction t
         join ledger_posting p on p.ledger_transaction_id = t.id where t.invoice_id = $1 and t.kind like 'dispute.%' order by t.id, p.position`,
      [invoiceId],
    )
  ).map(({ line }) => line);
const opened = "dispute.opened disputes>cash:stripe 1234";

describe("a disputed payment", () => {
  it.each([
    ["won", [opened, "dispute.won cash:stripe>disputes 1234"]],
    ["lost", [opened, "dispute.lost write_off>disputes 1234"]],
  ])("is shown, posted, and ends as %s", async (verdict, expected) => {
    const { id, invoiceId, payment, intent } = await paid();
    const dispute = await question(intent);
    await world.settle();
    expect(await disputes(`invoice=${id}`)).toMatchObject([
      {
        status: "needs_response",
        amount: "12.34",
        payment,
        invoice: id,
        reason: "fraudulent",
        closed_at: null,
      },
    ]);
    expect(await shown(id)).toMatchObject({ status: "paid", dispute_status: "needs_response" });
    expect(await postings(invoiceId)).toEqual([opened]);
    await move(dispute, "under_review");
    await move(dispute, verdict);
    await world.settle();
    expect(await disputes(`payment=${payment}&status=${verdict}`)).toMatchObject([
      { provider_id: dispute, closed_at: expect.any(String) },
    ]);
    expect(await shown(id)).toMatchObject({ status: "paid", amount_paid: "12.34", dispute_status: verdict });
    expect(await postings(invoiceId)).toEqual(expected);
    const events = await world.rows<{ type: string }>(
      "select type from domain_event where type like 'dispute.%' and data ->> 'invoice_id' = $1 order by id",
      [invoiceId],
    );
    // Messages may come in any order, and one that came too late says nothing new.
    expect([events[0]?.type, events.at(-1)?.type]).toEqual(["dispute.opened", "dispute.closed"]);
  });

  it("cannot go back a second time while its bank has it, and can when the dispute is won", async () => {
    const { payment, intent } = await paid();
    const dispute = await question(intent);
    await world.settle();
    const refund = () => world.call("post", `/v1/payments/${payment}/refund`).send({});
    expect((await refund()).body).toMatchObject({ status: 422, code: "refund_exceeds_payment" });
    await move(dispute, "won");
    await world.settle();
    await refund().expect(202);
  });

  it("that is only asked about moves no money until the warning becomes a dispute", async () => {
    const { id, invoiceId, intent } = await paid();
    const dispute = await question(intent, "warning_needs_response");
    await world.settle();
    expect(await postings(invoiceId)).toEqual([]);
    expect(await shown(id)).toMatchObject({ dispute_status: "warning_needs_response" });
    await move(dispute, "needs_response");
    await world.settle();
    expect(await postings(invoiceId)).toEqual([opened]);
  });

  it("ends the same in every order of its messages, each of them twice", async () => {
    const statuses = ["needs_response", "under_review", "lost"];
    const orders = [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
      [2, 0, 1],
    ];
    for (const [number, order] of orders.entries()) {
      const { intent, invoiceId, tenantId } = await paid();
      for (const [step, index] of [...order, ...order].entries()) {
        const eventId = `evt_order_${number}_${step}`;
        const object = {
          ...{ id: `du_order_${number}`, object: "dispute", status: statuses[index], amount: 1_234 },
          ...{ currency: "usd", payment_intent: intent, reason: "fraudulent" },
        };
        await world.rows(
          `insert into webhook_inbox (provider, event_id, tenant_id, type, payload, provider_created_at)
           values ('stripe', $1, $2, 'charge.dispute.updated', $3, now())`,
          [eventId, tenantId, JSON.stringify({ data: { object } })],
        );
        await world.tenant.inTenant((tx) => applyStripeEvent(tx, { account: "", eventId }));
      }
      expect(await postings(invoiceId)).toEqual([opened, "dispute.lost write_off>disputes 1234"]);
    }
  });
});
