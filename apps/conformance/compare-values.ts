import { Temporal } from "temporal-polyfill";
import type { Share } from "#libs/core/calendar/proration.ts";
import { localToInstant } from "#libs/core/calendar/timezone.ts";
import { Decimal, formatDecimal } from "#libs/core/money/decimal.ts";
import type { SeriesPoint, Value } from "./answer.ts";

const plainDecimal = /^[+-]?\d+(\.\d+)?$/;
const fraction = /^(-?\d+)\/(\d+)$/;
const wallClock = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$/;

/** A time as the vectors write it: an instant with its offset, or a wall clock in `zone`; null for anything else. */
export function readTime(text: string, zone: string): Temporal.Instant | null {
  try {
    if (wallClock.test(text)) return localToInstant(Temporal.PlainDateTime.from(text), zone);
    return /^\d{4}-\d{2}-\d{2}T/.test(text) ? Temporal.Instant.from(text) : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Whether an expected JSON value says what we say: numbers and shares by value, times as instants. */
export function isSameValue(expected: unknown, ours: Value | undefined, zone: string): boolean {
  if (ours === undefined) return false;
  if (ours === null || typeof ours === "boolean" || typeof ours === "string") return expected === ours;
  if (Array.isArray(ours)) {
    return (
      Array.isArray(expected) &&
      expected.length === ours.length &&
      ours.every((each: Value, index) => isSameValue(expected[index], each, zone))
    );
  }
  if (ours instanceof Temporal.Instant) {
    return typeof expected === "string" && readTime(expected, zone)?.equals(ours) === true;
  }
  if (ours instanceof Decimal) return isSameNumber(expected, ours, new Decimal(1));
  if ("numerator" in ours) {
    return isSameNumber(
      expected,
      new Decimal(ours.numerator.toString()),
      new Decimal(ours.denominator.toString()),
    );
  }
  if ("series" in ours) return isSameSeries(expected, ours.series, zone);
  return "record" in ours && isSameRecord(expected, ours.record, zone);
}

/** Values in order of time: as a list of values, a list of objects with their ends, or an object by start. */
function isSameSeries(expected: unknown, series: readonly SeriesPoint[], zone: string): boolean {
  if (typeof expected !== "object" || expected === null) return false;
  const given = Array.isArray(expected)
    ? expected
    : Object.entries(expected).map(([start, value]) => ({ start, value }));
  return (
    given.length === series.length && series.every((point, index) => isSamePoint(given[index], point, zone))
  );
}

function isSamePoint(expected: unknown, point: SeriesPoint, zone: string): boolean {
  if (typeof expected !== "object" || expected === null) return isSameValue(expected, point.value, zone);
  const names: Readonly<Record<string, Value>> = {
    ...{ start: point.start, from: point.start, end: point.end, to: point.end, value: point.value },
  };
  return Object.entries(expected).every(([name, value]) => isSameValue(value, names[name], zone));
}

function isSameRecord(expected: unknown, ours: ReadonlyMap<string, Value>, zone: string): boolean {
  if (typeof expected !== "object" || expected === null || Array.isArray(expected)) return false;
  const entries = Object.entries(expected);
  return (
    entries.length === ours.size && entries.every(([key, value]) => isSameValue(value, ours.get(key), zone))
  );
}

/** Whether a decimal or `a/b` equals numerator over denominator, exactly. */
function isSameNumber(expected: unknown, numerator: Decimal, denominator: Decimal): boolean {
  const text = typeof expected === "number" ? String(expected) : expected;
  if (typeof text !== "string") return false;
  const [, above, below] = fraction.exec(text) ?? (plainDecimal.test(text) ? [text, text, "1"] : []);
  if (above === undefined || below === undefined) return false;
  return new Decimal(above).times(denominator).equals(numerator.times(below));
}

function showShare({ numerator, denominator }: Share): string {
  const isWholeNumber = numerator % denominator === 0n;
  return isWholeNumber ? String(numerator / denominator) : `${numerator}/${denominator}`;
}

/** A value for a person, in the notation of the vectors. */
export function showValue(value: Value | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (value instanceof Temporal.Instant) return value.toString();
  if (value instanceof Decimal) return formatDecimal(value);
  if (Array.isArray(value)) return `[${value.map((each: Value) => showValue(each)).join(", ")}]`;
  if ("numerator" in value) return showShare(value);
  if ("series" in value) {
    return `[${value.series.map((point) => `${point.start.toString()}: ${showValue(point.value)}`).join(", ")}]`;
  }
  if (!("record" in value)) return String(value);
  return `{${[...value.record].map(([key, each]) => `${JSON.stringify(key)}: ${showValue(each)}`).join(", ")}}`;
}
