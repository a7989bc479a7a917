import { Temporal } from "temporal-polyfill";
import { Decimal } from "../money/decimal.ts";
import type { Interval } from "../price/price.ts";
import { peerShareSources, peerShares } from "./peer-shares.ts";
import type { Share, TimeRange } from "./proration.ts";
import { shareOf } from "./proration.ts";
import { boundary, dueBoundaries, resolveSchedule, wholePeriodAround } from "./schedule.ts";

const rows = peerShares
  .trim()
  .split("\n")
  .map((row) => row.split(" | "));
const rowsOf = (kind: string) =>
  rows.filter(([first]) => first === kind).map((row) => [row.join(" | "), row] as const);

const instant = (text: string) =>
  Temporal.Instant.from(text.includes("T") ? text : `${text.replace("Z", "")}T00:00Z`);
const shown = ({ numerator, denominator }: Share) =>
  numerator === denominator ? "1" : `${numerator}/${denominator}`;
const byDay = (part: TimeRange, whole: TimeRange) => shareOf({ part, whole, by: "day", timezone: "UTC" });

/** A range of days whose last day is inside. */
function days(text: string): TimeRange {
  const [first = "", last = ""] = text.split("..");
  return { start: instant(first), end: instant(last).add({ hours: 24 }) };
}

test.each(rowsOf("billed"))("bills the fractions its peer bills: %s", (_text, row) => {
  const [, unit = "", day = "", start = "", end = "", target = "", expected = ""] = row;
  const interval = { unit: unit as Interval["unit"], count: 1 };
  const schedule = resolveSchedule({
    anchor: { day: Number(day) },
    interval,
    timezone: "UTC",
    startsAt: instant(start),
  });
  const endsAt = end === "" ? undefined : instant(end);
  const open = (at: Temporal.Instant) => endsAt === undefined || Temporal.Instant.compare(at, endsAt) < 0;
  const terms = dueBoundaries(schedule, { fromIndex: 0, until: instant(target), limit: 50 })
    .filter(({ at }) => open(at))
    .map(({ index, at }) => {
      const periodEnd = boundary(schedule, index + 1);
      const cut = endsAt === undefined || open(periodEnd) ? periodEnd : endsAt;
      return shown(byDay({ start: at, end: cut }, wholePeriodAround(schedule, index)));
    });
  expect(terms.join(" ")).toBe(expected);
});

test.each(rowsOf("share"))("gives the fraction its peer gives: %s", (_text, row) => {
  const [, part = "", whole = "", expected = ""] = row;
  expect(shown(byDay(days(part), days(whole)))).toBe(expected);
});

test.each(rowsOf("stub"))("divides a stub by the grid period around it: %s", (_text, row) => {
  const [, unit = "", start = "", first = "", expected = ""] = row;
  const interval = { unit: unit as Interval["unit"], count: 1 };
  const anchor = { at: instant(first).toZonedDateTimeISO("UTC").toPlainDateTime().toString() };
  const schedule = resolveSchedule({ anchor, interval, timezone: "UTC", startsAt: instant(start) });
  expect(boundary(schedule, 1).toString()).toBe(instant(first).toString());
  const part = { start: instant(start), end: instant(first) };
  expect(shown(byDay(part, wholePeriodAround(schedule, 0)))).toBe(expected);
});

test.each(rowsOf("seconds"))("shares an amount to the second: %s", (_text, row) => {
  const [, start = "", end = "", at = "", amount = "", decimals = "", expected = ""] = row;
  const whole = { start: instant(start), end: instant(end) };
  const share = shareOf({
    part: { start: instant(at), end: whole.end },
    whole,
    by: "second",
    timezone: "UTC",
  });
  const exact = new Decimal(amount).times(share.numerator.toString()).dividedBy(share.denominator.toString());
  expect(exact.toDecimalPlaces(Number(decimals), Decimal.ROUND_HALF_UP).toFixed()).toBe(expected);
});

test("every row names its source", () => {
  expect(new Set(rows.map((row) => row.at(-1)))).toEqual(new Set(Object.keys(peerShareSources)));
});
