import type { FormMap } from "./form-body.ts";
import { missingError } from "./stripe-error.ts";
import type { StripeTx } from "./stripe-store.ts";
import type { Tables } from "./stripe-tables.ts";

export type StripeCall = {
  readonly tx: StripeTx;
  /** Whose key it was; "" for one that names no account. */
  readonly account: string;
  /** The `:names` of the route's path. */
  readonly ids: Readonly<Record<string, string>>;
  readonly form: FormMap;
  /** The path as it was called, for `url` of lists. */
  readonly path: string;
  /** The caller is a browser with a publishable key, and must show the object's client secret. */
  readonly isPublishable: boolean;
};

/** What a route answers. A declined card is an answer (402) whose changes are kept, not a thrown error. */
export type StripeAnswer = { readonly status: number; readonly body: unknown };

export type StripeRoute = {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  /** Whether a browser may call it with a publishable key. */
  readonly publishable?: true;
  readonly handle: (call: StripeCall) => StripeAnswer;
};

/** A successful answer. */
export function answer(body: unknown): StripeAnswer {
  return { status: 200, body };
}

/** The row that the path names. @throws StripeError resource_missing (404) */
export function rowOfPath<K extends keyof Tables>(call: StripeCall, table: K, name = "id"): Tables[K] {
  return rowOf(call.tx, table, call.ids[name] ?? "", "id");
}

/** The row that a parameter names. @throws StripeError resource_missing (400; 404 when `param` is "id") */
export function rowOf<K extends keyof Tables>(tx: StripeTx, table: K, id: string, param: string): Tables[K] {
  const row = tx.get(table, id);
  if (row !== undefined) return row;
  throw missingError(
    table === "payment_method" ? "PaymentMethod" : table.replace("invoiceitem", "invoice item"),
    id,
    param,
  );
}
