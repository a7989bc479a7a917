import type { Temporal } from "temporal-polyfill";
import type { Anchor } from "../calendar/resolve-anchor.ts";
import type { BillableItem } from "../rating/billable-item.ts";
import type { BilledClaim } from "./change-credit.ts";
import type { PendingChange } from "./change-terms.ts";

/** What a change needs to know of its subscription. */
export type ChangeableSubscription = {
  readonly items: readonly BillableItem[];
  readonly endsAt: Temporal.Instant | null;
  readonly anchor: Anchor;
  readonly planId: string;
};

/** What becomes of a subscription by a change, decided and not saved. */
export type AppliedChange = {
  readonly change: PendingChange;
  /** Items that end by it; `endsAt` at an item's own start: it never begins. */
  readonly closed: readonly BillableItem[];
  readonly opened: readonly BillableItem[];
  /** All items after it, those that ended too. */
  readonly items: readonly BillableItem[];
  readonly endsAt: Temporal.Instant | null;
  /** What was billed in advance of items that end by it, to be given back from `change.at` on. */
  readonly credits: readonly { readonly claim: BilledClaim; readonly item: BillableItem }[];
};
