import { customerIdOf } from "./subscriptions.ts";
import { z } from "zod";
import { requestPayment } from "#libs/billing/payment/request-payment.ts";
import { requestRefund } from "#libs/billing/payment/request-refund.ts";
import {
  parsePaymentStatus,
  paymentDetailWire,
  paymentStatus,
  paymentToWire,
  paymentWire,
  refundToWire,
  refundWire,
} from "#libs/billing/wire/payment-wire.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { parsePublicId, publicId } from "#libs/core/public-id.ts";
import { findPaymentView, listPaymentViews } from "#libs/data/payment-reads.ts";
import { findJobByKey } from "#libs/data/jobs.ts";
import { findPaidPayment, findRefund, listRefunds } from "#libs/data/refunds.ts";
import { refundPayOut } from "#libs/jobs/refund-pay-out.job.ts";
import { longText, moneyText } from "#libs/billing/wire/wire-values.ts";
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
const exampleRefund = {
  ...{ id: "rfd_01jq8z5c3e7wq8m2v4t6y9r1p3", payment: exampleId, invoice: exampleInvoiceId },
  ...{ status: "succeeded", amount: "25.00", amount_credit_notes: "0.00", amount_credit: "0.00" },
  ...{ amount_reopened: "25.00", currency: "USD", reason: "Outage on 12 March", credit_note: null },
  ...{ provider: "stripe", provider_id: "re_3QxYz2", failure: null, paid_out_at: "2026-03-12T09:00:01Z" },
  ...{ failed_at: null, created_at: "2026-03-12T09:00:00Z" },
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
    customer: z.string().max(255).optional().describe("Its id or external_id"),
    invoice: z.string().max(64).optional(),
    status: paymentStatus.optional(),
  }),
  response: { status: 200, schema: listOf(paymentWire) },
  errors: ["customer_not_found"],
  example: {
    query: { status: "succeeded" },
    response: { data: [example], has_more: false, next_cursor: null },
  },
  transaction: async (tx, { query }) => {
    const filters = defined({
      customerId: query.customer === undefined ? undefined : await customerIdOf(tx, query.customer),
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
  response: { status: 200, schema: paymentDetailWire },
  errors: ["payment_not_found"],
  example: { params: { id: exampleId }, response: { ...example, refunds: [exampleRefund] } },
  transaction: async (tx, { params }) => {
    const row = await findPaymentView(tx, idOf(params.id));
    if (row === null) throw unknownPayment(params.id);
    const paid = await findPaidPayment(tx, { id: row.id });
    const refunds = paid === null ? [] : await listRefunds(tx, paid.id);
    return { body: { ...paymentToWire(row), refunds: refunds.map(refundToWire) } };
  },
});

const refund = defineRoute({
  method: "post",
  path: "/v1/payments/{id}/refund",
  tag,
  summary: "Give a payment back, whole or in part",
  description:
    "Never more than came less what went back. What credit notes of the invoice owe is paid out first, then credit that the payment became; what is more leaves the invoice to pay again (to owe nothing, make a credit note with settlement refund instead). Through Stripe a job makes it; money from outside is recorded as given back.",
  access: "write",
  params: byId,
  body: z.strictObject({
    amount: moneyText.optional().describe("Unset: all that can go back"),
    reason: longText(500).min(1).optional(),
    outside: z.boolean().optional().describe("It went back past the provider, and is only recorded"),
  }),
  response: {
    status: 202,
    schema: refundWire.extend({ job_id: z.string().nullable() }).meta({ id: "RequestedRefund" }),
    headers: { Location: "The job that makes it; none when it is only recorded" },
  },
  errors: [
    ...(["payment_not_found", "payment_not_succeeded", "payment_provider_off"] as const),
    ...(["refund_exceeds_payment", "refund_amount_invalid", "stripe_amount_inexpressible"] as const),
    ...(["amount_syntax", "amount_precision", "amount_out_of_range"] as const),
  ],
  example: {
    params: { id: exampleId },
    body: { amount: "25.00", reason: "Outage on 12 March" },
    response: {
      ...{ ...exampleRefund, status: "pending", provider_id: null, paid_out_at: null },
      job_id: exampleJob,
    },
  },
  transaction: async (tx, { params, body }, { deps }) => {
    const id = await requestRefund(tx, { paymentId: idOf(params.id), ...body });
    const row = await findRefund(tx, { id });
    if (row === null) throw new Error("the refund was not written");
    if (row.provider === "stripe" && deps.stripe === null)
      throw domainError("payment_provider_off", "It came through Stripe: set INVOICE_ENABLE_STRIPE=true.");
    const found = await findJobByKey(tx, refundPayOut.seed({ refundId: id }).key);
    const job = found === null ? null : publicId("job", found.id);
    const headers = job === null ? {} : { Location: `/v1/jobs/${job}` };
    return { body: { ...refundToWire(row), job_id: job }, headers };
  },
});

function idOf(text: string): string {
  const id = parsePublicId("payment", text);
  if (id === null) throw unknownPayment(text);
  return id;
}

function unknownPayment(text: string): Error {
  return domainError("payment_not_found", `There is no payment ${JSON.stringify(text)}.`);
}

export const paymentRoutes: readonly Route[] = [pay, list, get, refund];
