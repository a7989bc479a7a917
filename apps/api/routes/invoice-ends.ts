import { z } from "zod";
import { markInvoiceUncollectible } from "#libs/billing/invoice/mark-uncollectible.ts";
import { regenerateInvoice } from "#libs/billing/invoice/regenerate-invoice.ts";
import { requestSend } from "#libs/billing/invoice/request-send.ts";
import { voidInvoice } from "#libs/billing/invoice/void-invoice.ts";
import { invoiceWire } from "#libs/billing/wire/invoice-wire.ts";
import { longText } from "#libs/billing/wire/wire-values.ts";
import { publicId } from "#libs/core/public-id.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { exampleInvoiceId, invoiceById, invoiceIdOf, wholeInvoice } from "./whole-invoice.ts";

const tag = "Invoices";
const reason = longText(500).min(1);

const voiding = defineRoute({
  method: "post",
  path: "/v1/invoices/{id}/void",
  tag,
  summary: "Void an invoice",
  description:
    "Its number stays; the ledger is posted back, credits are given back, and its periods are left visibly unbilled. What is paid, or being paid, is refused.",
  access: "write",
  params: invoiceById,
  body: z.strictObject({ reason }),
  response: { status: 200, schema: invoiceWire },
  errors: [
    ...(["invoice_not_found", "version_conflict", "invoice_already_voided"] as const),
    ...(["invoice_already_paid", "invoice_partly_paid", "payment_in_progress", "invoice_corrected"] as const),
    ...(["invoice_amended", "invoice_is_credit_note", "credit_already_used"] as const),
  ],
  example: { params: { id: exampleInvoiceId }, body: { reason: "Sent to the wrong customer" } },
  transaction: async (tx, { params, body, ifMatch }, api) => {
    const invoiceId = invoiceIdOf(params.id);
    await voidInvoice(tx, { invoiceId, ifVersion: ifMatch, reason: body.reason });
    return { body: await wholeInvoice(tx, invoiceId, api) };
  },
});

const regenerate = defineRoute({
  method: "post",
  path: "/v1/invoices/{id}/regenerate",
  tag,
  summary: "Make an invoice again, and void the old one",
  description:
    "One transaction: the replacement bills the same periods from the usage, terms and settings of now; gives back the same parts of earlier ones; settles the same late usage; or bills the lines that were written. What a later invoice credits or settles is refused by `invoice_amended`, which names the one to void first. Answers with the replacement; with the old one, void, when there is nothing to bill any more.",
  access: "write",
  params: invoiceById,
  body: z.strictObject({ reason: reason.optional() }),
  response: { status: 200, schema: invoiceWire },
  errors: [
    ...([
      "invoice_not_found",
      "version_conflict",
      "invoice_imported",
      "invoice_not_regenerable",
      "subscription_broken",
    ] as const),
    ...(["invoice_already_paid", "invoice_partly_paid", "payment_in_progress", "invoice_corrected"] as const),
    ...(["invoice_amended", "invoice_is_credit_note", "credit_already_used"] as const),
  ],
  example: { params: { id: exampleInvoiceId }, body: { reason: "Usage was corrected" } },
  transaction: async (tx, { params, body, ifMatch }, api) => {
    const invoiceId = invoiceIdOf(params.id);
    const { replacementId } = await regenerateInvoice(tx, {
      invoiceId,
      ifVersion: ifMatch,
      reason: body.reason ?? "regenerated",
    });
    return { body: await wholeInvoice(tx, replacementId ?? invoiceId, api) };
  },
});

const uncollectible = defineRoute({
  method: "post",
  path: "/v1/invoices/{id}/mark_uncollectible",
  tag,
  summary: "Write off what is left to pay",
  access: "write",
  params: invoiceById,
  response: { status: 200, schema: invoiceWire },
  errors: [
    ...(["invoice_not_found", "version_conflict", "invoice_not_finalized"] as const),
    ...(["invoice_already_voided", "invoice_already_paid", "payment_in_progress"] as const),
    "invoice_already_uncollectible",
  ],
  example: { params: { id: exampleInvoiceId } },
  transaction: async (tx, { params, ifMatch }, api) => {
    const invoiceId = invoiceIdOf(params.id);
    await markInvoiceUncollectible(tx, { invoiceId, ifVersion: ifMatch });
    return { body: await wholeInvoice(tx, invoiceId, api) };
  },
});

const send = defineRoute({
  method: "post",
  path: "/v1/invoices/{id}/send",
  tag,
  summary: "Mail an invoice to its customer",
  description: "Also when it was mailed before: each asking is a mail of its own.",
  access: "write",
  params: invoiceById,
  response: {
    status: 202,
    schema: z.object({ job_id: z.string() }).meta({ id: "RequestedMail" }),
    headers: { Location: "The job that sends it" },
  },
  errors: [
    ...(["invoice_not_found", "version_conflict", "invoice_not_finalized"] as const),
    ...(["invoice_already_voided", "invoice_imported", "customer_email_missing"] as const),
  ],
  example: {
    params: { id: exampleInvoiceId },
    response: { job_id: "job_01jq8z5c3e7wq8m2v4t6y9r1p3" },
  },
  transaction: async (tx, { params, ifMatch }) => {
    const { jobId } = await requestSend(tx, { invoiceId: invoiceIdOf(params.id), ifVersion: ifMatch });
    const job = publicId("job", jobId);
    return { body: { job_id: job }, headers: { Location: `/v1/jobs/${job}` } };
  },
});

export const invoiceEndRoutes: readonly Route[] = [voiding, regenerate, uncollectible, send];
