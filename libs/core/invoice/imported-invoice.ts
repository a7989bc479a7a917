import { Temporal } from "temporal-polyfill";
import { placesOf } from "../assert-places.ts";
import { startOfLocalDay } from "../calendar/timezone.ts";
import { domainError, type ErrorPlace } from "../errors.ts";
import { currencyExponent } from "../money/currencies.ts";
import { formatMoney, parseMoney } from "../money/money.ts";
import { roundToMinor } from "../money/rounding.ts";
import type { DecimalString } from "../price/price.ts";
import { type ManualLine, placesOfManualLines, rateManualLine } from "./manual-line.ts";

/** An invoice as another engine issued it. Amounts in major units; days are those of the tenant's zone. */
export type ImportedInvoice = {
  /** Our id, or the sender's own. */
  readonly customer: string;
  readonly number: string;
  readonly currency: string;
  /** `2025-03-01`, or an instant in RFC 3339. */
  readonly issuedAt: string;
  /** Default: the payment terms, from the issue. */
  readonly dueDate?: string | undefined;
  /** With tax. */
  readonly total: DecimalString;
  readonly taxTotal?: DecimalString | undefined;
  /** Code or id of the rate that the tax was computed by; required with tax. */
  readonly taxRate?: string | undefined;
  readonly amountPaid?: DecimalString | undefined;
  /** Default: the issue. */
  readonly paidAt?: string | undefined;
  readonly description?: string | undefined;
  /** Unset: one line with all of it. */
  readonly lines?: readonly ManualLine[] | undefined;
};

/** What an imported invoice says, once everything that it says by itself is sound; minor units. */
export type ImportedFacts = {
  readonly issuedAt: Temporal.Instant;
  readonly dueAt: Temporal.Instant | null;
  readonly paidAt: Temporal.Instant;
  readonly totalMinor: bigint;
  readonly taxMinor: bigint;
  readonly paidMinor: bigint;
};

const printable = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;

/**
 * Reads what can be known of an imported invoice without its tenant, or everything that is wrong with it, by field.
 * Totals are not below 0: what a customer is owed is imported as credit.
 */
export function readImported(
  invoice: ImportedInvoice,
  { timezone, now }: { readonly timezone: string; readonly now: Temporal.Instant },
): { readonly facts: ImportedFacts } | { readonly places: readonly ErrorPlace[] } {
  const { currency, number } = invoice;
  const places: ErrorPlace[] = placesOf("currency", () => currencyExponent(currency));
  if (places.length > 0) return { places };
  const amount = (path: string, text: string | undefined): bigint => {
    if (text === undefined) return 0n;
    const faults = placesOf(path, () => parseMoney(text, currency));
    places.push(...faults);
    const { minor } = faults.length > 0 ? { minor: 0n } : parseMoney(text, currency);
    if (minor < 0n) places.push(place(path, `must not be below 0, got ${text}`));
    return minor;
  };
  const instant = (path: string, text: string): Temporal.Instant => {
    places.push(...placesOf(path, () => instantOf(text, timezone)));
    return places.some((each) => each.path === path) ? now : instantOf(text, timezone);
  };
  if (!printable.test(number))
    places.push(
      place("number", `must be printable ASCII without blanks at its ends, got ${JSON.stringify(number)}`),
    );
  const totalMinor = amount("total", invoice.total);
  const taxMinor = amount("tax_total", invoice.taxTotal);
  const paidMinor = amount("amount_paid", invoice.amountPaid);
  const issuedAt = instant("issued_at", invoice.issuedAt);
  const dueAt = invoice.dueDate === undefined ? null : instant("due_date", invoice.dueDate);
  const paidAt = invoice.paidAt === undefined ? issuedAt : instant("paid_at", invoice.paidAt);
  if (places.length > 0) return { places };
  const show = (minor: bigint) => formatMoney({ minor, currency });
  const isLater = (a: Temporal.Instant, b: Temporal.Instant) => Temporal.Instant.compare(a, b) > 0;
  if (taxMinor > totalMinor) places.push(place("tax_total", `is more than total, ${show(totalMinor)}`));
  if (taxMinor > 0n && invoice.taxRate === undefined)
    places.push(place("tax_rate", "is required where tax_total is more than 0: the code of a tax rate"));
  if (paidMinor > totalMinor)
    places.push(place("amount_paid", `is more than total, ${show(totalMinor)}; import the rest as credit`));
  if (invoice.paidAt !== undefined && paidMinor === 0n)
    places.push(place("paid_at", "is not allowed where nothing is paid"));
  if (isLater(issuedAt, now)) places.push(place("issued_at", `lies in the future of ${now.toString()}`));
  if (dueAt !== null && isLater(issuedAt, dueAt)) places.push(place("due_date", "lies before issued_at"));
  if (invoice.paidAt !== undefined && isLater(paidAt, now))
    places.push(place("paid_at", `lies in the future of ${now.toString()}`));
  if (invoice.lines !== undefined) places.push(...placesOfManualLines(invoice.lines, currency));
  return places.length > 0
    ? { places }
    : { facts: { issuedAt, dueAt, paidAt, totalMinor, taxMinor, paidMinor } };
}

/**
 * The lines of an imported invoice with their amounts in minor units, each rounded half up.
 * @returns a fault when they do not add up to what the invoice says without exclusive tax
 */
export function importedLines(
  invoice: ImportedInvoice,
  input: { readonly facts: ImportedFacts; readonly taxInclusive: boolean; readonly key: string },
) {
  const { facts, taxInclusive, key } = input;
  const { currency } = invoice;
  const subtotalMinor = taxInclusive ? facts.totalMinor : facts.totalMinor - facts.taxMinor;
  const whole = { description: invoice.description ?? `Invoice ${invoice.number}` };
  const written = invoice.lines ?? [{ ...whole, amount: formatMoney({ minor: subtotalMinor, currency }) }];
  const lines = written.map((line, position) => {
    const rated = rateManualLine(line, `${key}/${position}`, facts.issuedAt);
    return { line: rated, amountMinor: roundToMinor(rated.exactAmount, currency, "half_up") };
  });
  const sum = lines.reduce((total, { amountMinor }) => total + amountMinor, 0n);
  const show = (minor: bigint) => formatMoney({ minor, currency });
  const fault =
    sum === subtotalMinor
      ? null
      : place(
          "lines",
          `add up to ${show(sum)}, and total${taxInclusive ? "" : " - tax_total"} is ${show(subtotalMinor)}`,
        );
  return { lines, subtotalMinor, fault };
}

/** What a timestamp column and RFC 3339 both hold. */
const earliest = Temporal.Instant.from("1900-01-01T00:00:00Z");
const latest = Temporal.Instant.from("9999-12-31T23:59:59.999Z");

/** A day begins at its first instant in the zone. @throws DomainError time_invalid */
function instantOf(text: string, timezone: string): Temporal.Instant {
  const instant = parseInstant(text, timezone);
  const isHeld =
    Temporal.Instant.compare(earliest, instant) <= 0 && Temporal.Instant.compare(instant, latest) <= 0;
  if (isHeld) return instant;
  throw domainError(
    "fields_invalid",
    `the date is out of range: from ${earliest.toString()} to ${latest.toString()} in UTC; got ${JSON.stringify(text)}`,
  );
}

function parseInstant(text: string, timezone: string): Temporal.Instant {
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return startOfLocalDay(Temporal.PlainDate.from(text), timezone);
    return Temporal.Instant.from(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw domainError(
      "fields_invalid",
      `must be a day such as "2025-03-01", or an RFC 3339 time with an offset; got ${JSON.stringify(text)}`,
    );
  }
}

function place(path: string, message: string): ErrorPlace {
  return { path, code: "value_invalid", message };
}
