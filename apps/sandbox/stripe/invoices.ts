import { finalizeInvoice } from "./finalize-invoice.ts";
import { addLines, lineShape, newLine } from "./invoice-lines.ts";
import { attachPaymentIntent, cancelOpenPayments } from "./invoice-payments.ts";
import { pageOf, readListParams } from "./list-page.ts";
import { createInvoice, creatable, updatable, updateInvoice } from "./new-invoice.ts";
import * as params from "./params.ts";
import { payInvoice } from "./pay-invoice.ts";
import { linesOf, presentInvoice, saveInvoice } from "./present-invoice.ts";
import { stateError } from "./stripe-error.ts";
import {
  answer,
  rowOf,
  rowOfPath,
  type StripeAnswer,
  type StripeCall,
  type StripeRoute,
} from "./stripe-route.ts";
import type { Invoice } from "./stripe-tables.ts";

export const invoiceRoutes: readonly StripeRoute[] = [
  {
    method: "POST",
    path: "/v1/invoices",
    handle: (call) => show(call, createInvoice(call.tx, params.readParams(call.form, creatable))),
  },
  {
    method: "GET",
    path: "/v1/invoices",
    handle: (call) => list(call),
  },
  {
    method: "GET",
    path: "/v1/invoices/:id",
    handle: (call) => {
      params.readParams(call.form, {});
      return show(call, rowOfPath(call, "invoice"));
    },
  },
  {
    method: "POST",
    path: "/v1/invoices/:id",
    handle: (call) => {
      const input = params.readParams(call.form, updatable);
      return show(call, updateInvoice(call.tx, rowOfPath(call, "invoice"), input));
    },
  },
  { method: "DELETE", path: "/v1/invoices/:id", handle: (call) => removeDraft(call) },
  { method: "POST", path: "/v1/invoices/:id/add_lines", handle: (call) => addInvoiceLines(call) },
  {
    method: "GET",
    path: "/v1/invoices/:id/lines",
    handle: (call) => {
      const input = readListParams(call.form, {});
      return answer(pageOf(call.path, linesOf(call.tx, rowOfPath(call, "invoice")), input));
    },
  },
  {
    method: "POST",
    path: "/v1/invoices/:id/finalize",
    handle: (call) => {
      const input = params.readParams(call.form, { auto_advance: params.flag });
      const finalized = finalizeInvoice(call.tx, rowOfPath(call, "invoice"));
      if (input.auto_advance === undefined) return show(call, finalized);
      return show(call, call.tx.put("invoice", { ...finalized, auto_advance: input.auto_advance }));
    },
  },
  {
    method: "POST",
    path: "/v1/invoices/:id/pay",
    handle: (call) => {
      const input = params.readParams(call.form, {
        paid_out_of_band: params.flag,
        payment_method: params.text(),
        off_session: params.flag,
        forgive: params.flag,
        mandate: params.anything,
        source: params.unsupported,
      });
      return payInvoice(call.tx, rowOfPath(call, "invoice"), {
        paidOutOfBand: input.paid_out_of_band === true,
        paymentMethod: input.payment_method,
      });
    },
  },
  { method: "POST", path: "/v1/invoices/:id/attach_payment", handle: (call) => attach(call) },
  { method: "POST", path: "/v1/invoices/:id/void", handle: (call) => voidInvoice(call) },
  {
    method: "POST",
    path: "/v1/invoices/:id/mark_uncollectible",
    handle: (call) => {
      params.readParams(call.form, {});
      const invoice = openInvoice(call, ["open"]);
      const marked: Invoice = {
        ...invoice,
        status: "uncollectible",
        status_transitions: { ...invoice.status_transitions, marked_uncollectible_at: call.tx.now },
      };
      return show(call, saveInvoice(call.tx, marked, "invoice.marked_uncollectible", "invoice.updated"));
    },
  },
];

function show(call: StripeCall, invoice: Invoice): StripeAnswer {
  return answer(presentInvoice(call.tx, invoice));
}

function list({ tx, form, path }: StripeCall): StripeAnswer {
  const input = readListParams(form, {
    customer: params.text(),
    status: params.oneOf("draft", "open", "paid", "uncollectible", "void"),
    collection_method: params.oneOf("charge_automatically", "send_invoice"),
    created: params.timeRange,
    due_date: params.timeRange,
    subscription: params.unsupported,
  });
  const rows = tx
    .all("invoice")
    .reverse()
    .filter((row) => input.customer === undefined || row.customer === input.customer)
    .filter((row) => input.status === undefined || row.status === input.status)
    .filter(
      (row) => input.collection_method === undefined || row.collection_method === input.collection_method,
    )
    .filter((row) => input.due_date === undefined || (row.due_date !== null && input.due_date(row.due_date)))
    .filter((row) => input.created?.(row.created) ?? true);
  const page = pageOf(path, rows, input);
  return answer({ ...page, data: page.data.map((invoice) => presentInvoice(tx, invoice)) });
}

function removeDraft(call: StripeCall): StripeAnswer {
  const invoice = rowOfPath(call, "invoice");
  if (invoice.status !== "draft")
    throw stateError("You can only delete draft invoices.", { code: "invoice_not_editable" });
  for (const id of invoice.line_ids) call.tx.remove("line_item", id);
  for (const item of call.tx.all("invoiceitem")) {
    if (item.invoice === invoice.id) call.tx.remove("invoiceitem", item.id);
  }
  call.tx.remove("invoice", invoice.id);
  call.tx.emit("invoice.deleted", { ...presentInvoice(call.tx, invoice) });
  return answer({ id: invoice.id, object: "invoice", deleted: true });
}

function addInvoiceLines(call: StripeCall): StripeAnswer {
  const input = params.readParams(call.form, {
    lines: params.required(params.listOf(params.group(lineShape))),
    invoice_metadata: params.metadata,
  });
  const invoice = rowOfPath(call, "invoice");
  if (invoice.status !== "draft")
    throw stateError("Invoice is not editable", { code: "invoice_not_editable" });
  const lines = input.lines.map((line, index) => {
    if (line.invoice_item !== undefined)
      throw stateError("The sandbox takes lines by amount or price_data.", { param: "lines" });
    return newLine(call.tx, invoice, line, `lines[${index}]`);
  });
  const metadata = params.changeMetadata(invoice.metadata, input.invoice_metadata);
  return show(
    call,
    saveInvoice(call.tx, { ...addLines(call.tx, invoice, lines), metadata }, "invoice.updated"),
  );
}

function attach(call: StripeCall): StripeAnswer {
  const input = params.readParams(call.form, {
    payment_intent: params.required(params.text()),
    payment_record: params.unsupported,
  });
  const invoice = rowOfPath(call, "invoice");
  attachPaymentIntent(
    call.tx,
    invoice,
    rowOf(call.tx, "payment_intent", input.payment_intent, "payment_intent"),
    false,
  );
  return show(call, rowOfPath(call, "invoice"));
}

function voidInvoice(call: StripeCall): StripeAnswer {
  params.readParams(call.form, {});
  const invoice = openInvoice(call, ["open", "uncollectible"]);
  if (invoice.amount_paid > 0) throw stateError("You cannot void an invoice that has been partially paid.");
  cancelOpenPayments(call.tx, invoice);
  const voided: Invoice = {
    ...invoice,
    status: "void",
    status_transitions: { ...invoice.status_transitions, voided_at: call.tx.now },
  };
  return show(call, saveInvoice(call.tx, voided, "invoice.voided", "invoice.updated"));
}

function openInvoice(call: StripeCall, statuses: readonly Invoice["status"][]): Invoice {
  const invoice = rowOfPath(call, "invoice");
  if (statuses.includes(invoice.status)) return invoice;
  throw stateError("You can only pass in open invoices. This invoice isn't open.", {
    code: "invoice_not_editable",
  });
}
