import type { Temporal } from "temporal-polyfill";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { domainError, type ErrorPlace } from "#libs/core/errors.ts";
import { creditGrantPostings } from "#libs/core/ledger/postings.ts";
import { Decimal, parseDecimal } from "#libs/core/money/decimal.ts";
import { formatMoney, parseMoney } from "#libs/core/money/money.ts";
import { roundToMinor } from "#libs/core/money/rounding.ts";
import { type ObjectRef, refText } from "#libs/core/object-ref.ts";
import type { DecimalString } from "#libs/core/price/price.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { type CreditGrantRow, insertCreditGrants, listCreditGrants } from "#libs/data/credits.ts";
import { lockCustomer } from "#libs/data/customers.ts";
import { toDate, type TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { postLedger } from "#libs/data/ledger.ts";
import { newId } from "#libs/data/new-id.ts";

export type NewCredit = {
  readonly customer: ObjectRef;
  /** Major units, above 0. */
  readonly amount: DecimalString;
  readonly currency: string;
  /** Lowest first; 0 when unset. */
  readonly priority?: number;
  /** Business time; unset or null: never. */
  readonly expiresAt?: Temporal.Instant | null;
  /** What the customer paid outside per unit of credit, 0 to 1; unset: given away. */
  readonly costBasis?: DecimalString | null;
  readonly reason?: string | null;
};

/**
 * Grants credit to a customer: invoices in its currency use it from their next finalization on.
 * The paid part is rounded half up. Throws `customer_not_found`, `fields_invalid`, `amount_precision`, `currency_unknown`.
 */
export async function grantCredit(tx: TenantTx, input: NewCredit): Promise<CreditGrantRow> {
  const customer = await lockCustomer(tx, input.customer);
  if (customer === null)
    throw domainError("customer_not_found", `there is no customer ${refText(input.customer)}`);
  const { minor: amountMinor, currency } = parseMoney(input.amount, input.currency);
  const costBasis = input.costBasis ?? null;
  const paidShare = costBasis === null ? new Decimal(0) : parseDecimal(costBasis, "cost_basis");
  assertNoPlaces(placesOf(tx, input, amountMinor, paidShare));
  const paid = new Decimal(formatMoney({ minor: amountMinor, currency })).times(paidShare);
  const id = newId();
  const expiresAt = input.expiresAt ? toDate(input.expiresAt) : null;
  const { priority = 0, reason = null } = input;
  await insertCreditGrants(tx, [
    {
      id,
      customerId: customer.id,
      currency,
      amountMinor,
      priority,
      costBasis,
      expiresAt,
      reason,
      sourceInvoiceId: null,
    },
  ]);
  await postLedger(tx, [
    {
      ...{ kind: "credit.granted", ref: id, customerId: customer.id, invoiceId: null },
      postings: creditGrantPostings({
        currency,
        amountMinor,
        paidMinor: roundToMinor(paid, currency, "half_up"),
      }),
    },
  ]);
  const data = { customer_id: customer.id };
  await emitEvents(tx, [{ type: "credit.granted", subjectType: "credit_grant", subjectId: id, data }]);
  const row = (await listCreditGrants(tx, customer.id)).find((grant) => grant.id === id);
  if (row === undefined) throw domainError("internal", `credit grant ${id} vanished while it was made`);
  await writeAudit(tx, { action: "credit.grant", targetType: "credit_grant", targetId: id, after: row });
  return row;
}

function placesOf(tx: TenantTx, input: NewCredit, amountMinor: bigint, paidShare: Decimal): ErrorPlace[] {
  const { expiresAt } = input;
  const places: ErrorPlace[] = [];
  if (amountMinor <= 0n) {
    places.push({
      path: "amount",
      code: "amount_not_positive",
      message: `must be above 0, got ${input.amount}`,
    });
  }
  if (paidShare.lt(0) || paidShare.gt(1)) {
    places.push({
      path: "cost_basis",
      code: "out_of_range",
      message: `must be from 0 to 1, got ${input.costBasis}`,
    });
  }
  if (expiresAt && expiresAt.epochMilliseconds <= tx.now.epochMilliseconds) {
    const message = `must be later than now, ${tx.now.toString()}, got ${expiresAt.toString()}`;
    places.push({ path: "expires_at", code: "not_in_future", message });
  }
  return places;
}
