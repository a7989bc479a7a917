import { z } from "zod";
import { DomainError } from "#libs/core/errors.ts";
import { stripeSignature, verifyStripeEvent } from "#libs/platform/stripe/stripe-payments.ts";
import type { Answer } from "../answer.ts";
import { readInput } from "./read-input.ts";

const webhookInput = z.strictObject({
  op: z.literal("verify_signature"),
  payload: z.string(),
  secret: z.string(),
  header: z.string().nullable(),
  /** Seconds since 1970. */
  received_at: z.number(),
  tolerance_seconds: z.number().default(300),
});

/** Answers questions about Stripe's signatures by the verification that our webhook route uses. */
export function answerWebhooks(raw: unknown): Answer {
  const input = readInput(webhookInput, raw);
  const rawBody = Buffer.from(input.payload, "utf8");
  const signature = signatureOf(rawBody, input);
  try {
    verifyStripeEvent({
      rawBody,
      signature: input.header,
      secret: input.secret,
      receivedAt: new Date(input.received_at * 1_000),
      toleranceSeconds: input.tolerance_seconds,
    });
    return { values: { valid: true, parse_error: false, ...signature } };
  } catch (error) {
    const reason = error instanceof DomainError ? error.details["reason"] : undefined;
    if (typeof reason !== "string") throw error;
    // The signature was right, and what it signs is no JSON, or no event.
    if (reason === "payload_unreadable") return { values: { valid: true, parse_error: true, ...signature } };
    if (reason === "event_incomplete") return { values: { valid: true, parse_error: false, ...signature } };
    return { values: { valid: false, parse_error: false, reason, ...signature } };
  }
}

/** What a sender with the secret would have signed this body with, at the time that the header names. */
function signatureOf(rawBody: Buffer, input: z.infer<typeof webhookInput>): { signature?: string } {
  const timestamp = Number(/(?:^|,)t=(\d+)/.exec(input.header ?? "")?.[1] ?? Number.NaN);
  if (!Number.isSafeInteger(timestamp) || input.payload === "") return {};
  return { signature: stripeSignature({ rawBody, secret: input.secret, timestamp }) };
}
