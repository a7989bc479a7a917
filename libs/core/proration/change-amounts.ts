import type { Share } from "../calendar/proration.ts";
import { Decimal, zero } from "../money/decimal.ts";
import type { Price } from "../price/price.ts";
import { prorateAmount } from "./prorate-amount.ts";

/** A fee before or after a change: what it costs for a whole period, exact, in major units. */
export type ChangedFee = { readonly kind: Price["kind"]; readonly amount: Decimal };

/**
 * What a change in the middle of a period credits and charges, exact: each is a line of its own and is rounded by itself,
 * so their net is the sum of what is printed.
 * - recurring: minus the old fee for the rest of the period, plus the new one for it;
 * - one_time: never prorated; what was bought stays bought, and a new one is charged whole;
 * - usage: nothing, it is billed for what was used.
 * @param input.rest share of the period that remains (`remainingShare`); null for a fee that is not there
 */
export function changeAmounts(input: {
  readonly before: ChangedFee | null;
  readonly after: ChangedFee | null;
  readonly rest: Share;
}): { readonly credit: Decimal; readonly charge: Decimal } {
  const { before, after, rest } = input;
  const credit = before?.kind === "recurring" ? prorateAmount(before.amount, rest).neg() : zero;
  const charge = after === null ? zero : chargeFor(after, rest);
  return { credit: credit.isZero() ? zero : credit, charge };
}

function chargeFor(fee: ChangedFee, rest: Share): Decimal {
  if (fee.kind === "recurring") return prorateAmount(fee.amount, rest);
  return fee.kind === "one_time" ? fee.amount : new Decimal(0);
}
