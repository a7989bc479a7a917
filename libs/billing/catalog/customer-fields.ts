import { longestPaymentTermsDays } from "#libs/core/settings.ts";
import { assertNoPlaces, placesOf } from "#libs/core/assert-places.ts";
import { assertTimezone } from "#libs/core/calendar/timezone.ts";
import { domainError, type ErrorPlace } from "#libs/core/errors.ts";
import { assertLocale } from "#libs/core/locale.ts";
import { assertCurrencyForNew } from "#libs/core/money/currencies.ts";
import { type ObjectRef, refText } from "#libs/core/object-ref.ts";
import { assertExternalId } from "#libs/core/public-id.ts";
import type { CustomerFields, CustomerRow } from "#libs/data/customers.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findTaxRates } from "#libs/data/tax-rates.ts";
import { nextCustomerRun } from "./next-customer-run.ts";

const numberPrefix = /^[A-Za-z0-9][A-Za-z0-9-]{0,19}$/;

/** Fields of a customer as they are stored: checked, in their usual spelling, tax rates resolved. What is as `before` may stay so. */
export async function customerFields(
  tx: TenantTx,
  fields: Omit<CustomerFields, "taxRateIds" | "scheduleNextRunAt">,
  taxRates: readonly ObjectRef[],
  before: CustomerRow | null,
): Promise<CustomerFields> {
  const { externalId, currency, timezone, locale, paymentTermsDays, invoiceNumberPrefix } = fields;
  assertNoPlaces([
    ...(fields.name.trim() === ""
      ? [{ path: "name", code: "text_empty", message: "must not be empty" }]
      : []),
    ...(externalId === null ? [] : placesOf("external_id", () => assertExternalId(externalId))),
    ...(currency === null || currency === before?.currency
      ? []
      : placesOf("currency", () => assertCurrencyForNew(currency))),
    ...(timezone === null ? [] : placesOf("timezone", () => assertTimezone(timezone))),
    ...(locale === null ? [] : placesOf("locale", () => assertLocale(locale))),
    ...paymentTermsPlaces(paymentTermsDays),
    ...prefixPlaces(invoiceNumberPrefix),
  ]);
  return {
    ...fields,
    timezone: timezone === null ? null : assertTimezone(timezone),
    locale: locale === null ? null : assertLocale(locale),
    scheduleNextRunAt: nextCustomerRun(fields.schedule, before),
    taxRateIds: await resolveTaxRates(tx, taxRates),
  };
}

/** Faults of payment terms in days: a whole number from 0 to 365. */
export function paymentTermsPlaces(days: number | null): ErrorPlace[] {
  if (days === null || (Number.isInteger(days) && days >= 0 && days <= longestPaymentTermsDays)) return [];
  const message = `must be a whole number from 0 to ${longestPaymentTermsDays}, got ${days}`;
  return [{ path: "payment_terms_days", code: "out_of_range", message }];
}

function prefixPlaces(prefix: string | null): ErrorPlace[] {
  if (prefix === null || numberPrefix.test(prefix)) return [];
  const message = `must be 1 to 20 letters, digits or "-", not beginning with "-"; got ${JSON.stringify(prefix)}`;
  return [{ path: "invoice_number_prefix", code: "text_invalid", message }];
}

async function resolveTaxRates(tx: TenantTx, refs: readonly ObjectRef[]): Promise<string[]> {
  if (refs.length === 0) return [];
  const rows = await findTaxRates(tx, refs);
  const ids = refs.map((ref, index) => {
    const row = rows.find((rate) => ("id" in ref ? rate.id === ref.id : rate.code === ref.code));
    if (row !== undefined) return row.id;
    const message = `there is no tax rate ${refText(ref)}; create it first`;
    throw domainError("tax_rate_not_found", message, {
      errors: [{ path: `tax_rate_ids.${index}`, code: "tax_rate_not_found", message }],
    });
  });
  const twice = ids.findIndex((id, index) => ids.indexOf(id) !== index);
  if (twice >= 0) {
    const message = "names a tax rate that stands before it; each may apply once";
    assertNoPlaces([{ path: `tax_rate_ids.${twice}`, code: "duplicate", message }]);
  }
  return ids;
}
