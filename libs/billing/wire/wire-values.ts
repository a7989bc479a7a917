import { Temporal } from "temporal-polyfill";
import { z } from "zod";

const longestKey = 40;
const mostMetadata = 50;
const controlOrHalf = /^[^\p{Cc}\p{Cs}]*$/u;

/** One line of text, 1 to `max` characters; no control characters and no halves of surrogate pairs, which no database holds. */
export function text(max: number) {
  return z.string().min(1).max(max).regex(controlOrHalf, { error: "must hold no control characters" });
}

/** As `text`, but several lines are allowed. */
export function longText(max: number) {
  return z
    .string()
    .max(max)
    .regex(/^(?:[^\p{Cc}\p{Cs}]|[\n\t])*$/u, { error: "must hold no control characters but line breaks" });
}

export const codeText = text(100).regex(/^[\p{L}\p{N}][\p{L}\p{N}_.:-]*$/u, {
  error: 'must be letters, digits and "_", "-", ".", ":", and begin with a letter or digit',
});

/** A whole number whose bounds core holds, with its own error; here they are documented. */
export function wholeNumber(minimum: number, maximum: number) {
  return z.int().meta({ minimum, maximum });
}

/** Exact decimal in plain notation, up to 12 decimals; core says what is allowed where. */
export const decimalText = z
  .string()
  .min(1)
  .max(160)
  .meta({ format: "decimal", examples: ["12.5"] });

/** Amount in major units of the currency beside it, with no more decimals than that has. */
export const moneyText = z
  .string()
  .min(1)
  .max(160)
  .meta({ format: "decimal", examples: ["100.00"] });

export const currencyCode = z
  .string()
  .length(3)
  .meta({ description: "ISO 4217", examples: ["USD"] });

export const timezoneName = text(64).meta({
  description: "IANA time zone name",
  examples: ["Europe/Berlin"],
});

const years = {
  from: Date.parse("0001-01-01T00:00:00Z"),
  to: Date.parse("9999-12-31T23:59:59.999Z"),
} as const;

/** What is no time at all has been refused as such. */
function isFourDigitYear(ms: number): boolean {
  return Number.isNaN(ms) || (ms >= years.from && ms <= years.to);
}

/** RFC 3339 with an offset, in UTC still of a year with four digits: other ones cannot be written as such a time again. */
export const timestamp = z.iso
  .datetime({
    offset: true,
    error: 'must be an RFC 3339 time with an offset, such as "2026-03-01T00:00:00Z"',
  })
  .refine((value) => isFourDigitYear(Date.parse(value)), {
    error: "must be within the years 0001 to 9999 in UTC",
  });

export const interval = z.strictObject({
  unit: z.enum(["day", "week", "month", "quarter", "half_year", "year"]),
  count: z.int().min(1).max(999),
});

export const metadata = z
  .record(text(longestKey), z.union([longText(500), z.number(), z.boolean(), z.null()]))
  .refine((record) => Object.keys(record).length <= mostMetadata, {
    error: `must hold ${mostMetadata} entries at most`,
  });

/** Version of the object, for `If-Match`. */
export const version = z.int().min(0);

/** An instant as sent; the schema has checked its form. */
export function parseTimestamp(value: string): Temporal.Instant {
  return Temporal.Instant.from(value);
}

/** RFC 3339 in UTC: `2026-03-01T05:00:00Z`, with milliseconds only when there are any. */
export function timestampToWire(date: Date): string {
  const text = date.toISOString();
  return text.endsWith(".000Z") ? `${text.slice(0, -5)}Z` : text.replace(/0+Z$/, "Z");
}

export function nullableTimestamp(date: Date | null): string | null {
  return date === null ? null : timestampToWire(date);
}
