import { CronExpressionParser } from "cron-parser";
import { Temporal } from "temporal-polyfill";
import { assertTimezone } from "#libs/core/calendar/timezone.ts";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import type { ErrorPlace } from "#libs/core/errors.ts";

const shortestGapMs = 60_000;
const ticksLookedAt = 10;

/** The first tick of a cron with seconds, in its zone, that lies after an instant. */
export function nextTick(
  schedule: { readonly cron: string; readonly timezone: string },
  after: Temporal.Instant,
): Temporal.Instant {
  return ticks(schedule, after, 1)[0] ?? after;
}

/** @throws fields_invalid for a cron that never comes or comes more often than once a minute; timezone_unknown */
export function assertCron(
  schedule: { readonly cron: string; readonly timezone: string },
  now: Temporal.Instant,
): void {
  assertTimezone(schedule.timezone);
  assertNoPlaces(cronPlaces(schedule, now));
}

/** The fault of a cron that never comes or comes more often than once a minute. Its zone is one that there is. */
export function cronPlaces(
  schedule: { readonly cron: string; readonly timezone: string },
  now: Temporal.Instant,
): ErrorPlace[] {
  const next = ticksOrNone(schedule, now);
  const gaps = next.slice(1).map((tick, n) => tick.epochMilliseconds - (next[n]?.epochMilliseconds ?? 0));
  const got = `got "${schedule.cron}"`;
  if (next.length === 0) {
    const form = "six fields (second minute hour day month weekday) that come round";
    return [
      { path: "cron", code: "cron_invalid", message: `must be ${form}, such as "0 0 6 1 * *"; ${got}` },
    ];
  }
  return gaps.some((gapMs) => gapMs < shortestGapMs)
    ? [{ path: "cron", code: "cron_too_often", message: `must come once a minute at most; ${got}` }]
    : [];
}

function ticksOrNone(schedule: Parameters<typeof assertCron>[0], now: Temporal.Instant): Temporal.Instant[] {
  try {
    return ticks(schedule, now, ticksLookedAt);
  } catch {
    return [];
  }
}

function ticks(
  { cron, timezone }: { readonly cron: string; readonly timezone: string },
  after: Temporal.Instant,
  count: number,
): Temporal.Instant[] {
  const expression = CronExpressionParser.parse(cron, {
    strict: true,
    tz: timezone,
    currentDate: after.toString(),
  });
  return Array.from({ length: count }, () =>
    Temporal.Instant.fromEpochMilliseconds(expression.next().getTime()),
  );
}
