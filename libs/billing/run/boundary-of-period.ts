import type { Temporal } from "temporal-polyfill";
import { compareInstants } from "#libs/core/calendar/timezone.ts";
import { domainError } from "#libs/core/errors.ts";
import { type Position, positionAt } from "#libs/core/rating/due-periods.ts";
import { dueAt, headerPeriod, type Standing } from "./draft-boundary.ts";

type Terms = Pick<Standing, "items" | "endsAt">;

/** `[start, end)`. */
export type PeriodAsked = { readonly start: Temporal.Instant; readonly end: Temporal.Instant };

/**
 * The boundary that closes the period which holds `at`: the first one after it, or the last one of a subscription
 * that has ended by then. Null when there is no boundary at all.
 */
export function closingPosition(terms: Terms, at: Temporal.Instant): Position | null {
  const { items, endsAt } = terms;
  const isAfter = (index: number) => {
    const position = positionAt(items, index, endsAt);
    return position === null || position.last || compareInstants(position.at, at) > 0;
  };
  let high = 0;
  while (!isAfter(high)) high = high === 0 ? 1 : high * 2;
  let low = Math.floor(high / 2);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isAfter(middle)) high = middle;
    else low = middle + 1;
  }
  return positionAt(items, high, endsAt) ?? (high === 0 ? null : positionAt(items, high - 1, endsAt));
}

/**
 * The boundaries whose invoice is for exactly this period, in order. Two at the start of a subscription that pays
 * some things in advance and some in arrears: its first invoice and the one that closes the first period.
 * @throws DomainError period_not_aligned, which names the real boundaries around
 */
export function positionsOfPeriod(standing: Standing, asked: PeriodAsked): Position[] {
  const { items, endsAt } = standing;
  const closing = closingPosition(standing, asked.start);
  if (closing === null) throw notAligned(standing, asked, []);
  const near = [closing.index - 1, closing.index]
    .filter((index) => index >= 0)
    .flatMap((index) => positionAt(items, index, endsAt) ?? []);
  const found = near.filter((position) => {
    const dues = dueAt({ ...standing, position });
    const period = headerPeriod(dues, position);
    return (
      dues.length > 0 &&
      compareInstants(period.start, asked.start) === 0 &&
      compareInstants(period.end, asked.end) === 0
    );
  });
  if (found.length === 0) {
    const next = positionAt(items, closing.index + 1, endsAt);
    throw notAligned(standing, asked, [...near, ...(next === null ? [] : [next])]);
  }
  return found;
}

function notAligned(standing: Standing, asked: PeriodAsked, near: readonly Position[]): Error {
  const bounds = near.map((position) => position.at.toString());
  const zone = standing.items[0]?.schedule.timezone ?? "UTC";
  const said =
    bounds.length === 0 ? "it has no periods" : `its boundaries there are ${bounds.join(", ")} (${zone})`;
  const message = `[${asked.start.toString()}, ${asked.end.toString()}) is not a period of the subscription: ${said}`;
  return domainError("period_not_aligned", message, {
    errors: [{ path: "period_start", code: "period_not_aligned", message: said }],
    boundaries: bounds,
  });
}
