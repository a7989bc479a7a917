import { type DomainError, domainError } from "../errors.ts";
import { formatMoney } from "../money/money.ts";

/** A payment that is to be given back, in minor units of its currency. */
export type RefundablePayment = {
  readonly currency: string;
  /** All that came. */
  readonly amountMinor: bigint;
  /** The part that became credit. */
  readonly overpaidMinor: bigint;
  /** Refunds that have not failed, and the part of them that the invoice is left to pay again. */
  readonly refundedMinor: bigint;
  readonly reopenedMinor: bigint;
  /** What its bank took back in disputes that are open or lost. */
  readonly disputedMinor: bigint;
  /** What is left of the credit. */
  readonly creditLeftMinor: bigint;
  /** What credit notes of its invoice promised to refund and nobody has paid out. */
  readonly owedMinor: bigint;
};

/** What a refund is made of; what the parts leave of the amount is a loss: it was used before it went back. */
export type RefundParts = {
  readonly amountMinor: bigint;
  /** Pays out credit notes. */
  readonly noteMinor: bigint;
  /** Takes back credit. */
  readonly creditMinor: bigint;
  /** Left to pay on the invoice again. */
  readonly reopenedMinor: bigint;
};

/** What can still go back of a payment: what came, less what went back and what its bank took. */
export function refundableMinor(payment: RefundablePayment): bigint {
  const left = payment.amountMinor - payment.refundedMinor - payment.disputedMinor;
  return left > 0n ? left : 0n;
}

/**
 * Decides a refund that we make: it pays out what credit notes owe, then takes back credit that the payment became, then
 * leaves the rest to pay on the invoice again. Credit that was used meanwhile cannot be given back.
 * @param wantedMinor null: all that can go back
 * @throws DomainError refund_exceeds_payment, refund_amount_invalid
 */
export function decideRefund(payment: RefundablePayment, wantedMinor: bigint | null): RefundParts {
  const allParts = partsOf(payment, refundableMinor(payment));
  const most = allParts.noteMinor + allParts.creditMinor + allParts.reopenedMinor;
  const amountMinor = wantedMinor ?? most;
  if (wantedMinor !== null && wantedMinor <= 0n) {
    throw domainError(
      "refund_amount_invalid",
      `A refund is more than 0, got ${shown(payment, wantedMinor)}.`,
    );
  }
  if (amountMinor > most || most === 0n) throw exceeds(payment, most, amountMinor);
  return partsOf(payment, amountMinor);
}

/** What a refund that happened elsewhere is made of, whatever we would have allowed. */
export function partsOf(payment: RefundablePayment, amountMinor: bigint): RefundParts {
  const noteMinor = least(amountMinor, payment.owedMinor);
  const creditMinor = least(amountMinor - noteMinor, payment.creditLeftMinor);
  const applied = payment.amountMinor - payment.overpaidMinor - payment.reopenedMinor;
  const reopenedMinor = least(amountMinor - noteMinor - creditMinor, applied);
  return { amountMinor, noteMinor, creditMinor, reopenedMinor };
}

/** The smaller amount, and 0 when it is below. */
export function least(one: bigint, other: bigint): bigint {
  const less = one < other ? one : other;
  return less > 0n ? less : 0n;
}

function exceeds(payment: RefundablePayment, most: bigint, wanted: bigint): DomainError {
  return domainError(
    "refund_exceeds_payment",
    `${shown(payment, most)} ${payment.currency} of the payment can go back, asked for ${shown(payment, wanted)}.`,
  );
}

function shown({ currency }: RefundablePayment, minor: bigint): string {
  return formatMoney({ minor, currency });
}
