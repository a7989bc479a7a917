import { z } from "zod";
import type { ManualLine } from "#libs/core/invoice/manual-line.ts";
import { listNamedCoupons } from "#libs/data/coupons.ts";
import { type TenantTx, toInstant } from "#libs/data/database.ts";
import { type InvoiceLineView, listInvoiceLines } from "#libs/data/invoice-reads.ts";
import type { StoredInvoice } from "#libs/data/stored-invoice.ts";
import type { ManualInvoiceInput } from "./draft-manual.ts";

const manualInputs = z.object({
  manual: z.object({
    description: z.string(),
    quantity: z.string(),
    unitAmount: z.string(),
    taxable: z.boolean().optional(),
    taxRateIds: z.array(z.string()).optional(),
  }),
});

/** What a person once wrote, read back from the invoice that was made of it. */
export async function loadStoredManual(tx: TenantTx, invoice: StoredInvoice): Promise<ManualInvoiceInput> {
  const lines = await listInvoiceLines(tx, invoice.id);
  const coupons = await listNamedCoupons(tx, invoice.id);
  return {
    customer: { id: invoice.customer_id },
    subscriptionId: invoice.subscription_id ?? undefined,
    invoiceType: invoice.invoice_type === "subscription" ? "subscription" : "one_off",
    currency: invoice.currency,
    lines: lines.map(storedManualLine),
    coupons: coupons.map((id) => ({ id })),
    description: invoice.description ?? undefined,
    billingReason: invoice.billing_reason,
    dueAt: invoice.due_at === null ? undefined : toInstant(invoice.due_at),
    metadata: invoice.metadata,
    idempotencyKey: invoice.idempotency_key ?? undefined,
  };
}

export function storedManualLine(line: InvoiceLineView): ManualLine {
  const { manual } = manualInputs.parse(line.inputs);
  const isSpan = line.period_start.getTime() < line.period_end.getTime();
  return {
    ...manual,
    kind: line.kind === "adjustment" ? "adjustment" : "one_time",
    ...(isSpan
      ? {
          periodStart: toInstant(line.period_start).toString(),
          periodEnd: toInstant(line.period_end).toString(),
        }
      : {}),
  };
}
