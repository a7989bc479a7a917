/** Where value sits; cash is kept apart per payment provider (`cash:stripe`, `cash:manual`). */
export type LedgerAccount =
  | "receivable"
  | "revenue"
  | "tax_payable"
  | `cash:${string}`
  | "customer_credit"
  | "refunds_payable"
  | "write_off"
  | "disputes"
  | "rounding"
  | "opening_balance";

/** One movement from the credit account to the debit account, so balanced by itself; `amountMinor` is more than 0. */
export type Posting = {
  readonly debit: LedgerAccount;
  readonly credit: LedgerAccount;
  readonly amountMinor: bigint;
  readonly currency: string;
};

/** Amounts of a document: `taxMinor` is all of its tax, inclusive too; `creditMinor` the credits used. */
export type DocumentAmounts = {
  readonly currency: string;
  readonly totalMinor: bigint;
  readonly taxMinor: bigint;
  readonly creditMinor: bigint;
};

type Move = readonly [debit: LedgerAccount, credit: LedgerAccount, amountMinor: bigint];

/** Finalizing: the customer owes the total, we owe its tax, and credits pay a part of it at once. */
export function invoicePostings({ currency, totalMinor, taxMinor, creditMinor }: DocumentAmounts): Posting[] {
  return post(currency, [
    ["receivable", "revenue", totalMinor - taxMinor],
    ["receivable", "tax_payable", taxMinor],
    ["customer_credit", "receivable", creditMinor],
  ]);
}

/** An invoice that another engine issued: the customer owes it here; its revenue and tax stand in the other books. */
export function openingPostings(invoice: {
  readonly currency: string;
  readonly totalMinor: bigint;
}): Posting[] {
  return post(invoice.currency, [["receivable", "opening_balance", invoice.totalMinor]]);
}

/** Voiding a finalized invoice: everything that finalizing posted, the other way round. */
export function voidPostings(amounts: DocumentAmounts): Posting[] {
  return reversePostings(invoicePostings(amounts));
}

/**
 * Money came in. What is more than the invoice asked for (`overpaidMinor`, part of the amount) becomes customer credit; what
 * had been written off (`recoveredMinor`, part of the amount) makes the loss smaller.
 */
export function paymentPostings(payment: {
  readonly provider: string;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly overpaidMinor?: bigint;
  readonly recoveredMinor?: bigint;
}): Posting[] {
  const { overpaidMinor = 0n, recoveredMinor = 0n } = payment;
  return post(payment.currency, [
    [`cash:${payment.provider}`, "receivable", payment.amountMinor - overpaidMinor - recoveredMinor],
    [`cash:${payment.provider}`, "write_off", recoveredMinor],
    [`cash:${payment.provider}`, "customer_credit", overpaidMinor],
  ]);
}

/**
 * Money went back. Its parts say what for: `noteMinor` pays out credit notes, `creditMinor` a balance, `reopenedMinor` takes
 * the payment back (the invoice is open again, or if it was written off the loss is larger again).
 */
export function refundPostings(refund: {
  readonly provider: string;
  readonly currency: string;
  readonly noteMinor: bigint;
  readonly creditMinor: bigint;
  readonly reopenedMinor: bigint;
  /** What was left of the invoice is written off. */
  readonly isWrittenOff: boolean;
}): Posting[] {
  const cash: LedgerAccount = `cash:${refund.provider}`;
  const { noteMinor, creditMinor, reopenedMinor } = refund;
  return post(refund.currency, [
    ["refunds_payable", cash, noteMinor],
    ["customer_credit", cash, creditMinor],
    [refund.isWrittenOff ? "write_off" : "receivable", cash, reopenedMinor],
  ]);
}

/** Money went back that had been used before, as credit on other invoices: a loss. */
export function refundLossPostings(loss: {
  readonly provider: string;
  readonly currency: string;
  readonly amountMinor: bigint;
}): Posting[] {
  return post(loss.currency, [["write_off", `cash:${loss.provider}`, loss.amountMinor]]);
}

/** A credit note takes back revenue and tax; the customer gets a refund, credit, or owes less (`offset`). */
export function creditNotePostings(note: {
  readonly currency: string;
  readonly totalMinor: bigint;
  readonly taxMinor: bigint;
  readonly settlement: "refund" | "credit" | "offset";
}): Posting[] {
  const accounts = { refund: "refunds_payable", credit: "customer_credit", offset: "receivable" } as const;
  const account = accounts[note.settlement];
  return post(note.currency, [
    ["revenue", account, note.totalMinor - note.taxMinor],
    ["tax_payable", account, note.taxMinor],
  ]);
}

/** A grant: the part that the customer paid for outside (`paidMinor`, its cost basis) is money we hold; the rest is given away. */
export function creditGrantPostings(grant: {
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly paidMinor: bigint;
}): Posting[] {
  return post(grant.currency, [
    ["cash:manual", "customer_credit", grant.paidMinor],
    ["revenue", "customer_credit", grant.amountMinor - grant.paidMinor],
  ]);
}

/** Credit that nobody used in time becomes revenue. */
export function creditExpiryPostings(expiry: {
  readonly currency: string;
  readonly amountMinor: bigint;
}): Posting[] {
  return post(expiry.currency, [["customer_credit", "revenue", expiry.amountMinor]]);
}

/** What will not be paid any more: marked uncollectible. */
export function writeOffPostings(writeOff: {
  readonly currency: string;
  readonly amountMinor: bigint;
}): Posting[] {
  return post(writeOff.currency, [["write_off", "receivable", writeOff.amountMinor]]);
}

/** The bank took a payment back for now (`opened`), gave it back (`won`), or keeps it (`lost`: a loss). */
export function disputePostings(dispute: {
  readonly provider: string;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly outcome: "opened" | "won" | "lost";
}): Posting[] {
  const cash: LedgerAccount = `cash:${dispute.provider}`;
  const moves: Readonly<Record<typeof dispute.outcome, Move>> = {
    opened: ["disputes", cash, dispute.amountMinor],
    won: [cash, "disputes", dispute.amountMinor],
    lost: ["write_off", "disputes", dispute.amountMinor],
  };
  return post(dispute.currency, [moves[dispute.outcome]]);
}

/** A provider settled other minor units than we asked for, as its currency has fewer; positive: it gave us less. */
export function roundingPostings(difference: {
  readonly currency: string;
  readonly amountMinor: bigint;
}): Posting[] {
  return post(difference.currency, [["rounding", "receivable", difference.amountMinor]]);
}

/** The same amounts the other way round: history is corrected by adding to it. */
export function reversePostings(postings: readonly Posting[]): Posting[] {
  return postings.map((posting) => ({ ...posting, debit: posting.credit, credit: posting.debit }));
}

/** Amounts of 0 post nothing; a negative amount posts its absolute value with the sides swapped. */
function post(currency: string, moves: readonly Move[]): Posting[] {
  return moves.flatMap(([debit, credit, amountMinor]): Posting[] => {
    if (amountMinor === 0n) return [];
    if (amountMinor > 0n) return [{ debit, credit, amountMinor, currency }];
    return [{ debit: credit, credit: debit, amountMinor: -amountMinor, currency }];
  });
}
