import { z } from "zod";
import { Decimal, formatDecimal } from "#libs/core/money/decimal.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { roundDecimal, roundToMinor } from "#libs/core/money/rounding.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { AgingRow, CollectionRow, RevenueRow, StatementRow } from "#libs/data/report-reads.ts";
import { type Anomaly, anomalyKinds } from "../report/read-anomalies.ts";
import type { MrrReport } from "../report/read-mrr.ts";
import type { SeriesReport } from "../report/read-numbering.ts";
import { nullableTimestamp } from "./wire-values.ts";

const amount = z.string().describe("Major units of the currency beside it");
const period = z.string().describe("A month such as 2026-03, or a day such as 2026-03-09");

export const revenueRowWire = z
  .object({
    period,
    currency: z.string(),
    invoiced: amount.describe("Without tax, after discounts"),
    voided: amount.describe("Zero or below"),
    credit_notes: amount.describe("Zero or below"),
    other: amount.describe("Credit given away (below zero), credit that expired, and the like"),
    revenue: amount.describe("The sum of the four"),
    tax: amount,
  })
  .meta({ id: "RevenueRow" });

export function presentRevenue(row: RevenueRow): z.infer<typeof revenueRowWire> {
  const { currency } = row;
  const show = (minor: bigint) => formatMoney({ minor, currency });
  return {
    period: row.period,
    currency,
    invoiced: show(row.invoiced_minor),
    voided: show(row.voided_minor),
    credit_notes: show(row.credit_notes_minor),
    other: show(row.other_minor),
    revenue: show(row.revenue_minor),
    tax: show(row.tax_minor),
  };
}

export const collectionRowWire = z
  .object({
    period,
    currency: z.string(),
    invoiced: amount.describe("What customers came to owe by invoices, less voids"),
    collected: amount,
    paid_back: amount.describe("Refunds, disputes"),
    written_off: amount,
    outstanding: amount.describe("What customers owe when the period ends"),
    collected_percent: z
      .string()
      .nullable()
      .describe("collected of invoiced, two decimals, half up; null when nothing was invoiced"),
  })
  .meta({ id: "CollectionRow" });

export function presentCollection(row: CollectionRow): z.infer<typeof collectionRowWire> {
  const { currency } = row;
  const show = (minor: bigint) => formatMoney({ minor, currency });
  const share =
    row.invoiced_minor > 0n
      ? new Decimal(`${row.collected_minor}`).times(100).div(`${row.invoiced_minor}`)
      : null;
  return {
    period: row.period,
    currency,
    invoiced: show(row.invoiced_minor),
    collected: show(row.collected_minor),
    paid_back: show(row.paid_back_minor),
    written_off: show(row.written_off_minor),
    outstanding: show(row.outstanding_minor),
    collected_percent: share === null ? null : formatDecimal(roundDecimal(share, 2, "half_up")),
  };
}

export const agingRowWire = z
  .object({
    customer_id: z.string(),
    external_id: z.string().nullable(),
    name: z.string(),
    currency: z.string(),
    not_due: amount,
    days_1_to_30: amount.describe("Overdue by up to 30 days; a day that has begun counts"),
    days_31_to_60: amount,
    days_61_to_90: amount,
    days_over_90: amount,
    total: amount,
  })
  .meta({ id: "AgingRow" });

export function presentAging(row: AgingRow): z.infer<typeof agingRowWire> {
  const { currency } = row;
  const show = (minor: bigint) => formatMoney({ minor, currency });
  return {
    customer_id: publicId("customer", row.customer_id),
    external_id: row.external_id,
    name: row.name,
    currency,
    not_due: show(row.not_due_minor),
    days_1_to_30: show(row.days_1_to_30_minor),
    days_31_to_60: show(row.days_31_to_60_minor),
    days_61_to_90: show(row.days_61_to_90_minor),
    days_over_90: show(row.days_over_90_minor),
    total: show(row.total_minor),
  };
}

export const statementRowWire = z
  .object({
    currency: z.string(),
    ledger_entry_id: z.string().nullable().describe("Null: nothing changed in this currency"),
    kind: z.string().nullable().describe("What happened, such as invoice.finalized"),
    number: z.string().nullable().describe("Of the invoice or credit note"),
    occurred_at: z.iso.datetime().nullable(),
    opening: amount.describe("What the customer owed in this currency before the first entry"),
    charged: amount,
    credited: amount.describe("Payments, credit notes, voids, credit used"),
    balance: amount.describe("What the customer owes after the entry"),
  })
  .meta({ id: "StatementRow" });

export function presentStatement(row: StatementRow): z.infer<typeof statementRowWire> {
  const { currency } = row;
  const show = (minor: bigint) => formatMoney({ minor, currency });
  return {
    currency,
    ledger_entry_id: row.entry_id === null ? null : publicId("ledger_transaction", row.entry_id),
    kind: row.kind,
    number: row.number,
    occurred_at: nullableTimestamp(row.occurred_at),
    opening: show(row.opening_minor),
    charged: show(row.debit_minor),
    credited: show(row.credit_minor),
    balance: show(row.balance_minor),
  };
}

export const mrrRowWire = z
  .object({
    currency: z.string(),
    opening: amount.describe("Monthly recurring revenue at `since`"),
    added: amount.describe("Of customers that paid nothing then"),
    expanded: amount,
    contracted: amount.describe("Zero or below"),
    churned: amount.describe("Of customers that pay nothing now; zero or below"),
    mrr: amount.describe("At `as_of`"),
    arr: amount.describe("Twelve times that"),
    customers: z.int().describe("Paying at `as_of`"),
    subscriptions: z.int(),
    average: amount.describe("mrr by customer"),
  })
  .meta({ id: "MrrRow" });

/** Rounded half up once each; `mrr` is rounded from the exact sum, so the parts may miss it by a minor unit. */
export function presentMrr(report: MrrReport): z.infer<typeof mrrRowWire> {
  const { currency, movement } = report;
  const show = (exact: Decimal) => {
    return formatMoney({ minor: roundToMinor(exact, currency, "half_up"), currency });
  };
  return {
    currency,
    opening: show(movement.opening),
    added: show(movement.added),
    expanded: show(movement.expanded),
    contracted: show(movement.contracted),
    churned: show(movement.churned),
    mrr: show(movement.closing),
    arr: show(movement.closing.times(12)),
    customers: report.customers,
    subscriptions: report.subscriptions,
    average: show(report.customers === 0 ? movement.closing : movement.closing.div(report.customers)),
  };
}

export const numberingRowWire = z
  .object({
    document: z.enum(["invoice", "credit_note"]),
    template: z.string(),
    prefix: z.string().describe("What stands before the count"),
    period: z
      .string()
      .nullable()
      .describe("Of the issue date, which the count is of; null: it never starts anew"),
    first_number: z.string(),
    last_number: z.string(),
    given: z.int().describe("How many numbers were given; those before first_number were imported"),
    held: z.int().describe("Documents that have one of these numbers; void ones keep theirs"),
    voided: z.int(),
    missing_count: z.int(),
    missing: z
      .array(z.string())
      .describe("Numbers that no document has, up to 100, ranges as `INV-00003..INV-00007`"),
    out_of_order: z
      .array(z.string())
      .describe("Numbers issued before a lower one, or that the counter never gave; up to 100"),
    complete: z.boolean().describe("Nothing is missing or out of order, as it must be"),
    last_issued_at: z.iso.datetime(),
  })
  .meta({ id: "NumberingRow" });

export function presentNumbering(report: SeriesReport): z.infer<typeof numberingRowWire> {
  const { series, row } = report;
  return {
    document: series.document,
    template: series.template.source,
    prefix: series.prefix,
    period: series.resetPeriod === "all" ? null : series.resetPeriod,
    first_number: report.firstNumber,
    last_number: report.lastNumber,
    given: Number(row.last_number - row.imported_to),
    held: Number(row.held),
    voided: Number(row.voided),
    missing_count: Number(row.missing_count),
    missing: [...report.missing],
    out_of_order: [...row.out_of_order],
    complete: row.missing_count === 0n && row.out_of_order.length === 0,
    last_issued_at: row.last_issued_at.toISOString(),
  };
}

export const anomalyRowWire = z
  .object({
    kind: z.enum(anomalyKinds),
    customer_id: z.string().nullable(),
    external_id: z.string().nullable().describe("Of the customer, or the reference that the events name"),
    subscription_id: z.string().nullable(),
    invoice_id: z.string().nullable(),
    number: z.string().nullable().describe("Of the invoice; null: a draft, or none"),
    meter: z.string().nullable().describe("Its code, or the type that unresolved events were sent with"),
    currency: z.string().nullable(),
    found: z.string().describe("An amount before tax in major units, or a number of events"),
    expected_low: z.string().nullable(),
    expected_high: z.string().nullable(),
    based_on: z
      .array(z.string())
      .describe("Numbers of the invoices that this was expected from, the latest first"),
    detail: z.string(),
  })
  .meta({ id: "AnomalyRow" });

export function presentAnomaly(anomaly: Anomaly): z.infer<typeof anomalyRowWire> {
  const { customerId, subscriptionId, invoiceId } = anomaly;
  return {
    kind: anomaly.kind,
    customer_id: customerId === null ? null : publicId("customer", customerId),
    external_id: anomaly.customerRef,
    subscription_id: subscriptionId === null ? null : publicId("subscription", subscriptionId),
    invoice_id: invoiceId === null ? null : publicId("invoice", invoiceId),
    number: anomaly.number,
    meter: anomaly.meter,
    currency: anomaly.currency,
    found: anomaly.found,
    expected_low: anomaly.expectedLow,
    expected_high: anomaly.expectedHigh,
    based_on: [...anomaly.basedOn],
    detail: anomaly.detail,
  };
}
