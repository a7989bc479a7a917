import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import type { Schedule } from "../calendar/schedule.ts";
import type { PlanLimits } from "../price/plan-limits.ts";
import type { BillableItem } from "./billable-item.ts";
import type { LimitInputs } from "./limit-line.ts";
import { limitPeriodsDue } from "./limit-periods.ts";
import { limitLine } from "./limit-line.ts";
import { type BilledBefore, type BilledLimit, type LineHere, settleLimits } from "./plan-limits.ts";

const rounding = { currency: "USD", mode: "half_up" } as const;
const at = (day: string) => Temporal.Instant.from(`2026-${day}T00:00:00Z`);
const monthly = { unit: "month", count: 1 } as const;

function itemOf(
  itemId: string,
  limits: Pick<PlanLimits, "planVersionId"> & Partial<PlanLimits>,
  span: { readonly from?: string; readonly to?: string; readonly day?: string } = {},
): BillableItem {
  const schedule: Schedule = {
    ...{ anchorAt: `2026-${span.day ?? "01-01"}T00:00:00`, interval: monthly, timezone: "UTC" },
    startsAt: at(span.from ?? "04-01").toString(),
  };
  return {
    ...{ itemId, priceId: itemId, unit: null, meter: null, quantity: null, scheduleNo: 0, schedule },
    endsAt: span.to === undefined ? null : at(span.to),
    limits: { interval: monthly, minimumCommitmentMinor: null, maximumAmountMinor: null, ...limits },
    price: {
      ...{ code: itemId, name: itemId, kind: "usage", billing: "in_arrears", proration: "second" },
      chargeModel: { model: "per_unit", unitAmount: "1" },
    },
  };
}

const lineOf = (itemId: string, grossMinor: bigint, start = "04-01"): LineHere => ({
  ...{ key: `${itemId}/${start}`, itemId, kind: "usage", start: at(start), claimStart: null },
  ...{ grossMinor, discountMinor: 0n, isWaived: false },
});

const none: BilledBefore = { lines: [], limits: [] };

function settle(
  items: readonly BillableItem[],
  input: { readonly at: string; readonly here: readonly LineHere[]; readonly before?: BilledBefore },
) {
  const touched = input.here.map((line) => line.start);
  const periods = limitPeriodsDue(items, { at: at(input.at), touched });
  const { here, before = none } = input;
  return settleLimits({ subscriptionId: "s", items, periods, before, here }, rounding);
}

const said = (settlements: ReturnType<typeof settle>) =>
  settlements.map(({ line }) => `${line.kind} ${line.exactAmount.toFixed(2)}`);

test("a change of quantity or a boundary of another item within the period decides nothing", () => {
  const limits = { planVersionId: "a", minimumCommitmentMinor: 10_000n };
  const items = [itemOf("one", limits, { to: "04-16" }), itemOf("two", limits, { from: "04-16" })];
  expect(said(settle(items, { at: "04-16", here: [lineOf("one", 100n)] }))).toEqual([]);
  expect(
    said(settle(items, { at: "05-01", here: [lineOf("one", 100n), lineOf("two", 100n, "04-16")] })),
  ).toEqual(["minimum_commitment 98.00"]);
});

test("a new grid ends the period, and the new one has its own", () => {
  const limits = { planVersionId: "a", maximumAmountMinor: 100n };
  const items = [
    itemOf("one", limits, { to: "04-16" }),
    itemOf("two", limits, { from: "04-16", day: "01-16" }),
  ];
  expect(said(settle(items, { at: "04-16", here: [lineOf("one", 150n)] }))).toEqual(["adjustment -0.50"]);
  expect(said(settle(items, { at: "05-16", here: [lineOf("two", 150n, "04-16")] }))).toEqual([
    "adjustment -0.50",
  ]);
});

test("a version that promises nothing takes over without its usage counting for the one before", () => {
  const items = [
    itemOf("one", { planVersionId: "a", minimumCommitmentMinor: 3_000n }, { to: "04-16" }),
    itemOf("two", { planVersionId: "b" }, { from: "04-16" }),
  ];
  expect(said(settle(items, { at: "04-16", here: [lineOf("one", 500n)] }))).toEqual([
    "minimum_commitment 10.00",
  ]);
  const limits: BilledLimit[] = [
    {
      ...{ limit: "minimum_commitment", grid: at("04-01"), end: at("04-16"), settlementNo: 1 },
      ...{ grossMinor: 1_000n, discountMinor: 0n, takenBackMinor: 0n, isVoid: false, isWaived: false },
    },
  ];
  const before = { lines: [lineOf("one", 500n)], limits };
  expect(said(settle(items, { at: "05-01", here: [lineOf("two", 9_000n, "04-16")], before }))).toEqual([]);
});

test("a fee that is given back whole at the start of its period counts for that period", () => {
  const items = [itemOf("one", { planVersionId: "a", minimumCommitmentMinor: 3_000n })];
  const credit = { ...lineOf("one", -3_000n), kind: "proration_credit", claimStart: at("04-01") } as const;
  expect(said(settle(items, { at: "04-01", here: [credit] }))).toEqual([]);
  const before = { lines: [lineOf("one", 3_000n), credit], limits: [] };
  expect(said(settle(items, { at: "05-01", here: [], before }))).toEqual(["minimum_commitment 30.00"]);
});

test("a line is made of its inputs alone", () => {
  const items = [itemOf("one", { planVersionId: "a", maximumAmountMinor: 100n })];
  const [found] = settle(items, { at: "05-01", here: [lineOf("one", 150n)] });
  if (found === undefined) throw new Error("the maximum was not settled");
  const { sourceKey: key, start, end, inputs } = found.line;
  const { period: _, ...stored } = inputs as LimitInputs & { period: unknown };
  expect(limitLine(stored, { key, start, end }, rounding)).toEqual(found.line);
});

test("however the usage of a month comes, on both sides of a change and late, it costs what it costs at once", () => {
  const amount = fc.bigInt(0n, 20_000n);
  const bound = fc.option(fc.bigInt(0n, 15_000n));
  const parts = fc.array(fc.record({ minor: amount, isSecond: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(bound, bound, parts, amount, (minimum, maximum, late, first) => {
      const limits = {
        minimumCommitmentMinor: minimum,
        maximumAmountMinor: maximum === null || minimum === null || maximum >= minimum ? maximum : minimum,
      };
      const items = [
        itemOf("one", { planVersionId: "a", ...limits }, { to: "04-16" }),
        itemOf("two", { planVersionId: "b", ...limits }, { from: "04-16" }),
      ];
      const steps = [
        { when: "04-16", here: [lineOf("one", first)] },
        { when: "05-01", here: [lineOf("two", 0n, "04-16")] },
        ...late.map(({ minor, isSecond }, n) => ({
          when: `05-0${n + 2}`,
          here: [isSecond ? lineOf("two", minor, "04-16") : lineOf("one", minor)],
        })),
      ];
      let before: BilledBefore = none;
      for (const { when, here } of steps) {
        const settled = settle(items, { at: when, here, before });
        const billed = settled.map(({ line }): BilledLimit => {
          const { limit, settlementNo } = line.inputs as LimitInputs;
          const grossMinor = BigInt(line.exactAmount.times(100).toFixed(0));
          const known = {
            grid: at("04-01"),
            end: line.end,
            discountMinor: 0n,
            takenBackMinor: 0n,
            isVoid: false,
            isWaived: false,
          };
          return { limit, settlementNo, grossMinor, ...known };
        });
        before = { lines: [...before.lines, ...here], limits: [...before.limits, ...billed] };
      }
      const used = before.lines.reduce((sum, line) => sum + line.grossMinor, 0n);
      const paid = before.limits.reduce((sum, line) => sum + line.grossMinor, used);
      const atLeast = limits.minimumCommitmentMinor ?? 0n;
      const raised = used < atLeast ? atLeast : used;
      const atMost = limits.maximumAmountMinor;
      expect(paid).toBe(atMost !== null && raised > atMost ? atMost : raised);
    }),
  );
});
