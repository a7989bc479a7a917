import type { Temporal } from "temporal-polyfill";
import { compareInstants } from "#libs/core/calendar/timezone.ts";
import { domainError } from "#libs/core/errors.ts";
import { boundaryNumber, edgeAfter, edgeUpTo, type Position } from "#libs/core/rating/due-periods.ts";
import { dueAt, headerPeriod, type Standing } from "./draft-boundary.ts";

type Terms = Pick<Standing, "items" | "endsAt">;

/** `[start, end)`. */
export type PeriodAsked = { readonly start: Temporal.Instant; readonly end: Temporal.Instant };

/** The boundary at `at`, numbered from the start of the schedule that holds it. */
export function positionAt({ items, endsAt }: Terms, at: Temporal.Instant): Position {
  const last = endsAt !== null && compareInstants(at, endsAt) >= 0;
  return { index: boundaryNumber(items, at), at, last };
}

/**
 * The boundary that closes the period which holds `at`: the first one after it, or the last one of a subscription
 * that has ended by then. Null when there is no boundary at all.
 */
export function closingPosition(terms: Terms, at: Temporal.Instant): Position | null {
  const edge = edgeAfter(terms.items, at, terms.endsAt) ?? edgeUpTo(terms.items, at);
  return edge === null ? null : positionAt(terms, edge);
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
  const before = edgeUpTo(items, asked.start);
  const hasTwo = before !== null && compareInstants(before, closing.at) < 0;
  const near = hasTwo ? [positionAt(standing, before), closing] : [closing];
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
    const next = edgeAfter(items, closing.at, endsAt);
    throw notAligned(standing, asked, [...near, ...(next === null ? [] : [positionAt(standing, next)])]);
  }
  return found;
}

function notAligned(standing: Standing, asked: PeriodAsked, near: readonly Position[]): Error {
  const bounds = near.map((position) => position.at.toString());
  const said =
    bounds.length === 0
      ? "it has no periods"
      : `its boundaries there are ${bounds.join(", ")} (${standing.timezone})`;
  const message = `[${asked.start.toString()}, ${asked.end.toString()}) is not a period of the subscription: ${said}`;
  return domainError("period_not_aligned", message, {
    errors: [{ path: "period_start", code: "period_not_aligned", message: said }],
    boundaries: bounds,
  });
}
