import type { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { Decimal, formatDecimal, parseDecimal } from "#libs/core/money/decimal.ts";
import { type RoundingMode, roundDecimal } from "#libs/core/money/rounding.ts";
import { InputUnknown } from "../answer.ts";
import { readTime } from "../compare-values.ts";

/** A decimal string. */
export const decimal: z.ZodType<Decimal> = z.string().transform((text, context) => {
  try {
    return parseDecimal(text, "it");
  } catch (error) {
    context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
});

/** The same as a plain decimal string, as prices take it. */
export const decimalText: z.ZodType<string> = decimal.transform(formatDecimal);

/** An ISO 4217 code in either case. */
export const currencyCode: z.ZodType<string> = z.string().transform((code) => code.toUpperCase());

export const rounding = z.strictObject({
  mode: z.enum(["half_up", "half_even"]),
  scale: z.number().int().min(0).max(40),
  /** What is rounded by itself; it is each line everywhere. */
  applied_to: z.enum(["each_line", "each_term"]).optional(),
});
export type Rounding = z.infer<typeof rounding>;

/** The input as the schema has it. Throws InputUnknown for a key that it does not name and a value that it does not allow. */
export function readInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map((issue) => `${issue.path.join(".") || "input"}: ${issue.message}`);
  throw new InputUnknown(places.join("; "));
}

/** A time of the input, wall clock in `zone` when it has no offset. Throws InputUnknown. */
export function instantOf(text: string, zone: string): Temporal.Instant {
  const at = readTime(text, zone);
  if (at === null) throw new InputUnknown(`"${text}" is neither an instant nor a local date or date-time`);
  return at;
}

/** Rounded as the input asks; unset: as it is. */
export function roundedAs(value: Decimal, how: Rounding | undefined): Decimal {
  return how === undefined ? value : roundDecimal(value, how.scale, how.mode as RoundingMode);
}

/** A currency with so many decimals, for amounts that name none. Throws InputUnknown. */
export function currencyOfScale(scale: number): string {
  const currency = ["JPY", undefined, "USD", "KWD", "CLF"][scale];
  if (currency === undefined) throw new InputUnknown(`no currency has ${scale} decimals`);
  return currency;
}

/** A currency in which the amounts can be written, of two decimals at least. */
export function currencyOfAmounts(...amounts: readonly Decimal[]): string {
  return currencyOfScale(Math.max(2, ...amounts.map((amount) => amount.decimalPlaces())));
}

/** Minor units as a decimal in major units, and the decimal that a share of an amount is. */
export function minorToDecimal(minor: bigint, decimals: number): Decimal {
  return new Decimal(minor.toString()).div(new Decimal(10).pow(decimals));
}
