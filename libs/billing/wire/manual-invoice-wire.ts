import { z } from "zod";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { domainError } from "#libs/core/errors.ts";
import { type ObjectRef, parseRef } from "#libs/core/object-ref.ts";
import { parsePublicId } from "#libs/core/public-id.ts";
import type { CreateInvoiceInput } from "../invoice/create-invoice.ts";
import type { WrittenLine } from "../invoice/manual-terms.ts";
import {
  currencyCode,
  decimalText,
  longText,
  metadata,
  moneyText,
  parseTimestamp,
  text,
  timestamp,
} from "./wire-values.ts";

const linesMax = 500;

/** What a body may have at most: 500 lines whose texts and tax rates are as long as the schema lets them be, in letters of three bytes. */
export const manualInvoiceBytesMax = 5 * 1024 * 1024;

const manualLineBody = z
  .strictObject({
    description: text(500),
    amount: moneyText.optional().describe("Or quantity and unit_amount; negative: an adjustment"),
    quantity: decimalText.optional().describe('Default "1"'),
    unit_amount: decimalText.optional().describe("Major units, up to 12 decimals"),
    kind: z.enum(["one_time", "adjustment"]).optional(),
    period_start: timestamp.optional(),
    period_end: timestamp.optional(),
    taxable: z.boolean().optional().describe("false: no tax on it"),
    tax_rates: z
      .array(z.string().min(1).max(255))
      .max(10)
      .optional()
      .describe("Ids or codes of the rates that apply instead of the customer's; none: no tax"),
  })
  .meta({ id: "ManualInvoiceLine" });

export const manualLinesBody = z.array(manualLineBody).min(1).max(linesMax);

/** `POST /v1/invoices`: either `amount_due`, what is due as a whole, or `lines`. */
export const createInvoiceBody = z.strictObject({
  customer_id: z.string().min(1).max(255).describe("Id or external id"),
  subscription_id: z.string().max(64).optional().describe("What it is about; no period of it is claimed"),
  invoice_type: z.enum(["one_off", "subscription"]).optional(),
  currency: currencyCode.optional().describe("Default: the customer's, then the tenant's"),
  amount_due: moneyText
    .optional()
    .describe("One line of exactly this, with nothing on top; not beside lines"),
  lines: manualLinesBody.optional(),
  coupons: z
    .array(z.string().min(1).max(255))
    .max(20)
    .optional()
    .describe(
      "Ids or codes: each discounts this invoice, in this order; none is held or used up by it. Not beside amount_due",
    ),
  description: longText(2_000).optional().describe("Printed on it"),
  due_date: timestamp.optional().describe("Default: the payment terms, from the day of issue"),
  billing_reason: text(100).optional(),
  idempotency_key: text(255).optional().describe("Kept on the invoice; unique"),
  metadata: metadata.optional(),
  finalize: z.boolean().optional().describe("Issue it at once; default: it stays a draft"),
});

/** @throws DomainError fields_invalid, subscription_not_found */
export function parseManualInvoice(body: z.infer<typeof createInvoiceBody>): CreateInvoiceInput {
  return {
    customer: parseRef("customer", body.customer_id),
    subscriptionId: body.subscription_id === undefined ? undefined : subscriptionIdOf(body.subscription_id),
    invoiceType: body.invoice_type,
    currency: body.currency,
    lines: linesOf(body),
    coupons: couponsOf(body),
    description: body.description,
    billingReason: body.billing_reason,
    dueAt: body.due_date === undefined ? undefined : parseTimestamp(body.due_date),
    metadata: body.metadata,
    idempotencyKey: body.idempotency_key,
    finalize: body.finalize ?? false,
  };
}

export function parseManualLines(lines: z.infer<typeof manualLinesBody>): WrittenLine[] {
  return lines.map((line) => ({
    description: line.description,
    amount: line.amount,
    quantity: line.quantity,
    unitAmount: line.unit_amount,
    kind: line.kind,
    periodStart: line.period_start,
    periodEnd: line.period_end,
    taxable: line.taxable,
    taxRates: line.tax_rates?.map((rate) => parseRef("tax_rate", rate)),
  }));
}

function couponsOf({ amount_due, coupons }: z.infer<typeof createInvoiceBody>): ObjectRef[] | undefined {
  if (amount_due !== undefined && coupons !== undefined) {
    const message = "is not allowed beside amount_due, which is what is due as a whole";
    assertNoPlaces([{ path: "coupons", code: "field_unknown", message }]);
  }
  return coupons?.map((coupon) => parseRef("coupon", coupon));
}

/** What is due as a whole is one line that nothing is added to. */
function linesOf(body: z.infer<typeof createInvoiceBody>): WrittenLine[] {
  const { amount_due: amount, lines, description } = body;
  if (amount !== undefined && lines !== undefined) {
    assertNoPlaces([{ path: "amount_due", code: "field_unknown", message: "is not allowed beside lines" }]);
  }
  if (lines !== undefined) return parseManualLines(lines);
  if (amount === undefined) {
    assertNoPlaces([
      { path: "lines", code: "field_required", message: "either lines or amount_due is required" },
    ]);
  }
  return [{ description: firstLine(description), amount, taxable: false }];
}

function firstLine(description: string | undefined): string {
  return description?.split("\n").find((line) => line.trim() !== "") ?? "Charge";
}

function subscriptionIdOf(text: string): string {
  const id = parsePublicId("subscription", text);
  if (id === null)
    throw domainError("subscription_not_found", `There is no subscription ${JSON.stringify(text)}.`);
  return id;
}
