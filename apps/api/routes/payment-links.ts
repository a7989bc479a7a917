import { z } from "zod";
import { ensurePaymentLink } from "#libs/billing/payment/ensure-payment-link.ts";
import { revokePaymentLink } from "#libs/billing/payment/revoke-payment-link.ts";
import { timestampToWire } from "#libs/billing/wire/wire-values.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { exampleInvoiceId, invoiceById, invoiceIdOf } from "./whole-invoice.ts";

const tag = "Payments";
const path = "/v1/invoices/{id}/payment_links";

const linkWire = z
  .object({
    url: z.string().describe("Whoever holds it can see the invoice and pay it"),
    expires_at: z.iso.datetime(),
  })
  .meta({ id: "PaymentLink" });

const create = defineRoute({
  method: "post",
  path,
  tag,
  summary: "Get the payment link of an invoice",
  description:
    "One is active at a time, for 30 days: asked again, this answers the same one. What is paid through it is what is left to pay then.",
  access: "write",
  params: invoiceById,
  response: { status: 201, schema: linkWire },
  errors: [
    ...([
      "payment_links_off",
      "invoice_not_found",
      "invoice_is_credit_note",
      "invoice_not_finalized",
    ] as const),
    ...(["invoice_already_voided", "invoice_already_paid", "invoice_already_uncollectible"] as const),
  ],
  example: {
    params: { id: exampleInvoiceId },
    response: {
      url: "https://billing.example.com/public/pay/1f0c8a2b.pl_01jq8z5c3e7wq8m2v4t6y9r1p3.tgkzr0.3yW9w8W1vH3n1xkq2v0cVqvR6m2z8b1c4d5e6f7g8h9",
      expires_at: "2026-03-31T12:00:00.000Z",
    },
  },
  transaction: async (tx, { params }, { deps }) => {
    const link = await ensurePaymentLink(tx, deps, { invoiceId: invoiceIdOf(params.id) });
    return { body: { url: link.url, expires_at: timestampToWire(link.expiresAt) } };
  },
});

const revoke = defineRoute({
  method: "delete",
  path,
  tag,
  summary: "Revoke the payment link of an invoice",
  description:
    "It opens nothing any more, and a payment that was begun through it and not confirmed is withdrawn.",
  access: "write",
  params: invoiceById,
  response: { status: 204, description: "Revoked" },
  errors: ["invoice_not_found", "payment_link_not_found"],
  example: { params: { id: exampleInvoiceId } },
  transaction: async (tx, { params }) => {
    await revokePaymentLink(tx, { invoiceId: invoiceIdOf(params.id) });
    return { body: undefined };
  },
});

export const paymentLinkRoutes: readonly Route[] = [create, revoke];
