import type Stripe from "stripe";
import { eventually } from "../../apps/sandbox/sandbox-fixture.ts";
import { applyStripeEvent } from "#libs/billing/payment/apply-stripe-event.ts";
import { receiveStripeWebhook, type SeedApply } from "#libs/billing/payment/receive-stripe-webhook.ts";
import { type DeliveryWorld, type ReceivedWebhook, stripeWebhookSecret } from "./delivery-world.ts";
import type { IssuedInvoice } from "./invoice-rows.ts";

/** The job that applies a message, as a test writes it. */
export const seedApply: SeedApply = ({ account, eventId, look }) => ({
  name: "stripe.apply_event",
  queue: "payment",
  key: `stripe.apply_event/${account}/${eventId}/${look}`,
  payload: { account, eventId, look },
  attemptBudget: 5,
});

export type PaymentFacts = {
  readonly payment_status: string;
  readonly amount_paid: string;
  readonly attempts: string[] | null;
  readonly payments: number;
  readonly ledger: string | null;
  readonly credit: string | null;
  readonly events: string[] | null;
};

/** Facts of an invoice of USD 12.34 that one card payment paid. */
export const paid: Partial<PaymentFacts> = {
  payment_status: "succeeded",
  amount_paid: "1234",
  payments: 1,
  ledger: "cash:stripe>receivable 1234",
  credit: null,
};

/** Looks at what payments did in a world, and delivers Stripe's messages into it. */
export function paymentWitness(world: () => DeliveryWorld) {
  /** Everything that a payment may change, as one value to compare. */
  async function factsOf(invoice: IssuedInvoice): Promise<PaymentFacts> {
    const [row] = await world().rows<PaymentFacts>(
      `select payment_status, amount_paid_minor::text as amount_paid,
         (select array_agg(state order by opened_at, id) from payment_attempt a where a.invoice_id = i.id) as attempts,
         (select count(*)::int from payment p where p.invoice_id = i.id) as payments,
         (select string_agg(g.debit_account || '>' || g.credit_account || ' ' || g.amount_minor, ',' order by t.occurred_at, g.position) from ledger_transaction t
            join ledger_posting g on g.ledger_transaction_id = t.id where t.invoice_id = i.id and t.kind = 'payment.succeeded') as ledger,
         (select sum(amount_minor)::text from credit_grant c where c.customer_id = i.customer_id) as credit,
         (select array_agg(type order by type) from domain_event e where e.subject_id = i.id or e.data ->> 'invoice_id' = i.id::text) as events
       from invoice i where id = $1`,
      [invoice.invoiceId],
    );
    if (row === undefined) throw new Error("no invoice");
    return row;
  }

  /** Stripe's messages about one PaymentIntent, as they were sent. */
  async function webhooksOf(intentId: string, atLeast: number) {
    return eventually(() => {
      const found = world().webhooks.filter((hook) => {
        const event = JSON.parse(hook.rawBody.toString()) as Stripe.Event;
        return "id" in event.data.object && event.data.object.id === intentId;
      });
      return found.length >= atLeast ? found : undefined;
    });
  }

  const receive = (hook: { rawBody: Buffer; signature: string | null }, account = "") =>
    receiveStripeWebhook(world().test.database, {
      ...hook,
      secret: stripeWebhookSecret,
      account,
      seed: seedApply,
    });

  const apply = (eventId: string, account = "") =>
    world().tenant.inTenant((tx) => applyStripeEvent(tx, { account, eventId }));

  async function attemptOf(invoice: IssuedInvoice) {
    const [row] = await world().rows<{ id: string; provider_id: string | null; state: string }>(
      "select id, provider_id, state from payment_attempt where invoice_id = $1 order by opened_at desc, id desc limit 1",
      [invoice.invoiceId],
    );
    if (row === undefined) throw new Error("no attempt");
    return row;
  }

  const intentsOf = async (invoice: IssuedInvoice) => {
    const all = await world().sandbox.stripe().paymentIntents.list({ limit: 100 });
    return all.data.filter((intent) => intent.metadata["billwright_invoice"] === invoice.invoiceId);
  };

  async function takeAll(hooks: readonly ReceivedWebhook[]): Promise<void> {
    for (const hook of hooks) {
      const event = await receive(hook);
      if (event.state === "received") await apply(event.eventId);
    }
  }

  /** Stores and applies everything that Stripe has said about the invoice's latest attempt. */
  async function deliverWebhooks(invoice: IssuedInvoice): Promise<void> {
    const { provider_id: intentId } = await attemptOf(invoice);
    await takeAll(await webhooksOf(intentId ?? "", 2));
  }

  return { factsOf, webhooksOf, receive, apply, attemptOf, intentsOf, takeAll, deliverWebhooks };
}
