import { randomId } from "../random-id.ts";
import { addLines, newLine, period } from "./invoice-lines.ts";
import { pageOf, readListParams } from "./list-page.ts";
import * as params from "./params.ts";
import { saveInvoice } from "./present-invoice.ts";
import { readCurrency } from "./stripe-currency.ts";
import { parameterError, stateError } from "./stripe-error.ts";
import { answer, rowOf, rowOfPath, type StripeRoute } from "./stripe-route.ts";
import type { StripeTx } from "./stripe-store.ts";
import type { Invoice, InvoiceItem, InvoiceLine } from "./stripe-tables.ts";

const creatable = {
  customer: params.required(params.text()),
  amount: params.integer,
  currency: params.text(3),
  unit_amount_decimal: params.decimal,
  quantity: params.integer,
  description: params.text(),
  discountable: params.flag,
  invoice: params.text(),
  metadata: params.metadata,
  period,
  discounts: params.unsupported,
  price_data: params.unsupported,
  pricing: params.unsupported,
  quantity_decimal: params.unsupported,
  subscription: params.unsupported,
  tax_behavior: params.unsupported,
  tax_code: params.unsupported,
  tax_rates: params.unsupported,
} satisfies params.ParamShape;

export const invoiceItemRoutes: readonly StripeRoute[] = [
  {
    method: "POST",
    path: "/v1/invoiceitems",
    handle: ({ tx, form }) => {
      const item = createItem(tx, params.readParams(form, creatable));
      tx.emit("invoiceitem.created", item);
      return answer(item);
    },
  },
  {
    method: "GET",
    path: "/v1/invoiceitems/:id",
    handle: (call) => {
      params.readParams(call.form, {});
      return answer(rowOfPath(call, "invoiceitem"));
    },
  },
  {
    method: "DELETE",
    path: "/v1/invoiceitems/:id",
    handle: (call) => {
      const item = rowOfPath(call, "invoiceitem");
      if (item.invoice !== null) throw stateError("Only a pending invoice item can be deleted here.");
      call.tx.remove("invoiceitem", item.id);
      return answer({ id: item.id, object: "invoiceitem", deleted: true });
    },
  },
  {
    method: "GET",
    path: "/v1/invoiceitems",
    handle: ({ tx, form, path }) => {
      const input = readListParams(form, {
        customer: params.text(),
        invoice: params.text(),
        pending: params.flag,
        created: params.timeRange,
      });
      const rows = tx
        .all("invoiceitem")
        .reverse()
        .filter((row) => input.customer === undefined || row.customer === input.customer)
        .filter((row) => input.invoice === undefined || row.invoice === input.invoice)
        .filter((row) => input.pending === undefined || (row.invoice === null) === input.pending)
        .filter((row) => input.created?.(row.date) ?? true);
      return answer(pageOf(path, rows, input));
    },
  },
];

function createItem(tx: StripeTx, input: params.Params<typeof creatable>): InvoiceItem {
  const customer = rowOf(tx, "customer", input.customer, "customer");
  const invoice = input.invoice === undefined ? undefined : rowOf(tx, "invoice", input.invoice, "invoice");
  if (invoice !== undefined && invoice.status !== "draft") {
    throw stateError("Invalid invoice: This invoice is no longer editable", {
      code: "invoice_not_editable",
      param: "invoice",
    });
  }
  const currency =
    input.currency === undefined ? invoice?.currency : readCurrency(input.currency, "currency");
  if (currency === undefined) {
    throw parameterError("Missing required param: currency.", {
      code: "parameter_missing",
      param: "currency",
    });
  }
  if (invoice !== undefined && invoice.currency !== currency) {
    throw stateError(
      `The currency of the invoice item (${currency}) must match the currency of the invoice (${invoice.currency}).`,
      {
        param: "currency",
      },
    );
  }
  if (input.amount === undefined && input.unit_amount_decimal === undefined) {
    throw parameterError("Missing required param: amount.", { code: "parameter_missing", param: "amount" });
  }
  const item = tx.put("invoiceitem", newItem(tx, customer.id, currency, input));
  if (invoice === undefined) return item;
  saveInvoice(tx, takeItems(tx, invoice, [item]), "invoice.updated");
  return { ...item, invoice: invoice.id };
}

function newItem(
  tx: StripeTx,
  customer: string,
  currency: string,
  input: params.Params<typeof creatable>,
): InvoiceItem {
  const quantity = input.quantity ?? 1;
  const amount = input.amount ?? Math.round(Number(input.unit_amount_decimal) * quantity);
  return {
    id: randomId("ii_"),
    object: "invoiceitem",
    amount,
    currency,
    customer,
    customer_account: null,
    date: tx.now,
    description: input.description ?? null,
    discountable: input.discountable ?? true,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: params.changeMetadata(null, input.metadata),
    net_amount: amount,
    parent: null,
    period: input.period ?? { start: tx.now, end: tx.now },
    pricing: null,
    proration: false,
    quantity,
    quantity_decimal: String(quantity),
    tax_rates: [],
    test_clock: null,
  };
}

/** Moves pending items onto a draft. */
export function takeItems(tx: StripeTx, invoice: Invoice, items: readonly InvoiceItem[]): Invoice {
  const lines = items.map((item): InvoiceLine => {
    tx.put("invoiceitem", { ...item, invoice: invoice.id });
    const line = newLine(tx, invoice, itemAsLine(item), "lines");
    return {
      ...line,
      metadata: item.metadata,
      quantity: item.quantity,
      quantity_decimal: item.quantity_decimal,
      parent: {
        type: "invoice_item_details",
        subscription_item_details: null,
        invoice_item_details: {
          invoice_item: item.id,
          proration: false,
          proration_details: null,
          subscription: null,
        },
      },
    };
  });
  return addLines(tx, invoice, lines);
}

function itemAsLine(item: InvoiceItem): Parameters<typeof newLine>[2] {
  return {
    amount: item.amount,
    description: item.description ?? undefined,
    discountable: item.discountable,
    discounts: undefined,
    invoice_item: undefined,
    metadata: undefined,
    period: item.period,
    price_data: undefined,
    pricing: undefined,
    quantity: undefined,
    quantity_decimal: undefined,
    tax_amounts: undefined,
    tax_rates: undefined,
  };
}

/** The customer's pending items of one currency, oldest first. */
export function pendingItems(tx: StripeTx, customer: string, currency: string): InvoiceItem[] {
  return tx
    .all("invoiceitem")
    .filter((item) => item.customer === customer && item.invoice === null && item.currency === currency);
}
