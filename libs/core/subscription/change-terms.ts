import type { Temporal } from "temporal-polyfill";
import type { Anchor } from "../calendar/resolve-anchor.ts";
import type { DecimalString, Interval, Price } from "../price/price.ts";
import type { BillableItem } from "../rating/billable-item.ts";

/** How a change shares the fees of the period that it cuts; null: as each price says. */
export type ChangeProration = Price["proration"] | null;

/** What is asked of a subscription, to take effect at an instant; stored as it stands here. */
export type ChangeTerms =
  | {
      readonly kind: "change";
      /** Null: the plan stays, only quantities change. */
      readonly planVersionId: string | null;
      /** Seats by price code; the others stay. */
      readonly quantities: Readonly<Record<string, DecimalString>>;
      readonly proration: ChangeProration;
    }
  | {
      readonly kind: "cancel";
      readonly refund: "none" | "prorated";
      readonly finalUsage: "bill" | "drop";
      /** The end that the subscription had before; undoing the cancellation brings it back. */
      readonly endedBefore: string | null;
    }
  | { readonly kind: "pause" }
  | { readonly kind: "resume"; readonly planVersionId: string }
  | {
      readonly kind: "reschedule";
      /** Null: the same days and hours on the wall clock of the new zone. */
      readonly anchor: Anchor | null;
      readonly timezone: string;
    };

/** The prices of the plan version that a change leads to, with the subscription's overrides applied. */
export type OfferedPlan = {
  readonly planVersionId: string;
  readonly planId: string;
  readonly interval: Interval;
  readonly prices: readonly Pick<BillableItem, "priceId" | "price" | "meter" | "limits">[];
};

/** A change that waits for its instant; `id` is null while it is only previewed. */
export type PendingChange = {
  readonly id: string | null;
  readonly at: Temporal.Instant;
  readonly terms: ChangeTerms;
  /** Null when the change leads to no plan. */
  readonly offered: OfferedPlan | null;
};
