import { Temporal } from "temporal-polyfill";
import { periodContaining } from "../calendar/schedule.ts";
import { compareInstants } from "../calendar/timezone.ts";
import type { BillableItem } from "../rating/billable-item.ts";
import type { AppliedChange, ChangeableSubscription } from "./applied-change.ts";
import type { BilledClaim } from "./change-credit.ts";
import type { PendingChange } from "./change-terms.ts";

/**
 * Lets fees go on that were billed in advance only up to an end that is gone: each is replaced at that instant by one that
 * begins there, on the same grid, and is charged for the rest of the period. One that is not prorated was paid whole
 * and begins with the next period. What is billed beyond the instant, and usage, is left alone: its tiers run on.
 * @param claims periods that were billed beyond the change's instant
 */
export function continueFees(
  { items, endsAt }: ChangeableSubscription,
  change: PendingChange,
  claims: readonly BilledClaim[],
  nextId: () => string,
): AppliedChange {
  const { at } = change;
  const cut = items.filter(
    (item) =>
      item.price.kind === "recurring" &&
      item.price.billing === "in_advance" &&
      (item.endsAt === null || compareInstants(at, item.endsAt) < 0) &&
      compareInstants(Temporal.Instant.from(item.schedule.startsAt), at) < 0 &&
      !claims.some((claim) => claim.itemId === item.itemId),
  );
  const closed = cut.map((item): BillableItem => ({ ...item, endsAt: at }));
  const opened = cut.map((item): BillableItem => {
    const startsAt = item.price.proration === "none" ? boundaryFrom(item, at) : at;
    const schedule = { ...item.schedule, startsAt: startsAt.toString() };
    return { ...item, itemId: nextId(), scheduleNo: 0, schedule, endsAt };
  });
  const kept = items.filter((item) => !cut.includes(item));
  return { change, closed, opened, endsAt, items: [...kept, ...closed, ...opened], credits: [] };
}

/** The first boundary at `at` or after it. */
function boundaryFrom({ schedule }: BillableItem, at: Temporal.Instant): Temporal.Instant {
  const { start, end } = periodContaining(schedule, at);
  return compareInstants(start, at) === 0 ? at : end;
}
