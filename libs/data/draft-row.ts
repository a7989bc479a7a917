import { Decimal } from "#libs/core/money/decimal.ts";
import type { BillableCustomer } from "./billable-subscriptions.ts";
import { toDate, toDateText } from "./database.ts";
import type { DraftInvoiceRow, DraftLineRow } from "./invoice-finalization.ts";
import { type NewInvoice, storedExact } from "./invoices.ts";

/** Who is billed, and in whose time zone. */
export type DraftParty = { readonly customer: BillableCustomer; readonly timezone: string | null };

/**
 * A draft that was written in this transaction, as `lockDraftInvoices` would read it back: amounts cut to the columns' scales, instants
 * as they are stored, and the customer as it was read when the draft was decided.
 */
export function draftRow(invoice: NewInvoice, { customer, timezone }: DraftParty): DraftInvoiceRow {
  const { assembled, boundary } = invoice;
  return {
    id: invoice.id,
    invoice_type: invoice.invoiceType,
    currency: invoice.currency,
    customer_id: invoice.customerId,
    subscription_id: invoice.subscriptionId,
    billing_sequence: boundary?.billingSequence ?? null,
    period_start: invoice.periodStart === null ? null : toDate(invoice.periodStart),
    period_end: invoice.periodEnd === null ? null : toDate(invoice.periodEnd),
    subtotal_minor: assembled.subtotalMinor,
    discount_total_minor: assembled.discountTotalMinor,
    tax_total_minor: assembled.taxTotalMinor,
    credit_total_minor: assembled.creditTotalMinor,
    total_minor: assembled.totalMinor,
    amount_due_minor: assembled.amountDueMinor,
    timezone,
    settlement: null,
    corrects: null,
    description: invoice.description ?? null,
    customer: {
      external_id: customer.externalId,
      name: customer.name,
      email: customer.email,
      billing_address: customer.address,
      tax_ids: customer.taxIds,
      tax_status: invoice.taxStatus ?? customer.taxStatus,
      locale: customer.locale,
      timezone: customer.timezone,
      invoice_number_prefix: customer.invoiceNumberPrefix,
      payment_terms_days: customer.paymentTermsDays,
    },
    lines: draftLineRows(invoice),
    taxes: assembled.taxes.map((tax) => ({
      name: tax.name,
      percentage: stored(new Decimal(tax.percentage), 12),
      inclusive: tax.inclusive,
      taxable_minor: `${tax.taxableMinor}`,
      amount_minor: `${tax.amountMinor}`,
    })),
    discounts: assembled.discounts
      .filter(({ amountMinor }) => amountMinor !== 0n)
      .map(({ name, amountMinor }) => ({ name, amount_minor: `${amountMinor}` })),
  };
}

function draftLineRows({ lines, assembled }: NewInvoice): DraftLineRow[] {
  const amountsOf = new Map(assembled.lines.map((line) => [line.key, line]));
  return lines.map((line) => {
    const amounts = amountsOf.get(line.sourceKey);
    if (amounts === undefined || line.id === undefined)
      throw new Error(`line ${line.sourceKey} is not written`);
    return {
      id: line.id,
      kind: line.kind,
      description: line.description,
      group_key: line.group,
      quantity: stored(line.quantity, 12),
      unit: line.unit,
      unit_amount: line.unitAmount === null ? null : stored(line.unitAmount, 30),
      exact_amount: stored(line.exactAmount, 30),
      amount_minor: `${amounts.amountMinor}`,
      discount_minor: `${amounts.discountMinor}`,
      tax_minor: `${amounts.taxMinor}`,
      period_start: toDateText(line.start),
      period_end: toDateText(line.end),
      ratio_numerator: `${line.ratio.numerator}`,
      ratio_denominator: `${line.ratio.denominator}`,
      tiers: line.tiers,
      steps: line.steps,
      input_hash: line.inputHash,
    };
  });
}

/** As it is written, 30 decimals at most (`storedExact`), and then as a column rounds, half away from zero. */
function stored(value: Decimal, scale: number): string {
  const written = storedExact(value);
  return (
    written.decimalPlaces() <= scale ? written : written.toDecimalPlaces(scale, Decimal.ROUND_HALF_UP)
  ).toFixed();
}
