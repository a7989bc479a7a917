import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { domainError } from "#libs/core/errors.ts";
import type { Discount } from "#libs/core/invoice/assemble-invoice.ts";
import type { ManualLine } from "#libs/core/invoice/manual-line.ts";
import type { TaxRate } from "#libs/core/invoice/tax-lines.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { type ObjectRef, refText } from "#libs/core/object-ref.ts";
import { findCoupon } from "#libs/data/coupons.ts";
import type { CustomerRow } from "#libs/data/customers.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findTaxRates, type TaxRateRow } from "#libs/data/tax-rates.ts";

/** A line as a person writes it, who names tax rates as they like. */
export type WrittenLine = ManualLine & { readonly taxRates?: readonly ObjectRef[] | undefined };

/**
 * The lines with the ids of the rates that they name, and all rates of the invoice: the customer's in their order, then
 * those that only lines name.
 * @throws DomainError tax_rate_not_found, fields_invalid when a line names one twice
 */
export async function loadManualTaxes(
  tx: TenantTx,
  customer: CustomerRow,
  lines: readonly WrittenLine[],
): Promise<{ readonly lines: readonly ManualLine[]; readonly rates: readonly TaxRate[] }> {
  const named = lines.flatMap((line) => [...(line.taxRates ?? []), ...(line.taxRateIds ?? []).map(idRef)]);
  const found = await findTaxRates(tx, [...customer.tax_rate_ids.map(idRef), ...named]);
  const resolved = lines.map(({ taxRates, ...line }, position): ManualLine => {
    if (taxRates === undefined) return line;
    return { ...line, taxRateIds: idsOf(taxRates, found, `lines.${position}.tax_rates`) };
  });
  const ids = new Set([...customer.tax_rate_ids, ...resolved.flatMap((line) => line.taxRateIds ?? [])]);
  return { lines: resolved, rates: [...ids].flatMap((id) => found.filter((rate) => rate.id === id)) };
}

const idRef = (id: string): ObjectRef => ({ id });

function idsOf(refs: readonly ObjectRef[], found: readonly TaxRateRow[], path: string): string[] {
  const ids = refs.map((ref, index) => {
    const rate = found.find((each) => ("id" in ref ? each.id === ref.id : each.code === ref.code));
    if (rate !== undefined) return rate.id;
    const message = `there is no tax rate ${refText(ref)}; create it first`;
    throw domainError("tax_rate_not_found", message, {
      errors: [{ path: `${path}.${index}`, code: "tax_rate_not_found", message }],
    });
  });
  assertOnce(ids, path);
  return ids;
}

/**
 * Coupons as discounts of one invoice, in the order in which they are named.
 * @throws DomainError coupon_not_found, currency_mismatch, fields_invalid for one that stands twice or is made for prices
 */
export async function loadNamedCoupons(
  tx: TenantTx,
  refs: readonly ObjectRef[],
  currency: string,
): Promise<Discount[]> {
  const discounts: Discount[] = [];
  for (const [index, ref] of refs.entries()) {
    const coupon = await findCoupon(tx, ref);
    const path = `coupons.${index}`;
    if (coupon === null || coupon.archived_at !== null) {
      const message = `there is no coupon ${refText(ref)}`;
      throw domainError("coupon_not_found", message, {
        errors: [{ path, code: "coupon_not_found", message }],
      });
    }
    if (coupon.currency !== null && coupon.currency !== currency) {
      throw domainError(
        "currency_mismatch",
        `The coupon ${coupon.code} takes off ${coupon.currency}, the invoice is in ${currency}.`,
      );
    }
    if (coupon.applies_to.length > 0) {
      const message = "is made for prices, and a line that was written has none";
      assertNoPlaces([{ path, code: "coupon_not_applicable", message }]);
    }
    const value = coupon.percent_off ?? formatMoney({ minor: coupon.amount_off_minor ?? 0n, currency });
    discounts.push({ id: coupon.id, name: coupon.name, kind: coupon.kind, value });
  }
  assertOnce(
    discounts.map((discount) => discount.id),
    "coupons",
  );
  return discounts;
}

function assertOnce(ids: readonly string[], path: string): void {
  const twice = ids.findIndex((id, index) => ids.indexOf(id) !== index);
  if (twice < 0) return;
  assertNoPlaces([
    { path: `${path}.${twice}`, code: "duplicate", message: "stands twice; each may apply once" },
  ]);
}
