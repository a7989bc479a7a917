import { assertNoPlaces, placesOf } from "#libs/core/assert-places.ts";
import { domainError, type ErrorPlace } from "#libs/core/errors.ts";
import { parseDecimal } from "#libs/core/money/decimal.ts";
import { assertCurrencyForNew } from "#libs/core/money/currencies.ts";
import { parseMoney } from "#libs/core/money/money.ts";
import type { DecimalString } from "#libs/core/price/price.ts";
import { validateDecimal } from "#libs/core/price/validate-decimal.ts";
import { assertExternalId } from "#libs/core/public-id.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { type CouponRow, findCoupon, insertCoupon } from "#libs/data/coupons.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { newId } from "#libs/data/new-id.ts";

export type NewCoupon = {
  readonly code: string;
  readonly name: string;
  /** Either a percentage, above 0 up to 100, or an amount in major units with its currency. */
  readonly percentOff?: DecimalString;
  readonly amountOff?: DecimalString;
  readonly currency?: string;
  readonly duration: "once" | "repeating" | "forever";
  /** Invoices that a repeating one discounts. */
  readonly durationPeriods?: number;
  /** Codes of prices; unset or empty: all. */
  readonly appliesTo?: readonly string[];
};

/** Creates a coupon, which never changes afterwards. Throws `coupon_code_taken`, `fields_invalid`. */
export async function createCoupon(tx: TenantTx, input: NewCoupon): Promise<CouponRow> {
  assertNoPlaces([
    ...placesOf("code", () => assertExternalId(input.code)),
    ...valuePlaces(input),
    ...durationPlaces(input),
  ]);
  const { amountOff, currency, code } = input;
  const id = newId();
  const isNew = await insertCoupon(tx, {
    ...{ id, code, name: input.name, kind: input.percentOff === undefined ? "amount" : "percent" },
    percent_off: input.percentOff ?? null,
    amount_off_minor: amountOff === undefined ? null : parseMoney(amountOff, currency ?? "").minor,
    currency: amountOff === undefined ? null : (currency ?? null),
    duration: input.duration,
    duration_periods: input.durationPeriods ?? null,
    applies_to: input.appliesTo ?? [],
  });
  if (!isNew) throw domainError("coupon_code_taken", `the code ${JSON.stringify(code)} names another coupon`);
  const row = await findCoupon(tx, { id });
  if (row === null) throw domainError("internal", `coupon ${id} vanished while it was created`);
  await writeAudit(tx, { action: "coupon.create", targetType: "coupon", targetId: id, after: row });
  return row;
}

function valuePlaces({ percentOff, amountOff, currency }: NewCoupon): ErrorPlace[] {
  if ((percentOff === undefined) === (amountOff === undefined)) {
    return [
      {
        path: "percent_off",
        code: "field_required",
        message: "either percent_off or amount_off is required, not both",
      },
    ];
  }
  if (percentOff !== undefined) {
    if (currency !== undefined) {
      return [{ path: "currency", code: "field_unknown", message: "is not allowed beside percent_off" }];
    }
    const places = validateDecimal(percentOff, "percent_off");
    const percent = places.length === 0 ? parseDecimal(percentOff, "percent_off") : null;
    if (percent === null || (percent.gt(0) && percent.lte(100))) return places;
    const message = `must be above 0 and up to 100, got ${percentOff}`;
    return [{ path: "percent_off", code: "out_of_range", message }];
  }
  if (currency === undefined) {
    return [{ path: "currency", code: "field_required", message: "is required beside amount_off" }];
  }
  const amount = amountOff ?? "";
  const places = [
    ...placesOf("amount_off", () => parseMoney(amount, currency)),
    ...placesOf("currency", () => assertCurrencyForNew(currency)),
  ];
  if (places.length > 0 || parseMoney(amount, currency).minor > 0n) return places;
  return [{ path: "amount_off", code: "amount_not_positive", message: `must be above 0, got ${amount}` }];
}

function durationPlaces({ duration, durationPeriods }: NewCoupon): ErrorPlace[] {
  if ((duration === "repeating") === (durationPeriods !== undefined)) return [];
  const message =
    duration === "repeating"
      ? "is required of a repeating coupon"
      : `is not allowed of a coupon for ${duration}`;
  const code = duration === "repeating" ? "field_required" : "field_unknown";
  return [{ path: "duration_periods", code, message }];
}
