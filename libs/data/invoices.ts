import type { Temporal } from "temporal-polyfill";
import type { AssembledInvoice } from "#libs/core/invoice/assemble-invoice.ts";
import type { RatedLine } from "#libs/core/rating/rate-due-period.ts";
import { Decimal } from "#libs/core/money/decimal.ts";
import { toDate, type TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";

/** A draft to be written: header facts, its lines as rated, and the totals they were assembled to. */
export type NewInvoice = {
  readonly id: string;
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly kind: "start" | "cycle" | "final";
  readonly currency: string;
  readonly scheduleNo: number;
  readonly boundaryIndex: number;
  readonly billingSequence: number;
  readonly periodStart: Temporal.Instant;
  readonly periodEnd: Temporal.Instant;
  readonly settingsVersion: number;
  readonly roundingMode: string;
  readonly finalizeAt: Temporal.Instant;
  readonly lines: readonly { readonly rated: RatedLine; readonly billingPeriodId: string }[];
  readonly assembled: AssembledInvoice;
};

/** Writes drafts with their lines and taxes: three statements, however many. */
export async function insertDraftInvoices(tx: TenantTx, invoices: readonly NewInvoice[]): Promise<void> {
  if (invoices.length === 0) return;
  await insertHeaders(tx, invoices);
  await insertLines(tx, invoices);
  await insertTaxes(tx, invoices);
}

async function insertHeaders(tx: TenantTx, list: readonly NewInvoice[]): Promise<void> {
  const amounts = list.map((i) => i.assembled);
  await tx.db.$executeRaw`
    insert into invoice (tenant_id, id, customer_id, subscription_id, invoice_type, currency, kind, schedule_no, boundary_index,
      billing_sequence, billing_reason, period_start, period_end, subtotal_minor, discount_total_minor, tax_total_minor,
      credit_total_minor, total_minor, amount_due_minor, settings_version, run_id, finalize_at)
    select ${tx.tenantId}::uuid, i.id, i.customer_id, i.subscription_id, 'subscription', i.currency, i.kind, i.schedule_no, i.boundary_index,
      i.billing_sequence, 'subscription_' || i.kind, i.period_start, i.period_end, i.subtotal, i.discount, i.tax,
      i.credit, i.total, i.due, i.settings_version, ${tx.runId}::uuid, i.finalize_at
    from unnest(${list.map((i) => i.id)}::uuid[], ${list.map((i) => i.customerId)}::uuid[], ${list.map((i) => i.subscriptionId)}::uuid[],
      ${list.map((i) => i.currency)}::text[], ${list.map((i) => i.kind)}::text[], ${list.map((i) => i.scheduleNo)}::int[],
      ${list.map((i) => i.boundaryIndex)}::int[], ${list.map((i) => i.billingSequence)}::int[],
      ${list.map((i) => toDate(i.periodStart))}::timestamptz[], ${list.map((i) => toDate(i.periodEnd))}::timestamptz[],
      ${amounts.map((a) => a.subtotalMinor)}::bigint[], ${amounts.map((a) => a.discountTotalMinor)}::bigint[],
      ${amounts.map((a) => a.taxTotalMinor)}::bigint[], ${amounts.map((a) => a.creditTotalMinor)}::bigint[],
      ${amounts.map((a) => a.totalMinor)}::bigint[], ${amounts.map((a) => a.amountDueMinor)}::bigint[],
      ${list.map((i) => i.settingsVersion)}::int[], ${list.map((i) => toDate(i.finalizeAt))}::timestamptz[])
    as i (id, customer_id, subscription_id, currency, kind, schedule_no, boundary_index, billing_sequence, period_start, period_end,
      subtotal, discount, tax, credit, total, due, settings_version, finalize_at)`;
}

/** Exact amounts are stored with 30 decimals, far below what could move a rounding. */
const exact = (value: Decimal | null): string | null =>
  value === null ? null : value.toDecimalPlaces(30, Decimal.ROUND_HALF_EVEN).toFixed();

async function insertLines(tx: TenantTx, invoices: readonly NewInvoice[]): Promise<void> {
  const lines = invoices.flatMap((invoice) =>
    invoice.lines.map((line, position) => {
      const amounts = invoice.assembled.lines.find((assembled) => assembled.key === line.rated.sourceKey);
      if (amounts === undefined) throw new Error(`line ${line.rated.sourceKey} was not assembled`);
      return { invoice, position, amounts, ...line };
    }),
  );
  const rated = lines.map((line) => line.rated);
  await tx.db.$executeRaw`
    insert into invoice_line (tenant_id, id, invoice_id, position, source_key, kind, subscription_item_id, price_id, billing_period_id,
      group_key, description, quantity, unit, unit_amount, exact_amount, amount_minor, discount_minor, tax_minor, period_start, period_end,
      ratio_numerator, ratio_denominator, rounding_mode, tiers, steps, inputs, input_hash, event_count)
    select ${tx.tenantId}::uuid, l.id, l.invoice_id, l.position, l.source_key, l.kind, l.item_id, l.price_id, l.period_id,
      l.group_key, l.description, l.quantity::numeric, l.unit, l.unit_amount::numeric, l.exact_amount::numeric, l.amount, l.discount, l.tax,
      l.period_start, l.period_end, l.numerator, l.denominator, l.rounding_mode, l.tiers::jsonb, l.steps::jsonb, l.inputs::jsonb, l.input_hash, l.event_count
    from unnest(${lines.map(() => newId())}::uuid[], ${lines.map((l) => l.invoice.id)}::uuid[], ${lines.map((l) => l.position)}::int[],
      ${rated.map((r) => r.sourceKey)}::text[], ${rated.map((r) => r.kind)}::text[], ${rated.map((r) => r.due.item.itemId)}::uuid[],
      ${rated.map((r) => r.due.item.priceId)}::uuid[], ${lines.map((l) => l.billingPeriodId)}::uuid[], ${rated.map((r) => r.group)}::text[],
      ${rated.map((r) => r.description)}::text[], ${rated.map((r) => exact(r.quantity))}::text[], ${rated.map((r) => r.due.item.unit)}::text[],
      ${rated.map((r) => exact(r.unitAmount))}::text[], ${rated.map((r) => exact(r.exactAmount))}::text[],
      ${lines.map((l) => l.amounts.amountMinor)}::bigint[], ${lines.map((l) => l.amounts.discountMinor)}::bigint[], ${lines.map((l) => l.amounts.taxMinor)}::bigint[],
      ${rated.map((r) => toDate(r.due.start))}::timestamptz[], ${rated.map((r) => toDate(r.due.end))}::timestamptz[],
      ${rated.map((r) => r.due.ratio.numerator)}::bigint[], ${rated.map((r) => r.due.ratio.denominator)}::bigint[],
      ${lines.map((l) => l.invoice.roundingMode)}::text[], ${rated.map((r) => JSON.stringify(r.tiers))}::text[],
      ${rated.map((r) => JSON.stringify(r.steps))}::text[], ${rated.map((r) => JSON.stringify(r.inputs))}::text[],
      ${rated.map((r) => r.inputHash)}::text[], ${rated.map((r) => r.eventCount)}::bigint[])
    as l (id, invoice_id, position, source_key, kind, item_id, price_id, period_id, group_key, description, quantity, unit, unit_amount,
      exact_amount, amount, discount, tax, period_start, period_end, numerator, denominator, rounding_mode, tiers, steps, inputs, input_hash, event_count)`;
}

async function insertTaxes(tx: TenantTx, invoices: readonly NewInvoice[]): Promise<void> {
  const taxes = invoices.flatMap((invoice) =>
    invoice.assembled.taxes.map((tax) => ({ invoiceId: invoice.id, tax })),
  );
  if (taxes.length === 0) return;
  await tx.db.$executeRaw`
    insert into invoice_tax (tenant_id, id, invoice_id, tax_rate_id, name, percentage, inclusive, taxable_minor, amount_minor)
    select ${tx.tenantId}::uuid, t.id, t.invoice_id, t.rate_id, t.name, t.percentage::numeric, t.inclusive, t.taxable, t.amount
    from unnest(${taxes.map(() => newId())}::uuid[], ${taxes.map((t) => t.invoiceId)}::uuid[], ${taxes.map((t) => t.tax.taxRateId)}::uuid[],
      ${taxes.map((t) => t.tax.name)}::text[], ${taxes.map((t) => t.tax.percentage)}::text[], ${taxes.map((t) => t.tax.inclusive)}::bool[],
      ${taxes.map((t) => t.tax.taxableMinor)}::bigint[], ${taxes.map((t) => t.tax.amountMinor)}::bigint[])
    as t (id, invoice_id, rate_id, name, percentage, inclusive, taxable, amount)`;
}
