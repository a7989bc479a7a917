import { missingError, parameterError, StripeError } from "./stripe-error.ts";
import { rowOfPath, type StripeAnswer, type StripeCall } from "./stripe-route.ts";
import type { PaymentIntent } from "./stripe-tables.ts";

/** What a browser is shown of a PaymentIntent: nothing that the merchant wrote for himself. */
const shownFields = [
  ...(["id", "object", "amount", "automatic_payment_methods", "canceled_at", "cancellation_reason"] as const),
  ...([
    "capture_method",
    "client_secret",
    "confirmation_method",
    "created",
    "currency",
    "description",
  ] as const),
  ...(["last_payment_error", "livemode", "next_action", "payment_method", "payment_method_types"] as const),
  ...(["processing", "receipt_email", "setup_future_usage", "shipping", "source", "status"] as const),
] satisfies readonly (keyof PaymentIntent)[];

/** The PaymentIntent of the path; whoever gives a client secret, and every browser, must give the right one. */
export function intentOfCaller(call: StripeCall, clientSecret: string | undefined): PaymentIntent {
  const intent = rowOfPath(call, "payment_intent");
  if (clientSecret === undefined && !call.isPublishable) return intent;
  if (clientSecret === undefined) {
    throw parameterError("Missing required param: client_secret.", {
      code: "parameter_missing",
      param: "client_secret",
    });
  }
  if (clientSecret === intent.client_secret) return intent;
  if (call.isPublishable) throw missingError("payment_intent", intent.id, "id");
  throw parameterError(
    "The client_secret provided does not match the client_secret associated with the PaymentIntent.",
    { code: "payment_intent_invalid_parameter", param: "client_secret" },
  );
}

/** The answer of `work` as the caller may see it; also in errors. */
export function asSeenBy(call: StripeCall, work: () => StripeAnswer): StripeAnswer {
  if (!call.isPublishable) return work();
  try {
    const { status, body } = work();
    return { status, body: payerView(body) };
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    throw new StripeError(error.status, { ...error.body, ...payerViewOf(error.body) }, error.keptForReplay);
  }
}

function payerViewOf(body: object): object {
  return payerView(body) as object;
}

/** Every PaymentIntent in a body, cut down to what a browser sees. */
function payerView(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(payerView);
  if (value === null || typeof value !== "object") return value;
  const isIntent = "object" in value && value.object === "payment_intent";
  const shown = Object.entries(value).filter(
    ([name]) => !isIntent || shownFields.some((field) => field === name),
  );
  return Object.fromEntries(shown.map(([name, field]) => [name, payerView(field)]));
}
