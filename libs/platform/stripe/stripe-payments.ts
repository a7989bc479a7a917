import Stripe from "stripe";
import { domainError } from "#libs/core/errors.ts";
import { isRecord } from "./is-record.ts";
import { stripeRead, stripeWrite, type StripeCallResult } from "./stripe-call.ts";
import type { StripeClient } from "./stripe-client.ts";
import { hasMetadata, type StripeMetadata, windowStart } from "./stripe-customers.ts";
import { type EventOwner, ownerOfObject } from "./stripe-event.ts";
import { uuidOrNull } from "./uuid-or-null.ts";

/** What a PaymentIntent says, amounts in Stripe's smallest unit as decimal strings. */
export type PaymentIntentFacts = {
  readonly id: string;
  readonly status: string;
  readonly amountReceived: string;
  /** ISO 4217, upper case. */
  readonly currency: string;
  readonly failureCode: string | null;
  readonly failureMessage: string | null;
  /** What the issuer advises after a decline; unset on facts that were kept by an older version. */
  readonly adviceCode?: string | null;
  /** Our ids, as written when it was made; null on objects that are not ours. */
  readonly tenantId: string | null;
  readonly attemptId: string | null;
};

/** A message of Stripe whose signature is right. */
export type StripeEventFacts = {
  readonly id: string;
  readonly type: string;
  readonly createdAt: Date;
  readonly objectId: string | null;
  readonly owner: EventOwner;
  /** The connected account that it is about; null: the endpoint's own. */
  readonly account: string | null;
};

/**
 * Charges a saved method, the customer being away. A decline is an answer, not an error: its PaymentIntent comes
 * back with what the bank said. @throws DomainError provider_unavailable, provider_refused, payment_declined
 */
export function chargeSavedMethod(
  stripe: StripeClient,
  charge: {
    readonly amount: bigint;
    readonly currency: string;
    readonly customerId: string;
    readonly paymentMethodId: string;
    readonly description: string;
    readonly metadata: StripeMetadata;
  },
  idempotencyKey: string,
): Promise<StripeCallResult<PaymentIntentFacts>> {
  return stripeWrite(async () => {
    try {
      const intent = await stripe.paymentIntents.create(
        {
          amount: Number(charge.amount),
          currency: charge.currency.toLowerCase(),
          customer: charge.customerId,
          payment_method: charge.paymentMethodId,
          automatic_payment_methods: { enabled: true, allow_redirects: "never" },
          confirm: true,
          off_session: true,
          description: charge.description,
          metadata: charge.metadata,
        },
        { idempotencyKey },
      );
      return paymentIntentFacts(intent);
    } catch (error) {
      if (error instanceof Stripe.errors.StripeCardError && error.payment_intent !== undefined) {
        const facts = paymentIntentFacts(error.payment_intent);
        return {
          ...facts,
          failureCode: error.decline_code ?? error.code ?? facts.failureCode ?? "card_declined",
          failureMessage: error.message,
          adviceCode: error.advice_code ?? facts.adviceCode ?? null,
        };
      }
      throw error;
    }
  });
}

/**
 * Makes a PaymentIntent for a payer who will confirm it in the browser, with whatever method Stripe offers there.
 * @throws DomainError provider_unavailable, provider_refused
 */
export function createPayerIntent(
  stripe: StripeClient,
  intent: {
    readonly amount: bigint;
    readonly currency: string;
    readonly customerId: string;
    readonly description: string;
    readonly metadata: StripeMetadata;
  },
  idempotencyKey: string,
): Promise<StripeCallResult<{ readonly id: string }>> {
  return stripeWrite(async () => {
    const made = await stripe.paymentIntents.create(
      {
        amount: Number(intent.amount),
        currency: intent.currency.toLowerCase(),
        customer: intent.customerId,
        automatic_payment_methods: { enabled: true },
        description: intent.description,
        metadata: intent.metadata,
      },
      { idempotencyKey },
    );
    return { id: made.id };
  });
}

/** How a payer's PaymentIntent stands, and the secret with which the browser confirms it; never stored. */
export function readPayerIntent(
  stripe: StripeClient,
  id: string,
): Promise<{ readonly facts: PaymentIntentFacts; readonly clientSecret: string }> {
  return stripeRead(async () => {
    const intent = await stripe.paymentIntents.retrieve(id);
    return { facts: paymentIntentFacts(intent), clientSecret: intent.client_secret ?? "" };
  });
}

/**
 * Cancels a PaymentIntent that was not confirmed, and answers how it stands then: what cannot be cancelled any more
 * comes back as it is. @throws DomainError provider_unavailable, provider_refused
 */
export function cancelPaymentIntent(stripe: StripeClient, id: string): Promise<PaymentIntentFacts> {
  return stripeRead(async () => {
    try {
      return paymentIntentFacts(await stripe.paymentIntents.cancel(id, { cancellation_reason: "abandoned" }));
    } catch (error) {
      const isOver =
        error instanceof Stripe.errors.StripeError && error.code === "payment_intent_unexpected_state";
      if (!isOver) throw error;
      return paymentIntentFacts(await stripe.paymentIntents.retrieve(id));
    }
  });
}

/** The PaymentIntent that an earlier try made, by customer, time and metadata; null when there is none. */
export function findPaymentIntent(
  stripe: StripeClient,
  by: { readonly customerId: string; readonly since: Date; readonly metadata: StripeMetadata },
): Promise<PaymentIntentFacts | null> {
  return stripeRead(async () => {
    const list = stripe.paymentIntents.list({
      customer: by.customerId,
      created: { gte: windowStart(by.since) },
      limit: 100,
    });
    for await (const intent of list) {
      if (hasMetadata(intent.metadata, by.metadata)) return paymentIntentFacts(intent);
    }
    return null;
  });
}

/** How a PaymentIntent stands now. */
export function readPaymentIntent(stripe: StripeClient, id: string): Promise<PaymentIntentFacts> {
  return stripeRead(async () => paymentIntentFacts(await stripe.paymentIntents.retrieve(id)));
}

const signatureAgeSeconds = 300;
/** What the SDK says of a message that it does not let pass, by the start of its sentence. */
const signatureRefusals: readonly (readonly [says: string, reason: string])[] = [
  ["No webhook payload", "no_payload"],
  ["No stripe-signature header", "unparseable_header"],
  ["Unable to extract timestamp", "unparseable_header"],
  ["No signatures found with expected scheme", "no_signature_with_expected_scheme"],
  ["No signatures found matching", "no_matching_signature"],
  ["Timestamp outside", "timestamp_outside_tolerance"],
];

/**
 * Checks the signature over the raw bytes and reads what the message is about. A message from the future passes.
 * @param input.secret several stand with commas between them while one is being changed: any of them is right
 * @param input.receivedAt unset: now
 * @param input.toleranceSeconds how old a signature may be, 0 = any age; unset: 300
 * @throws DomainError webhook_signature_invalid; its detail `reason` is `no_payload`, `unparseable_header`,
 * `no_signature_with_expected_scheme`, `no_matching_signature`, `timestamp_outside_tolerance`, or
 * for a right signature `payload_unreadable` over what is no JSON and `event_incomplete` over what is no event
 */
export function verifyStripeEvent(input: {
  readonly rawBody: Buffer;
  readonly signature: string | null;
  readonly secret: string;
  readonly receivedAt?: Date;
  readonly toleranceSeconds?: number;
}): StripeEventFacts {
  const secrets = input.secret.split(",").map((secret) => secret.trim());
  const event: unknown = constructByAny(input, secrets);
  if (!isEvent(event)) {
    throw domainError(
      "webhook_signature_invalid",
      "the body is signed, and is no event: it needs id, type, created and data.object",
      { reason: "event_incomplete" },
    );
  }
  const { object } = event.data;
  return {
    id: event.id,
    type: event.type,
    createdAt: new Date(event.created * 1_000),
    objectId: "id" in object && typeof object.id === "string" ? object.id : null,
    owner: ownerOfObject({ ...object }),
    account: typeof event.account === "string" ? event.account : null,
  };
}

/** By the first secret that fits; the error is the last one's. */
function constructByAny(
  input: Parameters<typeof verifyStripeEvent>[0],
  [secret = "", ...others]: readonly string[],
): unknown {
  if (others.length === 0) return constructEvent({ ...input, secret });
  try {
    return constructEvent({ ...input, secret });
  } catch {
    return constructByAny(input, others);
  }
}

function constructEvent(input: Parameters<typeof verifyStripeEvent>[0]): Stripe.Event {
  const { rawBody, signature, secret } = input;
  const tolerance = input.toleranceSeconds ?? signatureAgeSeconds;
  try {
    // The SDK tells an empty text from no text, but not an empty buffer.
    const body = rawBody.length === 0 ? "" : rawBody;
    const receivedAt = input.receivedAt?.getTime();
    return Stripe.webhooks.constructEvent(body, signature ?? "", secret, tolerance, undefined, receivedAt);
  } catch (error) {
    const says = error instanceof Error ? error.message : "";
    const known = signatureRefusals.find(([start]) => says.startsWith(start));
    const reason =
      known?.[1] ?? (error instanceof SyntaxError ? "payload_unreadable" : "no_matching_signature");
    throw domainError(
      "webhook_signature_invalid",
      `the Stripe-Signature header does not fit this body and this endpoint's secret, or is older than ${tolerance} seconds`,
      { reason },
    );
  }
}

/** The signature (scheme v1) that a sender with the secret gives a body at `timestamp`, seconds since 1970. */
export function stripeSignature(input: {
  readonly rawBody: Buffer;
  readonly secret: string;
  readonly timestamp: number;
}): string {
  const { rawBody, secret, timestamp } = input;
  const payload = rawBody.toString("utf8");
  const header = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
  return header.split("v1=")[1] ?? "";
}

/** The PaymentIntent inside a stored message, or null when it is about something else. */
export function paymentIntentOfObject(object: unknown): PaymentIntentFacts | null {
  if (!isRecord(object) || object["object"] !== "payment_intent") return null;
  // The signature was checked when the message was stored, so it has Stripe's own shape.
  return paymentIntentFacts(object as unknown as Stripe.PaymentIntent);
}

/** A thin or made-up event can be signed too. */
function isEvent(event: unknown): event is Stripe.Event {
  return (
    isRecord(event) &&
    typeof event["id"] === "string" &&
    typeof event["type"] === "string" &&
    typeof event["created"] === "number" &&
    isRecord(event["data"]) &&
    isRecord(event["data"]["object"])
  );
}

function paymentIntentFacts(intent: Stripe.PaymentIntent): PaymentIntentFacts {
  const failure = intent.last_payment_error;
  return {
    id: intent.id,
    status: intent.status,
    amountReceived: String(intent.amount_received),
    currency: intent.currency.toUpperCase(),
    failureCode: failure?.decline_code ?? failure?.code ?? null,
    failureMessage: failure?.message ?? null,
    adviceCode: failure?.advice_code ?? null,
    tenantId: uuidOrNull(intent.metadata["billwright_tenant"]),
    attemptId: uuidOrNull(intent.metadata["billwright_attempt"]),
  };
}
