import { z } from "zod";
import { explainLines } from "#libs/billing/invoice/explain-lines.ts";
import { replayInvoice } from "#libs/billing/invoice/replay-invoice.ts";
import {
  lineExplanationWire,
  presentLineExplanation,
  presentReplay,
  replayWire,
} from "#libs/billing/wire/invoice-proof-wire.ts";
import { domainError } from "#libs/core/errors.ts";
import { parsePublicId } from "#libs/core/public-id.ts";
import { listInvoiceLines } from "#libs/data/invoice-reads.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { exampleInvoiceId, invoiceById, invoiceIdOf, mustFindInvoice } from "./whole-invoice.ts";

const tag = "Invoices";

const explain = defineRoute({
  method: "get",
  path: "/v1/invoices/{id}/lines/{line}/explain",
  tag,
  summary: "Explain a line",
  description:
    "What went in, each step with the value before and after it, the rounding, and where the usage is.",
  access: "read",
  params: invoiceById.extend({ line: z.string().max(64) }),
  response: { status: 200, schema: lineExplanationWire },
  errors: ["invoice_not_found", "invoice_line_not_found"],
  example: { params: { id: exampleInvoiceId, line: "li_01jq8z5c3e7wq8m2v4t6y9r1p3" } },
  transaction: async (tx, { params }, api) => {
    const row = await mustFindInvoice(tx, params.id);
    const lineId = parsePublicId("invoice_line", params.line);
    const lines = (await listInvoiceLines(tx, row.id)).filter((each) => each.id === lineId);
    const [explained] = await explainLines(tx, row, lines);
    if (explained === undefined)
      throw domainError("invoice_line_not_found", `${params.id} has no line ${params.line}.`);
    return { body: presentLineExplanation(row, explained, api.deps.publicUrl) };
  },
});

const replay = defineRoute({
  method: "post",
  path: "/v1/invoices/{id}/replay",
  tag,
  summary: "Make an invoice again and compare",
  description:
    "From single events, or the inputs that were stored, never from the stored result; byte for byte. Changes nothing. Usage that came after the invoice is a difference too.",
  access: "read",
  params: invoiceById,
  response: { status: 200, schema: replayWire },
  errors: ["invoice_not_found"],
  example: {
    params: { id: exampleInvoiceId },
    response: { identical: true, differences: [], lines: { events: 1, inputs: 1, sealed: 0 } },
  },
  transaction: async (tx, { params }) => ({
    body: presentReplay(await replayInvoice(tx, { invoiceId: invoiceIdOf(params.id) })),
  }),
});

export const invoiceProofRoutes: readonly Route[] = [explain, replay];
