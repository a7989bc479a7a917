import type { PeriodClaim } from "#libs/data/billing-periods.ts";
import type { NewInvoice } from "#libs/data/invoices.ts";
import type { BoundaryDraft } from "./draft-boundary.ts";

/** A decided boundary and the number under which the subscription stood there. */
export type RoundDraft = { readonly draft: BoundaryDraft; readonly fromIndex: number };

/** A decided boundary with the claims that it takes, and the invoice that it makes; null when it makes none. */
export type Drafted = RoundDraft & {
  readonly claims: readonly PeriodClaim[];
  readonly invoice: NewInvoice | null;
};
