import { Temporal } from "temporal-polyfill";

/** The status that is shown: derived, never stored. */
export type InvoiceStatus =
  | "draft"
  | "void"
  | "uncollectible"
  | "paid"
  | "overdue"
  | "partially_paid"
  | "sent"
  | "open";

export type InvoiceStatusInput = {
  readonly invoiceStatus: "draft" | "finalized" | "voided";
  readonly paymentStatus: "pending" | "succeeded" | "failed";
  readonly amountDueMinor: bigint;
  readonly amountPaidMinor: bigint;
  /** RFC 3339; null: never overdue. */
  readonly dueAt: string | null;
  readonly now: string;
  readonly uncollectible: boolean;
  readonly sent: boolean;
};

const rules: readonly (readonly [status: InvoiceStatus, holds: (input: InvoiceStatusInput) => boolean])[] = [
  ["draft", (input) => input.invoiceStatus === "draft"],
  ["void", (input) => input.invoiceStatus === "voided"],
  ["uncollectible", (input) => input.uncollectible],
  ["paid", (input) => input.paymentStatus === "succeeded" || input.amountPaidMinor >= input.amountDueMinor],
  ["overdue", (input) => input.dueAt !== null && Temporal.Instant.compare(input.now, input.dueAt) > 0],
  ["partially_paid", (input) => input.amountPaidMinor > 0n],
  ["sent", (input) => input.sent],
];

/**
 * The first that holds of: draft, void, uncollectible, paid, overdue, partially_paid, sent; else open. Nothing to pay is paid;
 * overdue begins after `dueAt`, not at it.
 */
export function invoiceStatus(input: InvoiceStatusInput): InvoiceStatus {
  return rules.find(([, holds]) => holds(input))?.[0] ?? "open";
}
