/** What an invoice asked for, and what came of it so far. */
export type PayableAmounts = {
  readonly amount_due_minor: bigint;
  readonly amount_paid_minor: bigint;
  /** Credit notes offset against it. */
  readonly amount_offset_minor: bigint;
};

/** amount_remaining = amount_due - amount_paid - credit notes offset against it, in minor units. */
export function leftToPay(row: PayableAmounts): bigint {
  return row.amount_due_minor - row.amount_paid_minor - row.amount_offset_minor;
}
