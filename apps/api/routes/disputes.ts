import { customerIdOf } from "./subscriptions.ts";
import { z } from "zod";
import { disputeStatus, disputeToWire, disputeWire } from "#libs/billing/wire/dispute-wire.ts";
import { defined } from "#libs/core/defined.ts";
import { listDisputes } from "#libs/data/disputes.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { idFilter, listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";
import { exampleInvoiceId } from "./whole-invoice.ts";

const example = {
  ...{ id: "dsp_01jq8z5c3e7wq8m2v4t6y9r1p3", payment: "pay_01jq8z5c3e7wq8m2v4t6y9r1p3" },
  ...{ invoice: exampleInvoiceId, customer: "cus_01jq8z5c3e7wq8m2v4t6y9r1p3", status: "needs_response" },
  ...{
    amount: "100.00",
    currency: "USD",
    reason: "fraudulent",
    provider: "stripe",
    provider_id: "du_1QxYz2",
  },
  ...{ evidence_due_at: "2026-03-20T23:59:59Z", closed_at: null },
  ...{ created_at: "2026-03-12T09:00:00Z", updated_at: "2026-03-12T09:00:00Z" },
};

const list = defineRoute({
  method: "get",
  path: "/v1/disputes",
  tag: "Payments",
  summary: "List disputes",
  description:
    "Payments that their payer's bank questions or takes back, newest first. Evidence is given at Stripe.",
  access: "read",
  query: z.strictObject({
    ...pageFields,
    customer: z.string().max(255).optional().describe("Its id or external_id"),
    invoice: z.string().max(64).optional(),
    payment: z.string().max(64).optional(),
    status: disputeStatus.optional(),
  }),
  response: { status: 200, schema: listOf(disputeWire) },
  errors: ["customer_not_found"],
  example: {
    query: { status: "needs_response" },
    response: { data: [example], has_more: false, next_cursor: null },
  },
  transaction: async (tx, { query }) => {
    const filters = defined({
      customerId: query.customer === undefined ? undefined : await customerIdOf(tx, query.customer),
      invoiceId: idFilter("invoice", "invoice", query.invoice),
      paymentId: idFilter("payment", "payment", query.payment),
      state: query.status,
    });
    return listAnswer("dispute", await listDisputes(tx, pageQuery("dispute", query, filters)), disputeToWire);
  },
});

export const disputeRoutes: readonly Route[] = [list];
