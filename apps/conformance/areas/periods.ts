import type { Temporal } from "temporal-polyfill";
import { z } from "zod";
import type { TimeRange } from "#libs/core/calendar/proration.ts";
import type { Anchor } from "#libs/core/calendar/resolve-anchor.ts";
import {
  boundary,
  gridBoundary,
  gridIndexAtOrBefore,
  periodAt,
  periodContaining,
  resolveSchedule,
  type Schedule,
} from "#libs/core/calendar/schedule.ts";
import { startOfUnit } from "#libs/core/calendar/start-of-unit.ts";
import { compareInstants, instantToLocal, localToInstant } from "#libs/core/calendar/timezone.ts";
import { Decimal } from "#libs/core/money/decimal.ts";
import { type Answer, InputUnknown, type OtherAnswer, type Values } from "../answer.ts";
import { instantOf, readInput } from "./read-input.ts";

const units = ["day", "week", "month", "quarter", "half_year", "year"] as const;

const periodsInput = z.strictObject({
  op: z.enum([
    "containing_period",
    "previous_period",
    "next_boundary",
    "first_boundary",
    "elapsed_periods",
    "boundary_sequence",
    "add_interval",
    "arrears_due",
    "floor",
    "previous_period_after_timezone_change",
  ]),
  interval: z.enum(units).optional(),
  interval_count: z.number().default(1),
  alignment: z.enum(["anniversary", "calendar", "billing_day"]).default("anniversary"),
  billing_day: z.number().optional(),
  timezone: z.string().default("UTC"),
  anchor: z.string().nullish(),
  service_start: z.string().nullish(),
  start: z.string().nullish(),
  from: z.string().nullish(),
  at: z.string().nullish(),
  unit: z.enum(["hour", ...units]).optional(),
  count: z.number().int().min(0).max(10_000).optional(),
  include_current: z.boolean().default(false),
  subscription_end: z.string().nullish(),
  service_end: z.string().nullish(),
  target: z.string().nullish(),
  not_before: z.string().nullish(),
  anchor_rule: z
    .enum(["start_day_plus_n_at_anchor_clock", "start_month_plus_n", "start_year_plus_n"])
    .optional(),
  old_timezone: z.string().optional(),
  new_timezone: z.string().optional(),
  previous_period_end: z.string().optional(),
});
type PeriodsInput = z.infer<typeof periodsInput>;

/** What an input asks about, with its times as instants. */
export type PeriodsQuestion = {
  readonly input: PeriodsInput;
  readonly time: (name: TimeName) => Temporal.Instant | null;
  readonly zone: string;
};
type TimeName = "anchor" | "service_start" | "start" | "from" | "at" | "subscription_end" | "not_before";

type Asked = { readonly values: Values; readonly others?: readonly OtherAnswer[] };

const answers: Readonly<Record<PeriodsInput["op"], (question: PeriodsQuestion) => Asked>> = {
  containing_period: containingPeriod,
  previous_period: (question) => ({ values: rangeValues(previousPeriod(question), question) }),
  next_boundary: nextBoundary,
  first_boundary: (question) => ({ values: { result: firstBoundary(scheduleOf(question)).at } }),
  elapsed_periods: (question) => ({ values: { count: new Decimal(elapsedPeriods(question)) } }),
  boundary_sequence: boundarySequence,
  add_interval: addInterval,
  arrears_due: arrearsDue,
  floor: floor,
  previous_period_after_timezone_change: afterZoneChange,
};

/** Answers questions about billing periods by `libs/core/calendar`. */
export function answerPeriods(raw: unknown): Answer {
  const question = periodsQuestion(raw);
  return { ...answers[question.input.op](question), timezone: question.zone };
}

/** Reads an input. Throws InputUnknown. */
export function periodsQuestion(raw: unknown): PeriodsQuestion {
  const input = readInput(periodsInput, raw);
  const zone = input.timezone;
  const texts: { readonly [name in TimeName]?: string | null | undefined } = {
    ...input,
    at: input.at ?? input.target,
    subscription_end: input.subscription_end ?? input.service_end,
  };
  const time = (name: TimeName) => {
    const text = texts[name];
    return text === undefined || text === null ? null : instantOf(text, zone);
  };
  return { input, time, zone };
}

function required<T>(value: T | null | undefined, name: string): T {
  if (value === null || value === undefined) throw new InputUnknown(`${name}: is required`);
  return value;
}

/** The schedule of an input; without a start of its own it starts at the anchor, or at what is asked about. */
function scheduleOf({ input, time, zone }: PeriodsQuestion): Schedule {
  const anchorAt = time("anchor");
  const given = time("service_start") ?? time("start");
  const startsAt = required(
    given ?? anchorAt ?? time("from") ?? time("at"),
    "service_start, start, anchor or at",
  );
  const anchors: Readonly<Record<PeriodsInput["alignment"], () => Anchor>> = {
    calendar: () => "calendar",
    billing_day: () => ({ day: required(input.billing_day, "billing_day") }),
    anniversary: () =>
      anchorAt === null ? "anniversary" : { at: instantToLocal(anchorAt, zone).toString() },
  };
  const interval = { unit: required(input.interval, "interval"), count: input.interval_count };
  return resolveSchedule({ anchor: anchors[input.alignment](), interval, timezone: zone, startsAt });
}

/** Whether the first period is a stub from a start: a billing day has one, a grid only when a start is named. */
export function hasStart({ input, time }: PeriodsQuestion): boolean {
  return input.alignment === "billing_day" || time("service_start") !== null;
}

function containingPeriod(question: PeriodsQuestion): Asked {
  const at = required(question.time("at"), "at");
  const schedule = scheduleOf(question);
  const period = hasStart(question) ? periodContaining(schedule, at) : gridPeriod(schedule, at, 0);
  const values = rangeValues(period, question);
  const floorAt = question.time("not_before");
  if (floorAt === null || compareInstants(at, floorAt) >= 0) return { values };
  return { values, others: [{ rule: "grid_before_anchor", values: { start: null, end: floorAt } }] };
}

function gridPeriod(schedule: Schedule, at: Temporal.Instant, shift: number): TimeRange {
  const n = gridIndexAtOrBefore(schedule, at) + shift;
  return { start: gridBoundary(schedule, n), end: gridBoundary(schedule, n + 1) };
}

function previousPeriod(question: PeriodsQuestion): TimeRange {
  const at = required(question.time("at"), "at");
  const schedule = scheduleOf(question);
  if (!hasStart(question)) return gridPeriod(schedule, at, -1);
  return periodAt(schedule, periodContaining(schedule, at).index - 1);
}

/** A range cut at the subscription's end. */
function rangeValues(range: TimeRange, { time }: PeriodsQuestion): Values {
  const end = time("subscription_end");
  return {
    start: range.start,
    end: end !== null && compareInstants(end, range.end) < 0 ? end : range.end,
  };
}

function nextBoundary(question: PeriodsQuestion): Asked {
  const schedule = scheduleOf(question);
  const values = rangeValues(periodAt(schedule, 0), question);
  const end = peerFirstBoundary(question);
  return end === null ? { values } : { values, others: [{ rule: "plain_grid", values: { end } }] };
}

/** Where the engines whose first period is not on the grid end it: the start's own day, month or year, plus n. */
function peerFirstBoundary({ input, time, zone }: PeriodsQuestion): Temporal.Instant | null {
  if (input.anchor_rule === undefined) return null;
  const start = instantToLocal(required(time("start"), "start"), zone);
  const anchor = instantToLocal(required(time("anchor"), "anchor"), zone);
  const n = input.interval_count;
  const clock = anchor.toPlainTime();
  const days = {
    start_day_plus_n_at_anchor_clock: () => start.toPlainDate().add({ days: n }),
    start_month_plus_n: () =>
      anchor.toPlainDate().with({ year: start.year, month: start.month }).add({ months: n }),
    start_year_plus_n: () => anchor.toPlainDate().with({ year: start.year }).add({ years: n }),
  };
  return localToInstant(days[input.anchor_rule]().toPlainDateTime(clock), zone);
}

/** The first boundary of the grid at or after the start, and its number in the schedule. */
function firstBoundary(schedule: Schedule): { readonly index: number; readonly at: Temporal.Instant } {
  const start = boundary(schedule, 0);
  const opensPeriod = gridBoundary(schedule, gridIndexAtOrBefore(schedule, start)).equals(start);
  return opensPeriod ? { index: 0, at: start } : { index: 1, at: boundary(schedule, 1) };
}

function elapsedPeriods(question: PeriodsQuestion): number {
  const at = required(question.time("at"), "at");
  const schedule = scheduleOf(question);
  if (compareInstants(at, boundary(schedule, 0)) < 0) return 0;
  return periodContaining(schedule, at).index + (question.input.include_current ? 1 : 0);
}

function boundarySequence(question: PeriodsQuestion): Asked {
  const schedule = scheduleOf(question);
  const first = firstBoundary(schedule).index;
  const count = required(question.input.count, "count");
  const boundaries = Array.from({ length: count }, (_, k) => boundary(schedule, first + k));
  return { values: { boundaries } };
}

function addInterval(question: PeriodsQuestion): Asked {
  const from = required(question.time("from"), "from");
  const schedule = scheduleOf({ ...question, input: { ...question.input, alignment: "anniversary" } });
  return { values: { from, result: boundary(schedule, 1) } };
}

/** Arrears are billed up to the start of the period that runs, and at the end up to the end. */
function arrearsDue(question: PeriodsQuestion): Asked {
  const at = required(question.time("at"), "at");
  const schedule = scheduleOf(question);
  const { start, end } = hasStart(question) ? periodContaining(schedule, at) : gridPeriod(schedule, at, 0);
  return { values: arrearsValues({ start, end }, at, question.time("subscription_end")) };
}

/** Under the names that an answer to `arrears_due` may go by. */
export function arrearsValues(
  { start, end }: TimeRange,
  at: Temporal.Instant,
  endsAt: Temporal.Instant | null,
): Values {
  const until = endsAt !== null && compareInstants(endsAt, at) <= 0 ? endsAt : start;
  return {
    ...{ billed_until: until, billed_to: until, billed_up_to: until, due_until: until, effective_end: until },
    ...{ next_boundary: end, next: end },
  };
}

function floor({ input, time, zone }: PeriodsQuestion): Asked {
  const unit = required(input.unit, "unit");
  return { values: { result: startOfUnit(required(time("at"), "at"), unit, zone) } };
}

/** After a change of zone a schedule starts in the new one, with a stub; others end that period with the calendar unit. */
function afterZoneChange(question: PeriodsQuestion): Asked {
  const { input } = question;
  const timezone = required(input.new_timezone, "new_timezone");
  const oldZone = required(input.old_timezone, "old_timezone");
  const startsAt = instantOf(required(input.previous_period_end, "previous_period_end"), oldZone);
  const interval = { unit: required(input.interval, "interval"), count: input.interval_count };
  const schedule = resolveSchedule({ anchor: "calendar", interval, timezone, startsAt });
  const { start, end } = periodAt(schedule, 0);
  const old = resolveSchedule({ anchor: "calendar", interval, timezone: oldZone, startsAt });
  const localEnd = instantToLocal(boundary(old, 1), oldZone);
  const peerEnd = localToInstant(localEnd, timezone);
  return {
    values: { start, end },
    others: [{ rule: "zone_change_opens_schedule", values: { start, end: peerEnd } }],
  };
}
