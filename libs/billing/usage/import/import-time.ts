import { Temporal } from "temporal-polyfill";
import { assertTimezone, localToInstant } from "#libs/core/calendar/timezone.ts";
import { readEventTime, writeEventTime } from "../event-time.ts";

/** A time as the events write it, or what is wrong with it. */
export type ReadTime = { readonly time: string } | { readonly fault: string };

const local =
  /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[Tt ]\s*(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?)?$/;
const epoch = /^-?\d{1,16}(\.\d{1,9})?$/;

/** Nothing else is both: 10^11 seconds is the year 5138, 10^11 milliseconds is 1973. */
const MILLISECONDS_FROM = 1e11;
const MILLISECONDS_TO = 1e14;
const MINUTE_MS = 60_000;
const CACHED_MINUTES = 20_000;

const forms =
  "an RFC 3339 time (2026-03-31T18:30:00Z), YYYY/MM/DD HH:mm[:ss] with a timezone, or epoch seconds or milliseconds";

/**
 * Reads the times of a file: RFC 3339 with offset; `YYYY/MM/DD HH:mm[:ss]` (or with `-` or `T`, or the day alone for
 * its midnight) on a wall clock in `timezone`; epoch seconds or milliseconds. Parts below a millisecond are cut off. A local
 * time that the clock skips becomes the first instant after the gap, one that it shows twice is the first of the two.
 * @throws `timezone_unknown`
 */
export function importTimeReader(timezone: string | undefined): (given: unknown) => ReadTime {
  const zone = timezone === undefined ? null : assertTimezone(timezone);
  const minutes = new Map<number, { readonly startMs: number; readonly skipped: boolean }>();
  const minuteOf = (parts: readonly [number, number, number, number, number], inZone: string) => {
    const [year, month, day, hour, minute] = parts;
    const key = Date.UTC(year, month - 1, day, hour, minute) / MINUTE_MS;
    const known = minutes.get(key);
    if (known !== undefined) return known;
    const wall = Temporal.PlainDateTime.from({ year, month, day, hour, minute }, { overflow: "reject" });
    const at = localToInstant(wall, inZone);
    const skipped = !at.toZonedDateTimeISO(inZone).toPlainDateTime().equals(wall);
    const found = { startMs: at.epochMilliseconds, skipped };
    if (minutes.size >= CACHED_MINUTES) minutes.clear();
    minutes.set(key, found);
    return found;
  };
  return (given) => {
    const text = typeof given === "number" ? String(given) : typeof given === "string" ? given.trim() : null;
    if (text === null || text === "") return { fault: `a time is ${forms}, got ${show(given)}` };
    if (epoch.test(text)) return fromEpoch(text);
    const parts = local.exec(text);
    if (parts === null) return timeOr(readEventTime(text), given);
    if (zone === null) return { fault: `"${text}" has no offset: name the timezone it was written in` };
    const [, year, , month, day, hour = "0", minute = "0", second = "0", fraction = ""] = parts;
    if (Number(second) > 59) return { fault: `a time is ${forms}, got ${show(given)}` };
    try {
      const numbers = [year, month, day, hour, minute].map(Number);
      const [y = 0, mo = 0, d = 0, h = 0, mi = 0] = numbers;
      const { startMs, skipped } = minuteOf([y, mo, d, h, mi], zone);
      const within = Number(second) * 1_000 + Number(fraction.slice(0, 3).padEnd(3, "0"));
      return timeOr(writeEventTime(skipped ? startMs : startMs + within), given);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return { fault: `there is no such day or time: ${show(given)}` };
    }
  };
}

function fromEpoch(text: string): ReadTime {
  const number = Number(text);
  const size = Math.abs(number);
  if (size >= MILLISECONDS_TO) {
    return { fault: `an epoch time is in seconds or milliseconds, ${text} is neither` };
  }
  if (size >= MILLISECONDS_FROM) return timeOr(writeEventTime(Math.floor(number)), text);
  const [whole = "0", fraction = ""] = text.split(".");
  const milliseconds = Number(whole) * 1_000 + Number(fraction.slice(0, 3).padEnd(3, "0"));
  return timeOr(writeEventTime(milliseconds), text);
}

function timeOr(time: string | null, given: unknown): ReadTime {
  return time === null ? { fault: `a time is ${forms}, got ${show(given)}` } : { time };
}

function show(given: unknown): string {
  return (JSON.stringify(given) ?? "nothing").slice(0, 80);
}
