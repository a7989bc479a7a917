import { Temporal } from "temporal-polyfill";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { periodContaining } from "#libs/core/calendar/schedule.ts";
import { compareInstants } from "#libs/core/calendar/timezone.ts";
import type { BillableSubscription } from "#libs/data/billable-subscriptions.ts";

/** When a change takes effect: at once, where the running period ends, or at an instant to come. */
export type EffectiveWhen = "now" | "period_end" | Temporal.Instant;

/**
 * The instant itself, in whole milliseconds.
 * @throws DomainError fields_invalid for one that has passed, or that is not before the subscription's end
 */
export function effectiveInstant(
  subscription: BillableSubscription,
  when: EffectiveWhen,
  options: { readonly now: Temporal.Instant; readonly mayBeEnd: boolean },
): Temporal.Instant {
  const now = Temporal.Instant.fromEpochMilliseconds(options.now.epochMilliseconds);
  if (when === "now") return now;
  const at = when === "period_end" ? periodEnd(subscription, now) : when;
  const { endsAt } = subscription;
  const past = compareInstants(at, now) < 0;
  const ends = endsAt === null ? -1 : compareInstants(at, endsAt);
  const isLate = options.mayBeEnd ? ends > 0 : ends >= 0;
  if (past || isLate) {
    const allowed = past
      ? `must not lie before now, ${now.toString()}`
      : `must lie before the subscription's end, ${endsAt?.toString() ?? ""}`;
    const message = `${allowed}; got ${at.toString()}`;
    assertNoPlaces([{ path: "at", code: "out_of_range", message }]);
  }
  return Temporal.Instant.fromEpochMilliseconds(at.epochMilliseconds);
}

/**
 * Where the running period ends: of several intervals the latest end among the recurring fees, so that nothing that
 * was paid is cut. Before the first period, where it begins.
 */
function periodEnd(subscription: BillableSubscription, now: Temporal.Instant): Temporal.Instant {
  const live = subscription.items.filter(
    (item) =>
      item.price.kind !== "one_time" && (item.endsAt === null || compareInstants(now, item.endsAt) < 0),
  );
  const fees = live.filter((item) => item.price.kind === "recurring");
  const ends = (fees.length > 0 ? fees : live).flatMap(({ schedules, endsAt }) => {
    const schedule = schedules.at(-1)?.schedule;
    if (schedule === undefined) return [];
    const start = Temporal.Instant.from(schedule.startsAt);
    if (compareInstants(now, start) < 0) return [start];
    const { end } = periodContaining(schedule, now);
    return [endsAt !== null && compareInstants(endsAt, end) < 0 ? endsAt : end];
  });
  const last = ends.sort(compareInstants).at(-1) ?? now;
  const { endsAt } = subscription;
  return endsAt !== null && compareInstants(endsAt, last) < 0 ? endsAt : last;
}
