import { randomId } from "../random-id.ts";
import { pageOf, readListParams } from "./list-page.ts";
import * as params from "./params.ts";
import { missingError, stateError } from "./stripe-error.ts";
import { answer, rowOf, rowOfPath, type StripeRoute } from "./stripe-route.ts";
import type { StripeTx } from "./stripe-store.ts";
import type { Customer, PaymentMethod, PaymentMethodBehavior, TestDecline } from "./stripe-tables.ts";

type TestMethod = { readonly behavior: PaymentMethodBehavior; readonly decline?: TestDecline } & (
  | { readonly type: "card"; readonly brand: string; readonly last4: string }
  | { readonly type: "us_bank_account" }
);

/**
 * The ids that stand for a fresh payment method each time they are used, as in Stripe's test mode.
 * Two differ from Stripe: `pm_card_chargeDeclined` can be attached, and `pm_card_declineOnce`
 * (declines each customer's first charge, then pays) is the sandbox's own.
 */
const testMethods: ReadonlyMap<string, TestMethod> = new Map<string, TestMethod>([
  ["pm_card_visa", { type: "card", brand: "visa", last4: "4242", behavior: "succeeds" }],
  ["pm_card_mastercard", { type: "card", brand: "mastercard", last4: "4444", behavior: "succeeds" }],
  ["pm_card_chargeDeclined", { type: "card", brand: "visa", last4: "0002", behavior: "declines" }],
  ["pm_card_chargeCustomerFail", { type: "card", brand: "visa", last4: "0341", behavior: "declines" }],
  ["pm_card_declineOnce", { type: "card", brand: "visa", last4: "0119", behavior: "declines_once" }],
  ["pm_usBankAccount", { type: "us_bank_account", behavior: "processes" }],
]);

/**
 * The sandbox's own: `pm_card_declines_CODE` is declined with that decline code and no advice, `pm_card_advises_CODE` for no
 * reason with that advice code.
 */
function decliningMethod(id: string): TestMethod | undefined {
  const [, verb, code] = /^pm_card_(declines|advises)_([a-z_]+)$/.exec(id) ?? [];
  if (code === undefined) return undefined;
  const decline =
    verb === "declines"
      ? { declineCode: code, adviceCode: null }
      : { declineCode: "generic_decline", adviceCode: code };
  return { type: "card", brand: "visa", last4: "0002", behavior: "declines", decline };
}

export const paymentMethodRoutes: readonly StripeRoute[] = [
  {
    method: "GET",
    path: "/v1/payment_methods/:id",
    handle: (call) => {
      params.readParams(call.form, {});
      return answer(rowOfPath(call, "payment_method"));
    },
  },
  {
    method: "POST",
    path: "/v1/payment_methods/:id/attach",
    handle: ({ tx, form, ids }) => {
      const input = params.readParams(form, { customer: params.required(params.text()) });
      const customer = rowOf(tx, "customer", input.customer, "customer");
      return answer(attachPaymentMethod(tx, ids.id ?? "", customer, "id"));
    },
  },
  {
    method: "POST",
    path: "/v1/payment_methods/:id/detach",
    handle: (call) => {
      params.readParams(call.form, {});
      const method = rowOfPath(call, "payment_method");
      if (method.customer === null) {
        throw stateError(
          "The payment method you provided is not attached to a customer so detachment is impossible.",
        );
      }
      const detached = call.tx.put("payment_method", { ...method, customer: null });
      call.tx.emit("payment_method.detached", detached);
      return answer(detached);
    },
  },
  {
    method: "GET",
    path: "/v1/payment_methods",
    handle: ({ tx, form, path }) => {
      const input = readListParams(form, { customer: params.text(), type: params.text() });
      return answer(pageOf(path, methodsOf(tx, input.customer, input.type), input));
    },
  },
  {
    method: "GET",
    path: "/v1/customers/:id/payment_methods",
    handle: (call) => {
      const input = readListParams(call.form, { type: params.text() });
      const customer = rowOfPath(call, "customer");
      return answer(pageOf(call.path, methodsOf(call.tx, customer.id, input.type), input));
    },
  },
];

function methodsOf(tx: StripeTx, customer: string | undefined, type: string | undefined): PaymentMethod[] {
  return tx
    .all("payment_method")
    .reverse()
    .filter((method) => method.customer !== null && (customer === undefined || method.customer === customer))
    .filter((method) => type === undefined || method.type === type);
}

/** The stored payment method, or a fresh one when `id` is a test id. */
export function usePaymentMethod(tx: StripeTx, id: string, param: string): PaymentMethod {
  const test = testMethods.get(id) ?? decliningMethod(id);
  if (test === undefined) {
    const stored = tx.get("payment_method", id);
    if (stored === undefined) throw missingError("PaymentMethod", id, param);
    return stored;
  }
  const method = tx.put("payment_method", newPaymentMethod(tx, test));
  tx.put("payment_method_secret", {
    id: method.id,
    behavior: test.behavior,
    testId: id,
    decline: test.decline,
  });
  return method;
}

/** Attaches a payment method (or test id) to the customer. @throws StripeError when it is another customer's */
export function attachPaymentMethod(
  tx: StripeTx,
  id: string,
  customer: Customer,
  param = "payment_method",
): PaymentMethod {
  const method = usePaymentMethod(tx, id, param);
  if (method.customer === customer.id) return method;
  if (method.customer !== null) {
    throw stateError("The payment method you provided has already been attached to a customer.", { param });
  }
  const attached = tx.put("payment_method", { ...method, customer: customer.id });
  tx.emit("payment_method.attached", attached);
  return attached;
}

/** The customer's attached payment method of that id; a test id means the latest one made from it. */
export function customersPaymentMethod(
  tx: StripeTx,
  customer: Customer,
  id: string,
  param: string,
): PaymentMethod {
  const own = methodsOf(tx, customer.id, undefined);
  const found = own.find(
    (method) => method.id === id || tx.get("payment_method_secret", method.id)?.testId === id,
  );
  if (found !== undefined) return found;
  throw stateError(
    `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
    { code: "resource_missing", param },
  );
}

function newPaymentMethod(tx: StripeTx, test: TestMethod): PaymentMethod {
  const base = {
    id: randomId("pm_"),
    object: "payment_method",
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    created: tx.now,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
  } as const;
  if (test.type === "us_bank_account") {
    return {
      ...base,
      type: "us_bank_account",
      us_bank_account: {
        account_holder_type: "company",
        account_type: "checking",
        bank_name: "STRIPE TEST BANK",
        financial_connections_account: null,
        fingerprint: randomId("", 16),
        last4: "6789",
        networks: { preferred: "ach", supported: ["ach"] },
        routing_number: "110000000",
        status_details: null,
      },
    };
  }
  return {
    ...base,
    type: "card",
    card: {
      brand: test.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: "pass" },
      country: "US",
      display_brand: test.brand,
      exp_month: 12,
      exp_year: new Date(tx.now * 1000).getUTCFullYear() + 4,
      fingerprint: `sandbox${test.last4}`,
      funding: "credit",
      generated_from: null,
      last4: test.last4,
      networks: { available: [test.brand], preferred: null },
      regulated_status: "unregulated",
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
  };
}
