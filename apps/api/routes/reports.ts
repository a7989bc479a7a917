import type { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { readAnomalies } from "#libs/billing/report/read-anomalies.ts";
import { readMrr } from "#libs/billing/report/read-mrr.ts";
import { readNumbering } from "#libs/billing/report/read-numbering.ts";
import {
  agingRowWire,
  anomalyRowWire,
  collectionRowWire,
  mrrRowWire,
  numberingRowWire,
  presentAging,
  presentAnomaly,
  presentCollection,
  presentMrr,
  presentNumbering,
  presentRevenue,
  presentStatement,
  revenueRowWire,
  statementRowWire,
} from "#libs/billing/wire/report-wire.ts";
import { parseTimestamp, timestamp } from "#libs/billing/wire/wire-values.ts";
import type { Tx } from "#libs/billing/work/tx.ts";
import { assertNoPlaces, placesOf } from "#libs/core/assert-places.ts";
import { parseMonth, previousMonth } from "#libs/core/calendar/month.ts";
import { localDate, startOfLocalDay } from "#libs/core/calendar/timezone.ts";
import { toDate } from "#libs/data/database.ts";
import {
  readAging,
  readCollections,
  readRevenue,
  readStatement,
  type ReportRange,
} from "#libs/data/report-reads.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { csvAnswer } from "../csv-answer.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { customerIdOf } from "./subscriptions.ts";

const tag = "Reports";
const format = z.enum(["json", "csv"]).default("json");
const mostDays = 3_700;

const rangeQuery = z.strictObject({
  from: timestamp.optional().describe("Default: the first of the month eleven months before this one"),
  to: timestamp.optional().describe("Exclusive; default: now"),
  interval: z.enum(["month", "day"]).default("month").describe("Cut in the tenant's time zone"),
  format,
});

function reportOf<T extends z.ZodType>(row: T) {
  return z.object({ data: z.array(row) });
}

/** As JSON, or as a table with the schema's fields for columns. */
function answerOf<Row extends object>(
  name: string,
  wire: z.ZodObject,
  rows: readonly Row[],
  as: "json" | "csv",
) {
  if (as === "json") return { body: { data: [...rows] } };
  return csvAnswer(name, Object.keys(wire.shape) as (keyof Row & string)[], rows);
}

async function rangeOf(tx: Tx, query: z.infer<typeof rangeQuery>): Promise<ReportRange> {
  const { settings } = await currentSettings(tx);
  const { timezone } = settings;
  const to = query.to === undefined ? tx.now : parseTimestamp(query.to);
  const first = localDate(to, timezone).with({ day: 1 }).subtract({ months: 11 });
  const from = query.from === undefined ? startOfLocalDay(first, timezone) : parseTimestamp(query.from);
  assertRange(from, to);
  return { from: toDate(from), to: toDate(to), timezone, unit: query.interval };
}

function assertRange(from: Temporal.Instant, to: Temporal.Instant): void {
  const days = to.since(from).total({ unit: "hours" }) / 24;
  if (days > 0 && days <= mostDays) return;
  const message = `must lie after from (${from.toString()}) and at most ${mostDays} days later; got ${to.toString()}`;
  assertNoPlaces([{ path: "to", code: "range_invalid", message }]);
}

const revenue = defineRoute({
  method: "get",
  path: "/v1/reports/revenue",
  tag,
  summary: "Revenue by month or day",
  description: "As the ledger says, so it agrees with the trial balance to the cent.",
  access: "read",
  query: rangeQuery,
  response: { status: 200, schema: reportOf(revenueRowWire), contentTypes: ["text/csv"] },
  errors: [],
  example: { query: { interval: "month" } },
  transaction: async (tx, { query }) => {
    const rows = await readRevenue(tx, await rangeOf(tx, query));
    return answerOf("revenue", revenueRowWire, rows.map(presentRevenue), query.format);
  },
});

const collections = defineRoute({
  method: "get",
  path: "/v1/reports/collections",
  tag,
  summary: "What was asked for and what came in",
  description: "By month or day, as the ledger says.",
  access: "read",
  query: rangeQuery,
  response: { status: 200, schema: reportOf(collectionRowWire), contentTypes: ["text/csv"] },
  errors: [],
  example: { query: { interval: "month" } },
  transaction: async (tx, { query }) => {
    const rows = await readCollections(tx, await rangeOf(tx, query));
    return answerOf("collections", collectionRowWire, rows.map(presentCollection), query.format);
  },
});

const aging = defineRoute({
  method: "get",
  path: "/v1/reports/aging",
  tag,
  summary: "What customers owe, by how long it is overdue",
  description: "As the ledger says, at any instant up to now; who owes most comes first.",
  access: "read",
  query: z.strictObject({ as_of: timestamp.optional().describe("Default: now"), format }),
  response: { status: 200, schema: reportOf(agingRowWire), contentTypes: ["text/csv"] },
  errors: [],
  example: {},
  transaction: async (tx, { query }) => {
    const asOf = query.as_of === undefined ? tx.now : parseTimestamp(query.as_of);
    return answerOf(
      "aging",
      agingRowWire,
      (await readAging(tx, toDate(asOf))).map(presentAging),
      query.format,
    );
  },
});

const statement = defineRoute({
  method: "get",
  path: "/v1/reports/statement",
  tag,
  summary: "A customer's statement of account",
  description: "What the customer owed, every change of it, and the balance after each; by currency.",
  access: "read",
  query: z.strictObject({
    customer: z.string().min(1).max(255).describe("Id or external id"),
    from: timestamp.optional().describe("Default: the first of the month eleven months before this one"),
    to: timestamp.optional().describe("Exclusive; default: now"),
    format,
  }),
  response: { status: 200, schema: reportOf(statementRowWire), contentTypes: ["text/csv"] },
  errors: ["customer_not_found"],
  example: { query: { customer: "acme" } },
  transaction: async (tx, { query }) => {
    const customerId = await customerIdOf(tx, query.customer);
    const { from, to } = await rangeOf(tx, { ...query, interval: "month" });
    const rows = await readStatement(tx, { customerId, from, to });
    return answerOf("statement", statementRowWire, rows.map(presentStatement), query.format);
  },
});

const mrr = defineRoute({
  method: "get",
  path: "/v1/reports/mrr",
  tag,
  summary: "Monthly recurring revenue and how it moved",
  description:
    "Recurring prices of subscriptions in force, each brought to a month, before discounts and tax. Usage is not recurring; trials and paused subscriptions pay nothing.",
  access: "read",
  query: z.strictObject({
    as_of: timestamp.optional().describe("Default: now"),
    since: timestamp.optional().describe("Default: a month before as_of"),
    format,
  }),
  response: { status: 200, schema: reportOf(mrrRowWire), contentTypes: ["text/csv"] },
  errors: [],
  example: {},
  transaction: async (tx, { query }) => {
    const { settings } = await currentSettings(tx);
    const asOf = query.as_of === undefined ? tx.now : parseTimestamp(query.as_of);
    const monthBefore = asOf.toZonedDateTimeISO(settings.timezone).subtract({ months: 1 }).toInstant();
    const since = query.since === undefined ? monthBefore : parseTimestamp(query.since);
    assertRange(since, asOf);
    return answerOf("mrr", mrrRowWire, (await readMrr(tx, { since, asOf })).map(presentMrr), query.format);
  },
});

const numbering = defineRoute({
  method: "get",
  path: "/v1/reports/numbering",
  tag,
  summary: "The series of numbers, and what is missing of them",
  description:
    "Each count by itself: what it gave, what is held, which numbers no document has, and which are not in the order of issue. None should be; void documents keep their numbers.",
  access: "read",
  query: z.strictObject({ format }),
  response: { status: 200, schema: reportOf(numberingRowWire), contentTypes: ["text/csv"] },
  errors: [],
  example: {},
  transaction: async (tx, { query }) =>
    answerOf("numbering", numberingRowWire, (await readNumbering(tx)).map(presentNumbering), query.format),
});

const anomalies = defineRoute({
  method: "get",
  path: "/v1/reports/anomalies",
  tag,
  summary: "What is unusual in a month, before a customer finds it",
  description:
    "`amount_unusual`: a cycle invoice, a draft too, further from the median of up to 12 before it on the same terms (at least 3) than five times their median " +
    "distance from it, half of it, and one unit of the currency. `usage_stopped`: a period without an event after three or more with some. `usage_unpriced`: usage " +
    "that no price of the customer's subscriptions bills. `usage_unresolved`: events whose customer or meter is not known. A period belongs to the month that it ends in.",
  access: "read",
  query: z.strictObject({
    month: z.string().max(7).optional().describe("YYYY-MM; default: the month before this one"),
    format,
  }),
  response: { status: 200, schema: reportOf(anomalyRowWire), contentTypes: ["text/csv"] },
  errors: [],
  example: { query: { month: "2026-01" } },
  transaction: async (tx, { query }) => {
    const { settings } = await currentSettings(tx);
    const month = query.month ?? previousMonth(tx.now, settings.timezone);
    assertNoPlaces(placesOf("month", () => parseMonth(month)));
    return answerOf(
      "anomalies",
      anomalyRowWire,
      (await readAnomalies(tx, month)).map(presentAnomaly),
      query.format,
    );
  },
});

export const reportRoutes: readonly Route[] = [
  revenue,
  collections,
  aging,
  statement,
  mrr,
  numbering,
  anomalies,
];
