/**
 * What a payer sees behind a link. `open`: nothing has been tried; `failed`: the last try brought nothing, and another
 * may follow; `processing`: one try is under way, and no other may begin; `closed`: written off, not to be paid here.
 */
export type PaymentLinkState =
  | "open"
  | "processing"
  | "failed"
  | "paid"
  | "expired"
  | "revoked"
  | "void"
  | "closed";

export type PaymentLinkFacts = {
  readonly isRevoked: boolean;
  readonly isExpired: boolean;
  readonly invoiceStatus: "draft" | "finalized" | "voided";
  readonly isUncollectible: boolean;
  /** Minor units. */
  readonly leftMinor: bigint;
  readonly paymentStatus: "pending" | "succeeded" | "failed";
  /** The attempt that is under way; null: there is none. */
  readonly attempt: {
    readonly state: "open" | "processing";
    /** Whether the payer opened it, through a link. */
    readonly isByLink: boolean;
    readonly hasFailed: boolean;
  } | null;
};

/** First match decides: the link's own end, then the invoice's, then what is being tried. */
export function paymentLinkState(facts: PaymentLinkFacts): PaymentLinkState {
  if (facts.isRevoked) return "revoked";
  if (facts.isExpired) return "expired";
  if (facts.invoiceStatus !== "finalized") return "void";
  if (facts.leftMinor <= 0n) return "paid";
  if (facts.isUncollectible) return "closed";
  const { attempt } = facts;
  if (attempt === null) return facts.paymentStatus === "failed" ? "failed" : "open";
  if (attempt.state === "processing" || !attempt.isByLink) return "processing";
  return attempt.hasFailed ? "failed" : "open";
}

/** Whether the page may show what the invoice says: while there is something to pay. */
export function showsInvoice(state: PaymentLinkState): boolean {
  return state === "open" || state === "processing" || state === "failed";
}
