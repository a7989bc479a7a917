import { assertNoPlaces, placesOf } from "#libs/core/assert-places.ts";
import { domainError, type ErrorPlace } from "#libs/core/errors.ts";
import { parseDecimal } from "#libs/core/money/decimal.ts";
import type { DecimalString } from "#libs/core/price/price.ts";
import { validateDecimal } from "#libs/core/price/validate-decimal.ts";
import { assertExternalId } from "#libs/core/public-id.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { newId } from "#libs/data/new-id.ts";
import { findTaxRates, insertTaxRate, type TaxRateRow } from "#libs/data/tax-rates.ts";

export type NewTaxRate = {
  readonly code: string;
  readonly name: string;
  /** Percent: "19" is 19 %. */
  readonly percentage: DecimalString;
  /** Contained in the amounts already. */
  readonly inclusive?: boolean;
  readonly jurisdiction?: string | null;
};

/** Creates a tax rate, which never changes afterwards. Throws `tax_rate_code_taken`, `fields_invalid`. */
export async function createTaxRate(tx: TenantTx, input: NewTaxRate): Promise<TaxRateRow> {
  const { code, name, percentage, inclusive = false, jurisdiction = null } = input;
  assertNoPlaces([...placesOf("code", () => assertExternalId(code)), ...percentagePlaces(percentage)]);
  const id = newId();
  if (!(await insertTaxRate(tx, { id, code, name, percentage, inclusive, jurisdiction }))) {
    throw domainError("tax_rate_code_taken", `the code ${JSON.stringify(code)} names another tax rate`);
  }
  const [row] = await findTaxRates(tx, [{ id }]);
  if (row === undefined) throw domainError("internal", `tax rate ${id} vanished while it was created`);
  await writeAudit(tx, { action: "tax_rate.create", targetType: "tax_rate", targetId: id, after: row });
  return row;
}

function percentagePlaces(percentage: string): ErrorPlace[] {
  const places = validateDecimal(percentage, "percentage");
  if (places.length > 0 || parseDecimal(percentage, "percentage").lte(100)) return places;
  const message = `must be a percentage from 0 to 100, such as "19" for 19 %; got ${percentage}`;
  return [{ path: "percentage", code: "out_of_range", message }];
}
