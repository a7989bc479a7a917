import type { Temporal } from "temporal-polyfill";
import type { Settlement } from "#libs/core/credit-note/decide-credit-note.ts";
import type { AssembledInvoice } from "#libs/core/invoice/assemble-invoice.ts";
import type { NewLine } from "#libs/core/invoice/new-line.ts";
import type { TaxStatus } from "#libs/core/invoice/tax-notices.ts";
import { Decimal } from "#libs/core/money/decimal.ts";
import { Prisma } from "#prisma/generated/client.ts";
import { arrayLiteral } from "./array-literal.ts";
import { toDateText, type TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";

/** What of an invoice belongs to a boundary of a subscription; manual invoices have none of it. */
export type InvoiceBoundary = {
  readonly kind: "start" | "cycle" | "change" | "final" | "late";
  readonly scheduleNo: number;
  readonly boundaryIndex: number;
  readonly billingSequence: number;
};

/** A draft to be written: header facts, its lines, and the totals they were assembled to. */
export type NewInvoice = {
  readonly id: string;
  readonly customerId: string;
  readonly subscriptionId: string | null;
  readonly invoiceType: "subscription" | "one_off" | "credit";
  readonly currency: string;
  readonly boundary: InvoiceBoundary | null;
  readonly billingReason: string;
  readonly periodStart: Temporal.Instant | null;
  readonly periodEnd: Temporal.Instant | null;
  readonly settingsVersion: number;
  readonly roundingMode: string;
  /** Null: it stays a draft until it is finalized by hand. */
  readonly finalizeAt: Temporal.Instant | null;
  /** Null: the payment terms say, when it is issued. */
  readonly dueAt?: Temporal.Instant | null;
  readonly description?: string | null;
  readonly idempotencyKey?: string | null;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly replacesInvoiceId?: string | null;
  /** The customer's when it was taxed: what is printed about its taxes follows it. Unset: as the invoice that it corrects. */
  readonly taxStatus?: TaxStatus;
  /** The period of the subscription in whose use of coupons it takes part; null, unset: a use of its own. */
  readonly couponPeriodAt?: Temporal.Instant | null;
  /** Of a credit note: the invoice that it corrects. */
  readonly corrects?: { readonly invoiceId: string; readonly settlement: Settlement };
  readonly lines: readonly NewLine[];
  readonly assembled: AssembledInvoice;
};

/** Writes drafts with their lines, taxes and discounts: four statements at most, however many. */
export async function insertDraftInvoices(tx: TenantTx, invoices: readonly NewInvoice[]): Promise<void> {
  if (invoices.length === 0) return;
  await tx.db.$executeRaw(draftHeaders(tx, invoices));
  await insertDraftParts(tx, invoices);
}

/** Writes the lines, taxes and discounts of drafts whose headers are written: three statements at most. */
export async function insertDraftParts(tx: TenantTx, invoices: readonly NewInvoice[]): Promise<void> {
  if (invoices.length === 0) return;
  await insertLines(tx, invoices);
  await insertTaxes(tx, invoices);
  await insertDiscounts(tx, invoices);
}

/** Writes a draft anew: its totals, and all its lines and taxes in place of those it had. What names it stays. */
export async function rewriteDraftInvoice(tx: TenantTx, invoice: NewInvoice): Promise<void> {
  const { id, assembled: a } = invoice;
  for (const table of ["invoice_line", "invoice_tax", "invoice_discount"]) {
    await tx.db.$executeRaw`
      delete from ${Prisma.raw(table)} where tenant_id = ${tx.tenantId}::uuid and invoice_id = ${id}::uuid`;
  }
  await tx.db.$executeRaw`
    update invoice set subtotal_minor = ${a.subtotalMinor}, discount_total_minor = ${a.discountTotalMinor}, tax_total_minor = ${a.taxTotalMinor},
      credit_total_minor = ${a.creditTotalMinor}, total_minor = ${a.totalMinor}, amount_due_minor = ${a.amountDueMinor},
      settings_version = ${invoice.settingsVersion}, tax_status = ${invoice.taxStatus ?? null}::text, description = ${invoice.description ?? null}::text,
      due_at = ${nullableDate(invoice.dueAt)}::timestamptz, metadata = ${JSON.stringify(invoice.metadata ?? {})}::jsonb,
      period_start = ${nullableDate(invoice.periodStart)}::timestamptz, period_end = ${nullableDate(invoice.periodEnd)}::timestamptz
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid and invoice_status = 'draft'`;
  await insertLines(tx, [invoice]);
  await insertTaxes(tx, [invoice]);
  await insertDiscounts(tx, [invoice]);
}

/** The statement that writes the headers of drafts. @param which of them, by a condition on `i.id`; unset: all */
export function draftHeaders(
  tx: TenantTx,
  list: readonly NewInvoice[],
  which = Prisma.sql`true`,
): Prisma.Sql {
  const amounts = list.map((i) => i.assembled);
  const boundaries = list.map((i) => i.boundary);
  return Prisma.sql`
    insert into invoice (tenant_id, id, customer_id, subscription_id, invoice_type, currency, kind, schedule_no, boundary_index,
      billing_sequence, billing_reason, period_start, period_end, subtotal_minor, discount_total_minor, tax_total_minor,
      credit_total_minor, total_minor, amount_due_minor, settings_version, run_id, finalize_at, due_at, description, idempotency_key,
      metadata, replaces_invoice_id, corrects_invoice_id, settlement, tax_status)
    select ${tx.tenantId}::uuid, i.id, i.customer_id, i.subscription_id, i.invoice_type, i.currency, i.kind, i.schedule_no, i.boundary_index,
      i.billing_sequence, i.billing_reason, i.period_start, i.period_end, i.subtotal, i.discount, i.tax,
      i.credit, i.total, i.due, i.settings_version, ${tx.runId}::uuid, i.finalize_at, i.due_at, i.description, i.idempotency_key,
      i.metadata::jsonb, i.replaces_id, i.corrects_id, i.settlement, i.tax_status
    from unnest(${arrayLiteral(list.map((i) => i.id))}::uuid[], ${arrayLiteral(list.map((i) => i.customerId))}::uuid[], ${arrayLiteral(list.map((i) => i.subscriptionId))}::uuid[],
      ${arrayLiteral(list.map((i) => i.invoiceType))}::text[], ${arrayLiteral(list.map((i) => i.currency))}::text[], ${arrayLiteral(boundaries.map((b) => b?.kind ?? null))}::text[],
      ${arrayLiteral(boundaries.map((b) => b?.scheduleNo ?? null))}::int[], ${arrayLiteral(boundaries.map((b) => b?.boundaryIndex ?? null))}::int[],
      ${arrayLiteral(boundaries.map((b) => b?.billingSequence ?? null))}::int[], ${arrayLiteral(list.map((i) => i.billingReason))}::text[],
      ${arrayLiteral(list.map((i) => nullableDate(i.periodStart)))}::timestamptz[], ${arrayLiteral(list.map((i) => nullableDate(i.periodEnd)))}::timestamptz[],
      ${arrayLiteral(amounts.map((a) => a.subtotalMinor))}::bigint[], ${arrayLiteral(amounts.map((a) => a.discountTotalMinor))}::bigint[],
      ${arrayLiteral(amounts.map((a) => a.taxTotalMinor))}::bigint[], ${arrayLiteral(amounts.map((a) => a.creditTotalMinor))}::bigint[],
      ${arrayLiteral(amounts.map((a) => a.totalMinor))}::bigint[], ${arrayLiteral(amounts.map((a) => a.amountDueMinor))}::bigint[],
      ${arrayLiteral(list.map((i) => i.settingsVersion))}::int[], ${arrayLiteral(list.map((i) => nullableDate(i.finalizeAt)))}::timestamptz[],
      ${arrayLiteral(list.map((i) => nullableDate(i.dueAt)))}::timestamptz[], ${arrayLiteral(list.map((i) => i.description ?? null))}::text[],
      ${arrayLiteral(list.map((i) => i.idempotencyKey ?? null))}::text[], ${arrayLiteral(list.map((i) => JSON.stringify(i.metadata ?? {})))}::text[],
      ${arrayLiteral(list.map((i) => i.replacesInvoiceId ?? null))}::uuid[], ${arrayLiteral(list.map((i) => i.corrects?.invoiceId ?? null))}::uuid[],
      ${arrayLiteral(list.map((i) => i.corrects?.settlement ?? null))}::text[], ${arrayLiteral(list.map((i) => i.taxStatus ?? null))}::text[])
    as i (id, customer_id, subscription_id, invoice_type, currency, kind, schedule_no, boundary_index, billing_sequence, billing_reason,
      period_start, period_end, subtotal, discount, tax, credit, total, due, settings_version, finalize_at, due_at, description,
      idempotency_key, metadata, replaces_id, corrects_id, settlement, tax_status)
    where ${which}`;
}

function nullableDate(instant: Temporal.Instant | null | undefined): string | null {
  return instant === null || instant === undefined ? null : toDateText(instant);
}

/** Exact amounts are stored with 30 decimals, far below what could move a rounding. */
export function storedExact(value: Decimal): Decimal {
  return value.decimalPlaces() <= 30 ? value : value.toDecimalPlaces(30, Decimal.ROUND_HALF_EVEN);
}

const exact = (value: Decimal | null): string | null =>
  value === null ? null : storedExact(value).toFixed();

async function insertLines(tx: TenantTx, invoices: readonly NewInvoice[]): Promise<void> {
  const rows = invoices.flatMap((invoice) => {
    const amountsOf = new Map(invoice.assembled.lines.map((assembled) => [assembled.key, assembled]));
    return invoice.lines.map((line, position) => {
      const amounts = amountsOf.get(line.sourceKey);
      if (amounts === undefined) throw new Error(`line ${line.sourceKey} was not assembled`);
      return { invoice, position, amounts, line };
    });
  });
  const lines = rows.map((row) => row.line);
  await tx.db.$executeRaw`
    insert into invoice_line (tenant_id, id, invoice_id, position, source_key, kind, subscription_item_id, price_id, billing_period_id,
      corrects_line_id, group_key, description, quantity, unit, unit_amount, exact_amount, amount_minor, discount_minor, tax_minor, taxes, tax_behavior, period_start, period_end,
      ratio_numerator, ratio_denominator, rounding_mode, tiers, steps, inputs, input_hash, event_count)
    select ${tx.tenantId}::uuid, l.id, l.invoice_id, l.position, l.source_key, l.kind, l.item_id, l.price_id, l.period_id, l.corrects_id,
      l.group_key, l.description, l.quantity::numeric, l.unit, l.unit_amount::numeric, l.exact_amount::numeric, l.amount, l.discount, l.tax, l.taxes::jsonb, l.tax_behavior,
      l.period_start, l.period_end, l.numerator, l.denominator, l.rounding_mode, l.tiers::jsonb, l.steps::jsonb, l.inputs::jsonb, l.input_hash, l.event_count
    from unnest(${arrayLiteral(rows.map((r) => r.line.id ?? newId()))}::uuid[], ${arrayLiteral(rows.map((r) => r.invoice.id))}::uuid[], ${arrayLiteral(rows.map((r) => r.position))}::int[],
      ${arrayLiteral(lines.map((l) => l.sourceKey))}::text[], ${arrayLiteral(lines.map((l) => l.kind))}::text[], ${arrayLiteral(lines.map((l) => l.itemId))}::uuid[],
      ${arrayLiteral(lines.map((l) => l.priceId))}::uuid[], ${arrayLiteral(lines.map((l) => l.billingPeriodId))}::uuid[], ${arrayLiteral(lines.map((l) => l.correctsLineId ?? null))}::uuid[], ${arrayLiteral(lines.map((l) => l.group))}::text[],
      ${arrayLiteral(lines.map((l) => l.description))}::text[], ${arrayLiteral(lines.map((l) => exact(l.quantity)))}::text[], ${arrayLiteral(lines.map((l) => l.unit))}::text[],
      ${arrayLiteral(lines.map((l) => exact(l.unitAmount)))}::text[], ${arrayLiteral(lines.map((l) => exact(l.exactAmount)))}::text[],
      ${arrayLiteral(rows.map((r) => r.amounts.amountMinor))}::bigint[], ${arrayLiteral(rows.map((r) => r.amounts.discountMinor))}::bigint[], ${arrayLiteral(rows.map((r) => r.amounts.taxMinor))}::bigint[],
      ${arrayLiteral(rows.map((r) => JSON.stringify(Object.fromEntries(r.amounts.taxes.map((tax) => [tax.taxRateId, `${tax.amountMinor}`])))))}::text[],
      ${arrayLiteral(rows.map((r) => r.amounts.taxBehavior ?? null))}::text[],
      ${arrayLiteral(lines.map((l) => toDateText(l.start)))}::timestamptz[], ${arrayLiteral(lines.map((l) => toDateText(l.end)))}::timestamptz[],
      ${arrayLiteral(lines.map((l) => l.ratio.numerator))}::bigint[], ${arrayLiteral(lines.map((l) => l.ratio.denominator))}::bigint[],
      ${arrayLiteral(rows.map((r) => r.invoice.roundingMode))}::text[], ${arrayLiteral(lines.map((l) => JSON.stringify(l.tiers)))}::text[],
      ${arrayLiteral(lines.map((l) => JSON.stringify(l.steps)))}::text[], ${arrayLiteral(lines.map((l) => JSON.stringify(l.inputs)))}::text[],
      ${arrayLiteral(lines.map((l) => l.inputHash))}::text[], ${arrayLiteral(lines.map((l) => l.eventCount))}::bigint[])
    as l (id, invoice_id, position, source_key, kind, item_id, price_id, period_id, corrects_id, group_key, description, quantity, unit, unit_amount,
      exact_amount, amount, discount, tax, taxes, tax_behavior, period_start, period_end, numerator, denominator, rounding_mode, tiers, steps, inputs, input_hash, event_count)`;
}

async function insertTaxes(tx: TenantTx, invoices: readonly NewInvoice[]): Promise<void> {
  const taxes = invoices.flatMap((invoice) =>
    invoice.assembled.taxes.map((tax) => ({ invoiceId: invoice.id, tax })),
  );
  if (taxes.length === 0) return;
  await tx.db.$executeRaw`
    insert into invoice_tax (tenant_id, id, invoice_id, tax_rate_id, name, percentage, inclusive, taxable_minor, amount_minor)
    select ${tx.tenantId}::uuid, t.id, t.invoice_id, t.rate_id, t.name, t.percentage::numeric, t.inclusive, t.taxable, t.amount
    from unnest(${arrayLiteral(taxes.map(() => newId()))}::uuid[], ${arrayLiteral(taxes.map((t) => t.invoiceId))}::uuid[], ${arrayLiteral(taxes.map((t) => t.tax.taxRateId))}::uuid[],
      ${arrayLiteral(taxes.map((t) => t.tax.name))}::text[], ${arrayLiteral(taxes.map((t) => t.tax.percentage))}::text[], ${arrayLiteral(taxes.map((t) => t.tax.inclusive))}::bool[],
      ${arrayLiteral(taxes.map((t) => t.tax.taxableMinor))}::bigint[], ${arrayLiteral(taxes.map((t) => t.tax.amountMinor))}::bigint[])
    as t (id, invoice_id, rate_id, name, percentage, inclusive, taxable, amount)`;
}

/**
 * The id of a discount is that of the coupon's holding; on a manual invoice, that of the coupon, which was named for it and
 * uses no holding. What a credit note takes back uses neither.
 */
async function insertDiscounts(tx: TenantTx, invoices: readonly NewInvoice[]): Promise<void> {
  const discounts = invoices.flatMap((invoice) =>
    invoice.assembled.discounts.map(({ id, name, amountMinor }) => ({
      ...{ invoiceId: invoice.id, heldId: invoice.boundary === null ? null : id, name, amountMinor },
      couponId: invoice.boundary === null && invoice.corrects === undefined ? id : null,
      periodAt: nullableDate(invoice.couponPeriodAt),
    })),
  );
  if (discounts.length === 0) return;
  await tx.db.$executeRaw`
    insert into invoice_discount (tenant_id, id, invoice_id, customer_coupon_id, name, amount_minor, coupon_id, period_at)
    select ${tx.tenantId}::uuid, d.* from unnest(${arrayLiteral(discounts.map(() => newId()))}::uuid[], ${arrayLiteral(discounts.map((d) => d.invoiceId))}::uuid[],
      ${arrayLiteral(discounts.map((d) => d.heldId))}::uuid[], ${arrayLiteral(discounts.map((d) => d.name))}::text[], ${arrayLiteral(discounts.map((d) => d.amountMinor))}::bigint[],
      ${arrayLiteral(discounts.map((d) => d.couponId))}::uuid[], ${arrayLiteral(discounts.map((d) => d.periodAt))}::timestamptz[]) as d`;
}
