import { paymentsOf, presentInvoice } from "./present-invoice.ts";
import { parameterError } from "./stripe-error.ts";
import type { StripeTx } from "./stripe-store.ts";
import type { Tables } from "./stripe-tables.ts";

const tableByPrefix: readonly (readonly [string, keyof Tables])[] = [
  ["cus_", "customer"],
  ["pm_", "payment_method"],
  ["in_", "invoice"],
  ["pi_", "payment_intent"],
  ["ch_", "charge"],
  ["py_", "charge"],
  ["re_", "refund"],
  ["du_", "dispute"],
  ["ii_", "invoiceitem"],
  ["inpay_", "invoice_payment"],
];

type Fields = Record<string, unknown>;

/** The answer with the ids at `paths` (`customer`, `data.latest_charge`...) replaced by their objects. */
export function expandAnswer(tx: StripeTx, body: unknown, paths: readonly string[]): unknown {
  if (paths.length === 0) return body;
  const copy: unknown = structuredClone(body);
  for (const path of paths) expandPath(tx, copy, path.split("."), path);
  return copy;
}

function expandPath(tx: StripeTx, target: unknown, segments: readonly string[], path: string): void {
  const [key, ...rest] = segments;
  if (key === undefined || target === null) return;
  if (Array.isArray(target)) {
    for (const element of target) expandPath(tx, element, segments, path);
    return;
  }
  if (typeof target !== "object") throw notExpandable(path);
  const fields = target as Fields;
  const value = fields[key] ?? includable(tx, fields, key);
  if (value === undefined) throw notExpandable(path);
  const expanded = typeof value === "string" ? objectOf(tx, value, path) : value;
  fields[key] = expanded;
  expandPath(tx, expanded, rest, path);
}

function includable(tx: StripeTx, fields: Fields, key: string): unknown {
  if (key === "payments" && fields.object === "invoice") {
    const id = String(fields.id);
    const data = structuredClone(paymentsOf(tx, id));
    return { object: "list", data, has_more: false, url: `/v1/invoice_payments?invoice=${id}` };
  }
  return fields[key];
}

function objectOf(tx: StripeTx, id: string, path: string): unknown {
  const table = tableByPrefix.find(([prefix]) => id.startsWith(prefix))?.[1];
  const row = table === undefined ? undefined : tx.get(table, id);
  if (row === undefined) throw notExpandable(path);
  const invoice = table === "invoice" ? tx.get("invoice", id) : undefined;
  return structuredClone(invoice === undefined ? row : presentInvoice(tx, invoice));
}

function notExpandable(path: string): Error {
  return parameterError(`This property cannot be expanded (${path}).`, { param: "expand" });
}
