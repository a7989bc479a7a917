import { z } from "zod";
import { requestPayment } from "#libs/billing/payment/request-payment.ts";
import {
  parsePaymentStatus,
  paymentStatus,
  paymentToWire,
  paymentWire,
} from "#libs/billing/wire/payment-wire.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { parsePublicId, publicId } from "#libs/core/public-id.ts";
import { findPaymentView, listPaymentViews } from "#libs/data/payment-reads.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { idFilter, listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";
import { exampleInvoiceId, invoiceById, invoiceIdOf } from "./whole-invoice.ts";

const tag = "Payments";
const byId = z.strictObject({ id: z.string().min(1).max(64) });
const exampleId = "pay_01jq8z5c3e7wq8m2v4t6y9r1p3";
const exampleJob = "job_01jq8z5c3e7wq8m2v4t6y9r1p3";
const example = {
  ...{ id: exampleId, invoice: exampleInvoiceId, customer: "cus_01jq8z5c3e7wq8m2v4t6y9r1p3" },
  ...{ status: "succeeded", amount: "100.00", amount_credited: "0.00", amount_refunded: "25.00" },
  ...{ currency: "USD", provider: "stripe", provider_id: "pi_3QxYz2", method: "card", reference: null },
  ...{ failure: null, next_attempt_at: null, received_at: "2026-03-01T09:00:04Z" },
  created_at: "2026-03-01T09:00:00Z",
};

const pay = defineRoute({
  method: "post",
  path: "/v1/invoices/{id}/pay",
  tag,
  summary: "Charge an invoice to the saved payment method",
  description:
    "What is left to pay, now, and however its subscription collects. The job says how it went; whether there is money, the payment and the invoice say once the provider has said so.",
  access: "write",
  params: invoiceById,
  response: {
    status: 202,
    schema: z.object({ job_id: z.string() }).meta({ id: "RequestedPayment" }),
    headers: { Location: "The job that charges it" },
  },
  errors: [
    ...([
      "invoice_not_found",
      "version_conflict",
      "invoice_not_finalized",
      "invoice_is_credit_note",
    ] as const),
    ...(["invoice_already_voided", "invoice_already_paid", "invoice_already_uncollectible"] as const),
    ...(["payment_in_progress", "payment_method_missing", "payment_provider_off"] as const),
  ],
  example: { params: { id: exampleInvoiceId }, response: { job_id: exampleJob } },
  transaction: async (tx, { params, ifMatch }, { deps }) => {
    if (deps.stripe === null)
      throw domainError("payment_provider_off", "Charging needs Stripe: set INVOICE_ENABLE_STRIPE=true.");
    const { jobId } = await requestPayment(tx, { invoiceId: invoiceIdOf(params.id), ifVersion: ifMatch });
    const job = publicId("job", jobId);
    return { body: { job_id: job }, headers: { Location: `/v1/jobs/${job}` } };
  },
});

const list = defineRoute({
  method: "get",
  path: "/v1/payments",
  tag,
  summary: "List payments",
  description: "Newest first: every try, and money that came from outside.",
  access: "read",
  query: z.strictObject({
    ...pageFields,
    customer: z.string().max(64).optional(),
    invoice: z.string().max(64).optional(),
    status: paymentStatus.optional(),
  }),
  response: { status: 200, schema: listOf(paymentWire) },
  errors: [],
  example: {
    query: { status: "succeeded" },
    response: { data: [example], has_more: false, next_cursor: null },
  },
  transaction: async (tx, { query }) => {
    const filters = defined({
      customerId: idFilter("customer", "customer", query.customer),
      invoiceId: idFilter("invoice", "invoice", query.invoice),
      state: query.status === undefined ? undefined : parsePaymentStatus(query.status),
    });
    return listAnswer(
      "payment",
      await listPaymentViews(tx, pageQuery("payment", query, filters)),
      paymentToWire,
    );
  },
});

const get = defineRoute({
  method: "get",
  path: "/v1/payments/{id}",
  tag,
  summary: "Get a payment",
  access: "read",
  params: byId,
  response: { status: 200, schema: paymentWire },
  errors: ["payment_not_found"],
  example: { params: { id: exampleId }, response: example },
  transaction: async (tx, { params }) => {
    const id = parsePublicId("payment", params.id);
    const row = id === null ? null : await findPaymentView(tx, id);
    if (row === null)
      throw domainError("payment_not_found", `There is no payment ${JSON.stringify(params.id)}.`);
    return { body: paymentToWire(row) };
  },
});

export const paymentRoutes: readonly Route[] = [pay, list, get];
