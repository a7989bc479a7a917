import { z } from "zod";
import type { NewCredit } from "#libs/billing/credit/grant-credit.ts";
import { defined } from "#libs/core/defined.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { CreditGrantRow } from "#libs/data/credits.ts";
import {
  currencyCode,
  decimalText,
  moneyText,
  nullableTimestamp,
  parseTimestamp,
  text,
  timestamp,
  timestampToWire,
} from "./wire-values.ts";

/** `POST /v1/customers/{id}/credits`. */
export const createCreditBody = z.strictObject({
  amount: moneyText,
  currency: currencyCode,
  priority: z.int().min(0).max(1_000).optional().describe("Lowest is used first; default 0"),
  expires_at: timestamp.nullable().optional(),
  cost_basis: decimalText
    .nullable()
    .optional()
    .describe(
      'What the customer paid outside per unit of credit: "1" is prepaid in full, unset is given away',
    ),
  reason: text(500).nullable().optional(),
});

export const creditWire = z.strictObject({
  id: z.string(),
  customer: z.string(),
  amount: z.string(),
  left: z.string().describe("What invoices may still use"),
  expired: z.string().describe("What nobody used in time"),
  currency: z.string(),
  priority: z.int(),
  cost_basis: z.string().nullable(),
  expires_at: z.string().nullable(),
  reason: z.string().nullable(),
  source_invoice: z
    .string()
    .nullable()
    .describe("The invoice whose total below zero made it, or the credit note"),
  created_at: z.string(),
});

export const balanceWire = z.strictObject({
  customer: z.string(),
  balances: z.array(
    z.strictObject({
      currency: z.string(),
      credit: z.string().describe("What invoices may still use"),
      receivable: z.string().describe("What is left to pay on invoices"),
      refunds_payable: z.string().describe("What credit notes promised to pay out"),
    }),
  ),
});

export function parseCredit(body: z.infer<typeof createCreditBody>): Omit<NewCredit, "customer"> {
  const { amount, currency, priority, expires_at, cost_basis, reason } = body;
  const expiresAt = typeof expires_at === "string" ? parseTimestamp(expires_at) : expires_at;
  return { amount, currency, ...defined({ priority, expiresAt, costBasis: cost_basis, reason }) };
}

export function creditToWire(row: CreditGrantRow): z.infer<typeof creditWire> {
  const amount = (minor: bigint) => formatMoney({ minor, currency: row.currency });
  return {
    id: publicId("credit_grant", row.id),
    customer: publicId("customer", row.customer_id),
    amount: amount(row.amount_minor),
    left: amount(row.left_minor),
    expired: amount(row.expired_minor),
    currency: row.currency,
    priority: row.priority,
    cost_basis: row.cost_basis,
    expires_at: nullableTimestamp(row.expires_at),
    reason: row.reason,
    source_invoice: row.source_invoice_id === null ? null : publicId("invoice", row.source_invoice_id),
    created_at: timestampToWire(row.created_at),
  };
}
