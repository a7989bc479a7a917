import { z } from "zod";
import { createInvoice } from "#libs/billing/invoice/create-invoice.ts";
import { finalizeInvoice } from "#libs/billing/invoice/finalize-invoice.ts";
import { refreshInvoice } from "#libs/billing/invoice/refresh-invoice.ts";
import { updateInvoice } from "#libs/billing/invoice/update-invoice.ts";
import { invoiceWire } from "#libs/billing/wire/invoice-wire.ts";
import { presentRefresh, refreshedInvoiceWire } from "#libs/billing/wire/invoice-diff-wire.ts";
import {
  createInvoiceBody,
  manualInvoiceBytesMax,
  manualLinesBody,
  parseManualInvoice,
  parseManualLines,
} from "#libs/billing/wire/manual-invoice-wire.ts";
import { longText, metadata, parseTimestamp, timestamp } from "#libs/billing/wire/wire-values.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { exampleInvoiceId, invoiceById, invoiceIdOf, wholeInvoice } from "./whole-invoice.ts";

const tag = "Invoices";

const create = defineRoute({
  method: "post",
  path: "/v1/invoices",
  tag,
  summary: "Make an invoice by hand",
  description:
    "A draft, unless finalize is set. amount_due is what is due as a whole: one line, and no tax on top; lines are taxed as the customer is, or by their own tax_rates. coupons discount it in their order. description is printed.",
  access: "write",
  body: createInvoiceBody,
  bodyLimit: manualInvoiceBytesMax,
  response: { status: 201, schema: invoiceWire },
  errors: [
    ...(["customer_not_found", "subscription_not_found", "currency_mismatch", "currency_unknown"] as const),
    ...(["coupon_not_found", "tax_rate_not_found", "amount_out_of_range"] as const),
  ],
  example: {
    body: {
      customer_id: "acme",
      currency: "USD",
      description: "Onboarding",
      lines: [
        { description: "Workshop, two days", quantity: "2", unit_amount: "900.00" },
        { description: "Goodwill", amount: "-100.00" },
      ],
      finalize: true,
    },
  },
  transaction: async (tx, { body }, api) => {
    const id = await createInvoice(tx, parseManualInvoice(body));
    return { body: await wholeInvoice(tx, id, api) };
  },
});

const update = defineRoute({
  method: "patch",
  path: "/v1/invoices/{id}",
  tag,
  summary: "Change a draft",
  description: "What was issued is never changed. Lines can be given for invoices made by hand only.",
  access: "write",
  params: invoiceById,
  body: z.strictObject({
    description: longText(2_000).nullable().optional(),
    due_date: timestamp.nullable().optional(),
    metadata: metadata.optional(),
    lines: manualLinesBody.optional().describe("All lines anew"),
  }),
  bodyLimit: manualInvoiceBytesMax,
  response: { status: 200, schema: invoiceWire },
  errors: [
    ...(["invoice_not_found", "version_conflict", "invoice_already_finalized"] as const),
    ...(["invoice_already_voided", "invoice_lines_generated", "amount_out_of_range"] as const),
    "tax_rate_not_found",
  ],
  example: { params: { id: exampleInvoiceId }, body: { due_date: "2026-04-15T00:00:00Z" } },
  transaction: async (tx, { params, body, ifMatch }, api) => {
    const invoiceId = invoiceIdOf(params.id);
    await updateInvoice(tx, {
      invoiceId,
      ifVersion: ifMatch,
      description: body.description,
      dueAt: typeof body.due_date === "string" ? parseTimestamp(body.due_date) : body.due_date,
      metadata: body.metadata,
      lines: body.lines === undefined ? undefined : parseManualLines(body.lines),
    });
    return { body: await wholeInvoice(tx, invoiceId, api) };
  },
});

const finalize = defineRoute({
  method: "post",
  path: "/v1/invoices/{id}/finalize",
  tag,
  summary: "Issue a draft now",
  description: "It gets its number and its document, and is delivered and collected as every other.",
  access: "write",
  params: invoiceById,
  response: { status: 200, schema: invoiceWire },
  errors: ["invoice_not_found", "version_conflict", "invoice_already_finalized", "invoice_already_voided"],
  example: { params: { id: exampleInvoiceId } },
  transaction: async (tx, { params, ifMatch }, api) => {
    const invoiceId = invoiceIdOf(params.id);
    await finalizeInvoice(tx, { invoiceId, ifVersion: ifMatch });
    return { body: await wholeInvoice(tx, invoiceId, api) };
  },
});

const refresh = defineRoute({
  method: "post",
  path: "/v1/invoices/{id}/refresh",
  tag,
  summary: "Compute a draft again",
  description: "From the usage, terms, taxes and settings of now; the answer says what changed.",
  access: "write",
  params: invoiceById,
  response: { status: 200, schema: refreshedInvoiceWire },
  errors: [
    ...(["invoice_not_found", "version_conflict", "invoice_already_finalized"] as const),
    ...([
      "invoice_already_voided",
      "invoice_not_regenerable",
      "invoice_amended",
      "subscription_broken",
    ] as const),
  ],
  example: { params: { id: exampleInvoiceId } },
  transaction: async (tx, { params, ifMatch }, api) => {
    const invoiceId = invoiceIdOf(params.id);
    const outcome = await refreshInvoice(tx, { invoiceId, ifVersion: ifMatch });
    const invoice = await wholeInvoice(tx, invoiceId, api);
    return { body: { ...invoice, diff: presentRefresh(outcome) } };
  },
});

export const invoiceDraftRoutes: readonly Route[] = [create, update, finalize, refresh];
