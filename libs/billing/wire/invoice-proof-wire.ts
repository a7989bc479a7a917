import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { formatMoney } from "#libs/core/money/money.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { InvoiceView } from "#libs/data/invoice-reads.ts";
import type { ExplainedLine } from "../invoice/explain-lines.ts";
import type { ReplayOutcome } from "../invoice/replay-invoice.ts";
import { invoiceLineWire, presentUnsavedLine } from "./invoice-wire.ts";
import { stepWire } from "./line-making-wire.ts";
import { snakeCaseKeys } from "./snake-case-keys.ts";

/** How a line came to its amount, from what was stored with it. */
export const lineExplanationWire = z
  .object({
    line: invoiceLineWire,
    currency: z.string(),
    timezone: z.string().describe("The subscription's, in which periods and days are cut"),
    local_period: z
      .object({ start: z.string(), end: z.string() })
      .describe("The line's period with the offset of that zone, the end exclusive"),
    inputs: z.record(z.string(), z.unknown()),
    steps: z
      .array(stepWire)
      .describe("From the quantity to the amount, each with the value before and after it; rounding last"),
    rounding: z.object({ mode: z.string(), exact_amount: z.string(), amount: z.string() }),
    event_count: z.string().describe("Events that the line counted"),
    usage: z
      .object({
        meter: z.string(),
        buckets: z
          .array(
            z.object({
              start: z.iso.datetime(),
              end: z.iso.datetime(),
              quantity: z.string(),
              event_count: z.string(),
            }),
          )
          .describe("Local days (months of a long period) with usage, as it stands now"),
      })
      .nullable(),
    usage_url: z.string().nullable().describe("The usage that the line counted, by the hour"),
    input_hash: z.string(),
  })
  .meta({ id: "LineExplanation" });

export type LineExplanationWire = z.infer<typeof lineExplanationWire>;

export function presentLineExplanation(
  row: InvoiceView,
  { line, meterCode, buckets, timezone }: ExplainedLine,
  publicUrl: string,
): LineExplanationWire {
  const amount = formatMoney({ minor: line.amount_minor, currency: row.currency });
  const steps = z.array(stepWire).parse(snakeCaseKeys(line.steps));
  const rounding = { name: "rounding", before: line.exact_amount, after: amount, detail: line.rounding_mode };
  return {
    line: { id: publicId("invoice_line", line.id), ...presentUnsavedLine(line, row.currency) },
    currency: row.currency,
    timezone,
    local_period: {
      start: localTime(line.period_start, timezone),
      end: localTime(line.period_end, timezone),
    },
    inputs: z.record(z.string(), z.unknown()).parse(snakeCaseKeys(line.inputs)),
    steps: steps.some((step) => step.name === "rounded_together") ? steps : [...steps, rounding],
    rounding: { mode: line.rounding_mode, exact_amount: line.exact_amount, amount },
    event_count: line.event_count.toString(),
    usage:
      meterCode === null
        ? null
        : {
            meter: meterCode,
            buckets: buckets.map(({ start, end, quantity, eventCount }) => ({
              ...{ start: start.toString(), end: end.toString(), quantity },
              event_count: eventCount.toString(),
            })),
          },
    usage_url: meterCode === null ? null : usageUrl(row, line, meterCode, publicUrl),
    input_hash: line.input_hash,
  };
}

function localTime(date: Date, timezone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(date.getTime()).toZonedDateTimeISO(timezone);
  return local.toString({ timeZoneName: "never" });
}

function usageUrl(row: InvoiceView, line: ExplainedLine["line"], meter: string, publicUrl: string): string {
  const query = new URLSearchParams({
    customer: publicId("customer", row.customer_id),
    meter,
    from: line.period_start.toISOString(),
    to: line.period_end.toISOString(),
  });
  return `${publicUrl}/v1/usage?${query.toString()}`;
}

/** Whether an invoice comes out the same when it is made again. */
export const replayWire = z
  .object({
    identical: z.boolean(),
    differences: z.array(
      z.object({
        line: z.string().nullable().describe("null: of the invoice as a whole"),
        description: z.string(),
        step: z
          .string()
          .describe("Where it comes to something else, such as usage, ratio, charge_model, tax"),
        stored: z.string().describe("Canonical JSON"),
        replayed: z.string(),
        detail: z.string(),
      }),
    ),
    lines: z
      .object({ events: z.int(), inputs: z.int(), sealed: z.int() })
      .describe(
        "How many were made again from single events, from stored inputs, or held against their seal",
      ),
  })
  .meta({ id: "InvoiceReplay" });

export function presentReplay(outcome: ReplayOutcome): z.infer<typeof replayWire> {
  return {
    identical: outcome.identical,
    differences: outcome.differences.map(({ lineId, description, step, stored, replayed, detail }) => ({
      line: lineId === null ? null : publicId("invoice_line", lineId),
      ...{ description, step, stored, replayed, detail },
    })),
    lines: outcome.lines,
  };
}
