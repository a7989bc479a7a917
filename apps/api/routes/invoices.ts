import { z } from "zod";
import { linkInvoicePdf } from "#libs/billing/invoice/link-invoice-pdf.ts";
import { loadInvoicePdf } from "#libs/billing/invoice/load-invoice-pdf.ts";
import { assertOurs } from "#libs/billing/invoice/require-invoice.ts";
import { recordOutsidePayment } from "#libs/billing/payment/record-outside-payment.ts";
import {
  invoiceCsvColumns,
  invoiceSummaryWire,
  invoiceWire,
  presentInvoiceSummary,
} from "#libs/billing/wire/invoice-wire.ts";
import { moneyText, nullableTimestamp, text, timestamp } from "#libs/billing/wire/wire-values.ts";
import type { Tx } from "#libs/billing/work/tx.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { publicId } from "#libs/core/public-id.ts";
import { withTenant } from "#libs/data/database.ts";
import { type InvoiceFilters, type InvoiceView, listInvoices } from "#libs/data/invoice-reads.ts";
import { csvAnswer } from "../csv-answer.ts";
import { defineRoute, type Route } from "../define-route.ts";
import {
  exampleInvoiceId,
  invoiceById,
  invoiceIdOf,
  mustFindInvoice,
  wholeInvoice,
} from "./whole-invoice.ts";
import { customerIdOf } from "./subscriptions.ts";
import { storageErrors } from "../storage-errors.ts";
import { idFilter, listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";

const tag = "Invoices";

const listQuery = z.strictObject({
  ...pageFields,
  customer_id: z.string().max(255).optional().describe("Its id or external_id"),
  subscription_id: z.string().max(64).optional(),
  invoice_type: z.enum(["subscription", "one_off", "credit"]).optional(),
  invoice_status: z.enum(["draft", "finalized", "voided"]).optional(),
  payment_status: z.enum(["pending", "succeeded", "failed"]).optional(),
  status: z
    .enum(["draft", "void", "uncollectible", "paid", "overdue", "partially_paid", "sent", "open"])
    .optional(),
  start_time: timestamp.optional().describe("Issued at or after"),
  end_time: timestamp.optional().describe("Issued before"),
  number: z.string().max(100).optional(),
  format: z.enum(["json", "csv"]).optional().describe("csv: a table, up to 10,000 invoices"),
});

const list = defineRoute({
  method: "get",
  path: "/v1/invoices",
  tag,
  summary: "List invoices",
  description: "Newest first, without lines.",
  access: "read",
  query: listQuery,
  response: { status: 200, schema: listOf(invoiceSummaryWire), contentTypes: ["text/csv"] },
  errors: ["customer_not_found"],
  example: { query: { status: "open" } },
  transaction: async (tx, { query }, api) => {
    const filters = await filtersOf(tx, query);
    const present = (row: InvoiceView) =>
      presentInvoiceSummary(row, { now: tx.now, publicUrl: api.deps.publicUrl });
    if (query.format === "csv") {
      return csvAnswer("invoices", invoiceCsvColumns, (await allInvoices(tx, filters)).map(present));
    }
    return listAnswer("invoice", await listInvoices(tx, pageQuery("invoice", query, filters)), present);
  },
});

async function filtersOf(tx: Tx, query: z.infer<typeof listQuery>): Promise<InvoiceFilters> {
  return defined({
    customerId: query.customer_id === undefined ? undefined : await customerIdOf(tx, query.customer_id),
    subscriptionId: idFilter("subscription", "subscription_id", query.subscription_id),
    invoiceType: query.invoice_type,
    invoiceStatus: query.invoice_status,
    paymentStatus: query.payment_status,
    status: query.status,
    number: query.number,
    startTime: query.start_time === undefined ? undefined : new Date(query.start_time),
    endTime: query.end_time === undefined ? undefined : new Date(query.end_time),
  });
}

const csvMax = 10_000;

async function allInvoices(tx: Tx, filters: InvoiceFilters): Promise<InvoiceView[]> {
  const rows: InvoiceView[] = [];
  let cursor: string | null = null;
  do {
    const page = await listInvoices(tx, { limit: 500, cursor, filters });
    rows.push(...page.rows);
    cursor = page.nextCursor;
  } while (cursor !== null && rows.length < csvMax);
  return rows.slice(0, csvMax);
}

const get = defineRoute({
  method: "get",
  path: "/v1/invoices/{id}",
  tag,
  summary: "Get an invoice with its lines",
  access: "read",
  params: invoiceById,
  response: { status: 200, schema: invoiceWire },
  errors: ["invoice_not_found"],
  example: { params: { id: exampleInvoiceId } },
  transaction: async (tx, { params }, api) => ({ body: await wholeInvoice(tx, invoiceIdOf(params.id), api) }),
});

const pdf = defineRoute({
  method: "get",
  path: "/v1/invoices/{id}/pdf",
  tag,
  summary: "Get the PDF of an invoice",
  description: "The bytes as they were made, for ever the same; pdf_not_ready until they are.",
  access: "read",
  params: invoiceById,
  response: {
    status: 200,
    contentTypes: ["application/pdf"],
    description: "The file",
    headers: { ETag: "SHA-256 of the bytes" },
  },
  errors: [
    "invoice_not_found",
    "invoice_imported",
    "pdf_not_ready",
    ...storageErrors,
    "object_not_found",
    "object_conflict",
  ],
  example: { params: { id: exampleInvoiceId } },
  external: async (api, { params, scope, header }) => {
    const row = await withTenant(api.deps.database, scope, (tx) => mustFindInvoice(tx, params.id));
    const file = await loadInvoicePdf(api.deps, { tenantId: scope.tenantId, invoiceId: row.id });
    if (file === null) {
      assertOurs(row);
      throw domainError("pdf_not_ready", `The PDF of ${params.id} (${row.invoice_status}) is not made yet.`);
    }
    const etag = `"${file.sha256}"`;
    const headers = {
      ETag: etag,
      "Cache-Control": "private, max-age=31536000, immutable",
      "Content-Disposition": `inline; filename="${file.fileName}"`,
    };
    if (header("if-none-match") === etag) return { content: "", contentType: "", status: 304, headers };
    return { content: file.bytes, contentType: "application/pdf", headers };
  },
});

const pdfLink = defineRoute({
  method: "get",
  path: "/v1/invoices/{id}/pdf_link",
  tag,
  summary: "Get a link to the PDF of an invoice",
  description:
    "With S3 an address that needs no key and expires (INVOICE_S3_LINK_SECONDS); otherwise the PDF's own, which needs one and does not expire.",
  access: "read",
  params: invoiceById,
  response: {
    status: 200,
    schema: z
      .object({ url: z.string(), expires_at: z.iso.datetime().nullable() })
      .meta({ id: "InvoicePdfLink" }),
  },
  errors: ["invoice_not_found", "invoice_imported", "pdf_not_ready", ...storageErrors, "object_not_found"],
  example: { params: { id: exampleInvoiceId } },
  external: async (api, { params, scope }) => {
    const row = await withTenant(api.deps.database, scope, (tx) => mustFindInvoice(tx, params.id));
    const found = await linkInvoicePdf(api.deps, { tenantId: scope.tenantId, invoiceId: row.id });
    if (found === null) {
      assertOurs(row);
      throw domainError("pdf_not_ready", `The PDF of ${params.id} (${row.invoice_status}) is not made yet.`);
    }
    const own = `${api.deps.publicUrl}/v1/invoices/${publicId("invoice", row.id)}/pdf`;
    const { url, expiresAt } = found.link ?? { url: own, expiresAt: null };
    return { body: { url, expires_at: nullableTimestamp(expiresAt) } };
  },
});

const payment = defineRoute({
  method: "put",
  path: "/v1/invoices/{id}/payment",
  tag,
  summary: "Record a payment from outside",
  description:
    "Money that came by bank transfer, cheque or cash. Without amount: all that is left; what is more becomes the customer's credit. The same reference and amount count once.",
  access: "write",
  params: invoiceById,
  body: z.strictObject({
    payment_status: z.enum(["succeeded", "failed", "pending"]),
    amount: moneyText.optional(),
    currency: z.string().length(3).optional(),
    reference: text(255).optional(),
  }),
  response: { status: 200, schema: invoiceWire },
  errors: [
    ...([
      "invoice_not_found",
      "invoice_not_finalized",
      "invoice_already_paid",
      "payment_in_progress",
    ] as const),
    ...(["payment_amount_invalid", "currency_mismatch", "amount_syntax", "amount_precision"] as const),
  ],
  example: {
    params: { id: exampleInvoiceId },
    body: { payment_status: "succeeded", amount: "100.00", currency: "USD", reference: "bank statement 12" },
  },
  transaction: async (tx, { params, body }, api) => {
    const { payment_status: paymentStatus, ...rest } = body;
    await recordOutsidePayment(tx, { invoiceId: invoiceIdOf(params.id), paymentStatus, ...rest });
    return { body: await wholeInvoice(tx, invoiceIdOf(params.id), api) };
  },
});

export const invoiceRoutes: readonly Route[] = [list, get, pdf, pdfLink, payment];
