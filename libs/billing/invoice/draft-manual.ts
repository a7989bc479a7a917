import type { Temporal } from "temporal-polyfill";
import { domainError } from "#libs/core/errors.ts";
import { assembleInvoice } from "#libs/core/invoice/assemble-invoice.ts";
import { assertManualLines, rateManualLine } from "#libs/core/invoice/manual-line.ts";
import { currencyExponent } from "#libs/core/money/currencies.ts";
import { type ObjectRef, refText } from "#libs/core/object-ref.ts";
import { type CustomerRow, findCustomer } from "#libs/data/customers.ts";
import type { TenantTx } from "#libs/data/database.ts";
import type { NewInvoice } from "#libs/data/invoices.ts";
import { findSubscription } from "#libs/data/subscriptions.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { loadManualTaxes, loadNamedCoupons, type WrittenLine } from "./manual-terms.ts";

export type ManualInvoiceInput = {
  readonly customer: ObjectRef;
  /** Which subscription it is about; it claims none of its periods. */
  readonly subscriptionId?: string | undefined;
  readonly invoiceType?: "one_off" | "subscription" | undefined;
  /** Default: the customer's, then the tenant's. */
  readonly currency?: string | undefined;
  readonly lines: readonly WrittenLine[];
  /** Each discounts this invoice, in this order; a holding of the customer's is neither needed nor used up. */
  readonly coupons?: readonly ObjectRef[] | undefined;
  readonly description?: string | undefined;
  readonly billingReason?: string | undefined;
  readonly dueAt?: Temporal.Instant | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly idempotencyKey?: string | undefined;
};

/**
 * Decides a manual invoice: its lines rounded and taxed as every other invoice's. Writes nothing.
 * @param id the invoice's id, or any name for a preview; its lines' keys are made of it
 * @throws DomainError customer_not_found, subscription_not_found, currency_mismatch, currency_unknown, coupon_not_found,
 *   tax_rate_not_found, fields_invalid
 */
export async function draftManual(tx: TenantTx, input: ManualInvoiceInput, id: string): Promise<NewInvoice> {
  const customer = await findCustomer(tx, input.customer);
  if (customer === null)
    throw domainError("customer_not_found", `There is no customer ${refText(input.customer)}.`);
  const { settings, version } = await currentSettings(tx);
  const currency = await currencyOf(tx, input, customer, settings.defaultCurrency);
  const taxes = await loadManualTaxes(tx, customer, input.lines);
  assertManualLines(taxes.lines, currency);
  const lines = taxes.lines.map((line, position) => rateManualLine(line, `manual/${id}/${position}`, tx.now));
  const assembled = assembleInvoice({
    currency,
    roundingMode: settings.roundingMode,
    taxRounding: settings.taxRounding,
    taxStatus: customer.tax_status,
    taxRates: taxes.rates,
    lines: lines.map(({ sourceKey: key, kind, exactAmount }, position) => ({
      ...{ key, kind, exactAmount },
      taxable: taxes.lines[position]?.taxable ?? true,
      taxRateIds: taxes.lines[position]?.taxRateIds ?? customer.tax_rate_ids,
    })),
    discounts: await loadNamedCoupons(tx, input.coupons ?? [], currency),
    credits: [],
  });
  const dated = input.lines.filter((line) => line.periodStart !== undefined);
  const spans = dated.length === 0 ? [] : lines;
  return {
    id,
    customerId: customer.id,
    subscriptionId: input.subscriptionId ?? null,
    invoiceType: input.invoiceType ?? "one_off",
    currency,
    boundary: null,
    billingReason: input.billingReason ?? "manual",
    periodStart: spans.map((line) => line.start).reduce(earlier, null),
    periodEnd: spans.map((line) => line.end).reduce(later, null),
    taxStatus: customer.tax_status,
    settingsVersion: version,
    roundingMode: settings.roundingMode,
    finalizeAt: null,
    dueAt: input.dueAt ?? null,
    description: input.description ?? null,
    idempotencyKey: input.idempotencyKey ?? null,
    metadata: input.metadata ?? {},
    lines,
    assembled,
  };
}

async function currencyOf(
  tx: TenantTx,
  input: ManualInvoiceInput,
  customer: CustomerRow,
  fallback: string,
): Promise<string> {
  const { subscriptionId, currency } = input;
  if (currency !== undefined) currencyExponent(currency);
  if (subscriptionId === undefined) return currency ?? customer.currency ?? fallback;
  const subscription = await findSubscription(tx, subscriptionId);
  if (subscription?.customer_id !== customer.id)
    throw domainError("subscription_not_found", "The customer has no such subscription.");
  if (currency !== undefined && currency !== subscription.currency) {
    throw domainError(
      "currency_mismatch",
      `The subscription is in ${subscription.currency}, the invoice in ${currency}.`,
    );
  }
  return subscription.currency;
}

type Bound = Temporal.Instant | null;

function earlier(a: Bound, b: Temporal.Instant): Bound {
  return a === null || b.epochMilliseconds < a.epochMilliseconds ? b : a;
}

function later(a: Bound, b: Temporal.Instant): Bound {
  return a === null || b.epochMilliseconds > a.epochMilliseconds ? b : a;
}
