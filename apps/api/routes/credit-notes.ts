import { customerIdOf } from "./subscriptions.ts";
import { z } from "zod";
import { createCreditNote } from "#libs/billing/credit-note/create-credit-note.ts";
import { voidCreditNote } from "#libs/billing/credit-note/void-credit-note.ts";
import {
  createCreditNoteBody,
  creditNoteToWire,
  creditNoteWire,
  parseCreditAsked,
} from "#libs/billing/wire/credit-note-wire.ts";
import { longText } from "#libs/billing/wire/wire-values.ts";
import type { Tx } from "#libs/billing/work/tx.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { parsePublicId } from "#libs/core/public-id.ts";
import { findCreditNote, listCreditNotes } from "#libs/data/credit-notes.ts";
import type { ApiDeps } from "../api-deps.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { idFilter, listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";
import { exampleInvoiceId, invoiceIdOf } from "./whole-invoice.ts";

const tag = "Credit notes";
const creditNote = creditNoteWire.meta({ id: "CreditNote" });
const byId = z.strictObject({ id: z.string().min(1).max(64) });
const exampleId = "cn_01jq8z5c3e7wq8m2v4t6y9r1p3";
const exampleLine = "li_01jq8z5c3e7wq8m2v4t6y9r1p3";
const example = {
  ...{ id: exampleId, number: "CN-202603-00001", status: "issued", invoice: exampleInvoiceId },
  ...{ invoice_number: "INV-202603-00001", customer: "cus_01jq8z5c3e7wq8m2v4t6y9r1p3" },
  ...{ settlement: "offset", reason: "Outage on 12 March", currency: "USD" },
  ...{ subtotal: "10.00", discount_total: "0.00", tax_total: "1.90", total: "11.90" },
  lines: [
    {
      ...{ id: "li_01jq8z5c3e7wq8m2v4t6y9r1p4", invoice_line: exampleLine },
      ...{ description: "Base fee", amount: "10.00", discount: "0.00", tax: "1.90" },
    },
  ],
  ...{ credit: null, pdf_url: null, issued_at: "2026-03-12T09:00:00Z" },
  ...{ voided_at: null, void_reason: null, version: 2 },
};

const create = defineRoute({
  method: "post",
  path: "/v1/credit_notes",
  tag,
  summary: "Take back a part of an issued invoice",
  description:
    "Its lines carry their share of discount and tax; never more than was billed for them, net of what was given back before.",
  access: "write",
  body: createCreditNoteBody,
  response: { status: 201, schema: creditNote },
  errors: [
    ...(["invoice_not_found", "invoice_line_not_found", "invoice_not_finalized"] as const),
    ...(["invoice_already_voided", "invoice_is_credit_note", "payment_in_progress"] as const),
    ...(["credit_note_empty", "credit_note_exceeds_invoice", "credit_note_settlement_invalid"] as const),
    ...(["amount_syntax", "amount_precision", "amount_out_of_range"] as const),
  ],
  example: {
    body: {
      invoice: exampleInvoiceId,
      lines: [{ line: exampleLine, amount: "10.00" }],
      ...{ settlement: "offset", reason: "Outage on 12 March" },
    },
    response: example,
  },
  transaction: async (tx, { body }, api) => {
    const { settlement, reason } = body;
    const asked = parseCreditAsked(body);
    const id = await createCreditNote(tx, {
      invoiceId: invoiceIdOf(body.invoice),
      asked,
      settlement,
      reason,
    });
    return { body: await shown(tx, id, api) };
  },
});

const list = defineRoute({
  method: "get",
  path: "/v1/credit_notes",
  tag,
  summary: "List credit notes",
  description: "Newest first.",
  access: "read",
  query: z.strictObject({
    ...pageFields,
    invoice: z.string().max(64).optional().describe("The invoice that they correct"),
    customer: z.string().max(255).optional().describe("Its id or external_id"),
  }),
  response: { status: 200, schema: listOf(creditNote) },
  errors: ["customer_not_found"],
  example: {
    query: { invoice: exampleInvoiceId },
    response: { data: [example], has_more: false, next_cursor: null },
  },
  transaction: async (tx, { query }, api) => {
    const filters = defined({
      invoiceId: idFilter("invoice", "invoice", query.invoice),
      customerId: query.customer === undefined ? undefined : await customerIdOf(tx, query.customer),
    });
    const page = await listCreditNotes(tx, pageQuery("credit_note", query, filters));
    return listAnswer("credit_note", page, (row) => creditNoteToWire(row, api.deps.publicUrl));
  },
});

const get = defineRoute({
  method: "get",
  path: "/v1/credit_notes/{id}",
  tag,
  summary: "Get a credit note",
  access: "read",
  params: byId,
  response: { status: 200, schema: creditNote },
  errors: ["credit_note_not_found"],
  example: { params: { id: exampleId }, response: example },
  transaction: async (tx, { params }, api) => ({ body: await shown(tx, idOf(params.id), api) }),
});

const voiding = defineRoute({
  method: "post",
  path: "/v1/credit_notes/{id}/void",
  tag,
  summary: "Void a credit note",
  description:
    "Its number stays; the ledger is posted back, its credit is gone, and what it took off the invoice is left to pay again.",
  access: "write",
  params: byId,
  body: z.strictObject({ reason: longText(500).min(1).optional() }),
  response: { status: 200, schema: creditNote },
  errors: [
    ...(["credit_note_not_found", "credit_note_already_voided", "credit_already_used"] as const),
    ...(["credit_note_refunded"] as const),
    ...(["invoice_already_uncollectible", "payment_in_progress", "version_conflict"] as const),
  ],
  example: {
    params: { id: exampleId },
    body: { reason: "Made twice" },
    response: {
      ...example,
      ...{ status: "void", voided_at: "2026-03-13T09:00:00Z", void_reason: "Made twice", version: 3 },
    },
  },
  transaction: async (tx, { params, body, ifMatch }, api) => {
    const creditNoteId = idOf(params.id);
    await voidCreditNote(tx, { creditNoteId, ifVersion: ifMatch, reason: body.reason ?? "voided" });
    return { body: await shown(tx, creditNoteId, api) };
  },
});

/** @throws DomainError credit_note_not_found */
function idOf(text: string): string {
  const id = parsePublicId("credit_note", text);
  if (id === null)
    throw domainError("credit_note_not_found", `There is no credit note ${JSON.stringify(text)}.`);
  return id;
}

async function shown(tx: Tx, id: string, api: ApiDeps) {
  const row = await findCreditNote(tx, id);
  if (row === null) throw domainError("credit_note_not_found", "There is no such credit note.");
  return creditNoteToWire(row, api.deps.publicUrl);
}

export const creditNoteRoutes: readonly Route[] = [create, list, get, voiding];
