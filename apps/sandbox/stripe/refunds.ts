import { randomId } from "../random-id.ts";
import { pageOf, readListParams } from "./list-page.ts";
import * as params from "./params.ts";
import { checkRepresentable } from "./stripe-currency.ts";
import { parameterError, stateError } from "./stripe-error.ts";
import { answer, rowOf, rowOfPath, type StripeRoute } from "./stripe-route.ts";
import type { StripeTx } from "./stripe-store.ts";
import type { Charge, Refund } from "./stripe-tables.ts";

const creatable = {
  payment_intent: params.text(),
  charge: params.text(),
  amount: params.integer,
  reason: params.oneOf("duplicate", "fraudulent", "requested_by_customer"),
  metadata: params.metadata,
  instructions_email: params.text(),
  reverse_transfer: params.unsupported,
  refund_application_fee: params.unsupported,
  origin: params.unsupported,
} satisfies params.ParamShape;

export const refundRoutes: readonly StripeRoute[] = [
  {
    method: "POST",
    path: "/v1/refunds",
    handle: ({ tx, form }) => answer(refund(tx, params.readParams(form, creatable))),
  },
  {
    method: "GET",
    path: "/v1/refunds/:id",
    handle: (call) => {
      params.readParams(call.form, {});
      return answer(rowOfPath(call, "refund"));
    },
  },
  {
    method: "GET",
    path: "/v1/refunds",
    handle: ({ tx, form, path }) => {
      const input = readListParams(form, {
        payment_intent: params.text(),
        charge: params.text(),
        created: params.timeRange,
      });
      const rows = tx
        .all("refund")
        .reverse()
        .filter((row) => input.payment_intent === undefined || row.payment_intent === input.payment_intent)
        .filter((row) => input.charge === undefined || row.charge === input.charge)
        .filter((row) => input.created?.(row.created) ?? true);
      return answer(pageOf(path, rows, input));
    },
  },
  {
    method: "GET",
    path: "/v1/charges/:id",
    handle: (call) => {
      params.readParams(call.form, {});
      return answer(rowOfPath(call, "charge"));
    },
  },
  {
    method: "GET",
    path: "/v1/charges",
    handle: ({ tx, form, path }) => {
      const input = readListParams(form, {
        payment_intent: params.text(),
        customer: params.text(),
        created: params.timeRange,
      });
      const rows = tx
        .all("charge")
        .reverse()
        .filter((row) => input.payment_intent === undefined || row.payment_intent === input.payment_intent)
        .filter((row) => input.customer === undefined || row.customer === input.customer)
        .filter((row) => input.created?.(row.created) ?? true);
      return answer(pageOf(path, rows, input));
    },
  },
];

function refund(tx: StripeTx, input: params.Params<typeof creatable>): Refund {
  const charge = chargeToRefund(tx, input);
  if (charge.refunded) {
    throw stateError(`Charge ${charge.id} has already been refunded.`, { code: "charge_already_refunded" });
  }
  if (charge.disputed) {
    throw stateError(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: "charge_disputed",
    });
  }
  const open = charge.amount - charge.amount_refunded;
  const amount = input.amount ?? open;
  if (amount < 1)
    throw parameterError("Invalid positive integer", { code: "parameter_invalid_integer", param: "amount" });
  if (amount > open) {
    throw stateError(`Refund amount (${amount}) is greater than unrefunded amount on charge (${open})`, {
      param: "amount",
    });
  }
  checkRepresentable(amount, charge.currency, "amount");
  const refunded = tx.put("charge", {
    ...charge,
    amount_refunded: charge.amount_refunded + amount,
    refunded: amount === open,
  });
  const created = tx.put("refund", {
    id: randomId("re_"),
    object: "refund",
    amount,
    balance_transaction: randomId("txn_"),
    charge: charge.id,
    created: tx.now,
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    metadata: params.changeMetadata(null, input.metadata),
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: input.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    // A bank takes days to credit the payer, and may send the money back.
    status: charge.payment_method_details?.type === "card" ? "succeeded" : "pending",
    transfer_reversal: null,
  });
  tx.emit("refund.created", created);
  tx.emit("charge.refunded", refunded);
  return created;
}

/** Ends a refund, also one that had succeeded: a failed one gives the charge its money again. @throws StripeError */
export function settleRefund(tx: StripeTx, refund: Refund, succeeds: boolean): Refund {
  if (refund.status === "failed" || (succeeds && refund.status !== "pending")) {
    throw stateError(`Refund ${refund.id} is ${refund.status} and cannot end so.`);
  }
  const settled = tx.put("refund", {
    ...refund,
    status: succeeds ? "succeeded" : "failed",
    ...(succeeds ? {} : { failure_reason: "expired_or_canceled_card" as const }),
  });
  const charge = tx.get("charge", refund.charge);
  if (!succeeds && charge !== undefined) {
    tx.put("charge", { ...charge, amount_refunded: charge.amount_refunded - refund.amount, refunded: false });
    tx.emit("refund.failed", settled);
  }
  tx.emit("refund.updated", settled);
  tx.emit("charge.refund.updated", settled);
  return settled;
}

function chargeToRefund(tx: StripeTx, input: params.Params<typeof creatable>): Charge {
  if (input.charge !== undefined) return succeeded(rowOf(tx, "charge", input.charge, "charge"));
  if (input.payment_intent === undefined) {
    throw parameterError(
      "One of the following params should be provided for this request: payment_intent or charge.",
      {
        code: "parameter_missing",
        param: "payment_intent",
      },
    );
  }
  const intent = rowOf(tx, "payment_intent", input.payment_intent, "payment_intent");
  const charge =
    intent.status === "succeeded" && intent.latest_charge !== null
      ? tx.get("charge", intent.latest_charge)
      : undefined;
  if (charge !== undefined) return charge;
  throw stateError(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, {
    param: "payment_intent",
  });
}

function succeeded(charge: Charge): Charge {
  if (charge.status === "succeeded") return charge;
  throw stateError(`Charge ${charge.id} did not succeed and cannot be refunded.`, { param: "charge" });
}
