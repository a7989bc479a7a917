import { z } from "zod";
import type { CreditAsked } from "#libs/core/credit-note/decide-credit-note.ts";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { parsePublicId, publicId } from "#libs/core/public-id.ts";
import type { CreditNoteRow } from "#libs/data/credit-notes.ts";
import { longText, moneyText, nullableTimestamp, timestampToWire } from "./wire-values.ts";

const settlement = z
  .enum(["refund", "credit", "offset"])
  .describe(
    "refund: owed to the customer; credit: pays its next invoices, at most what was paid of this one; offset: lowers what is left to pay",
  );
const amount = z.string().describe("Major units with the currency's decimals");

/** `POST /v1/credit_notes`. */
export const createCreditNoteBody = z.strictObject({
  invoice: z.string().min(1).max(64),
  lines: z
    .array(
      z.strictObject({
        line: z.string().min(1).max(64).describe("Line of the invoice"),
        amount: moneyText
          .optional()
          .describe("Before discount and tax, which follow; unset: all that is left"),
      }),
    )
    .min(1)
    .max(1_000)
    .optional(),
  amount: moneyText.optional().describe("Instead of lines: a total, tax included, spread over all of them"),
  settlement,
  reason: longText(500).min(1).optional().describe("Printed on it"),
});

export const creditNoteWire = z.strictObject({
  id: z.string(),
  number: z.string(),
  status: z.enum(["issued", "void"]),
  invoice: z.string(),
  invoice_number: z.string(),
  customer: z.string(),
  settlement,
  reason: z.string().nullable(),
  currency: z.string(),
  subtotal: amount,
  discount_total: amount,
  tax_total: amount,
  total: amount,
  lines: z.array(
    z.strictObject({
      id: z.string(),
      invoice_line: z.string(),
      description: z.string(),
      amount,
      discount: amount,
      tax: amount,
    }),
  ),
  credit: z.string().nullable().describe("The credit that it gave"),
  pdf_url: z.string().nullable(),
  issued_at: z.string(),
  voided_at: z.string().nullable(),
  void_reason: z.string().nullable(),
  version: z.int(),
});

/** @throws DomainError fields_invalid */
export function parseCreditAsked({ lines, amount }: z.infer<typeof createCreditNoteBody>): CreditAsked {
  if ((lines === undefined) === (amount === undefined)) {
    assertNoPlaces([
      { path: "lines", code: "field_required", message: "either lines or amount is required, and not both" },
    ]);
  }
  if (amount !== undefined) return { amount };
  const parsed = (lines ?? []).map(({ line, amount: part }) => ({
    lineId: parsePublicId("invoice_line", line),
    amount: part,
  }));
  assertNoPlaces(
    parsed.flatMap(({ lineId }, position) => {
      const message = "is not an id of an invoice line";
      return lineId === null ? [{ path: `lines.${position}.line`, code: "format_invalid", message }] : [];
    }),
  );
  return {
    lines: parsed.flatMap(({ lineId, amount: part }) => (lineId === null ? [] : [{ lineId, amount: part }])),
  };
}

export function creditNoteToWire(row: CreditNoteRow, publicUrl: string): z.infer<typeof creditNoteWire> {
  const money = (minor: bigint | string) => formatMoney({ minor: BigInt(minor), currency: row.currency });
  return {
    id: publicId("credit_note", row.id),
    number: row.number,
    status: row.invoice_status === "voided" ? "void" : "issued",
    invoice: publicId("invoice", row.invoice_id),
    invoice_number: row.invoice_number,
    customer: publicId("customer", row.customer_id),
    settlement: row.settlement,
    reason: row.reason,
    currency: row.currency,
    subtotal: money(row.subtotal_minor),
    discount_total: money(row.discount_total_minor),
    tax_total: money(row.tax_total_minor),
    total: money(row.total_minor),
    lines: row.lines.map((line) => ({
      id: publicId("invoice_line", line.id),
      invoice_line: publicId("invoice_line", line.invoice_line_id),
      description: line.description,
      amount: money(line.amount_minor),
      discount: money(line.discount_minor),
      tax: money(line.tax_minor),
    })),
    credit: row.credit_grant_id === null ? null : publicId("credit_grant", row.credit_grant_id),
    pdf_url: row.has_pdf ? `${publicUrl}/v1/invoices/${publicId("invoice", row.id)}/pdf` : null,
    issued_at: timestampToWire(row.issued_at),
    voided_at: nullableTimestamp(row.voided_at),
    void_reason: row.void_reason,
    version: row.version,
  };
}
