import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { resolveSchedule } from "../calendar/schedule.ts";
import { Decimal } from "../money/decimal.ts";
import { roundToMinor } from "../money/rounding.ts";
import type { Price } from "../price/price.ts";
import type { BillableItem } from "../rating/billable-item.ts";
import { duePeriods } from "../rating/due-periods.ts";
import { rateDuePeriod } from "../rating/rate-due-period.ts";
import type { AppliedChange } from "./applied-change.ts";
import { applyChange } from "./apply-change.ts";
import { type BilledClaim, changeCredit } from "./change-credit.ts";
import type { PendingChange } from "./change-terms.ts";

const seed = Math.floor(Math.random() * 2 ** 31);
console.info(`changes of a subscription: seed ${seed}`);
const runs = { seed, numRuns: 300 };

const start = Temporal.Instant.from("2026-03-01T05:00:00Z");
const end = Temporal.Instant.from("2026-04-01T04:00:00Z");
const timezone = "America/New_York";
const secondsOfMarch = (end.epochMilliseconds - start.epochMilliseconds) / 1000;

const unit = fc.constantFrom("second" as const, "day" as const);
const cents = fc.integer({ min: 1, max: 5_000_000 });
const instants = fc
  .array(fc.integer({ min: 1, max: secondsOfMarch - 1 }), { minLength: 1, maxLength: 6 })
  .map((list) => [...new Set(list)].sort((a, b) => a - b).map((seconds) => start.add({ seconds })));

function feeItem(amountMinor: number, fields: Partial<Price>): BillableItem {
  const price: Price = {
    ...{ code: "base", name: "Base", kind: "recurring", billing: "in_advance", proration: "second" },
    chargeModel: { model: "flat", amount: new Decimal(amountMinor).div(100).toFixed(2) },
    ...fields,
  };
  const interval = { unit: "month" as const, count: 1 };
  const schedule = resolveSchedule({ anchor: "calendar", interval, timezone, startsAt: start });
  const shared = { meter: null, unit: null, quantity: null, scheduleNo: 0, schedule, endsAt: null };
  return { itemId: "item-0", priceId: "price-0", price, ...shared };
}

/** A change to a plan with one fee. */
function moveTo(item: BillableItem, amountMinor: number, at: Temporal.Instant): PendingChange {
  const { price } = feeItem(amountMinor, item.price);
  const interval = { unit: "month" as const, count: 1 };
  const chargeModel = { model: "flat" as const, amount: new Decimal(amountMinor).div(100).toFixed(2) };
  return {
    id: null,
    at,
    terms: { kind: "change", planVersionId: "next", quantities: {}, proration: null },
    offered: {
      ...{ planVersionId: "next", planId: "other", interval },
      prices: [{ priceId: "price-1", price: { ...price, chargeModel }, meter: null }],
    },
  };
}

/** Runs changes through a period and bills as generation does: the amounts of all lines, and the credits of each claim. */
function runThrough(first: BillableItem, changes: readonly PendingChange[]) {
  let items: readonly BillableItem[] = [first];
  let ids = 0;
  const claims: BilledClaim[] = [];
  const lines: { exact: Decimal; minor: bigint }[] = [];
  const credits: { claim: BilledClaim; minor: bigint }[] = [];
  const bill = (at: Temporal.Instant, applied: AppliedChange | null) => {
    for (const { claim, item } of applied?.credits ?? []) {
      const credit = changeCredit({
        ...{ claim, item, at, by: item.price.proration, scheduleNo: ids },
        ...{ currency: "USD", roundingMode: "half_up" },
      });
      if (credit === null) continue;
      const minor = roundToMinor(credit.line.exactAmount, "USD", "half_up");
      credits.push({ claim, minor });
      lines.push({ exact: credit.line.exactAmount, minor });
    }
    for (const due of duePeriods(items, at)) {
      for (const line of rateDuePeriod(due, [], { currency: "USD", mode: "half_up" })) {
        const minor = roundToMinor(line.exactAmount, "USD", "half_up");
        lines.push({ exact: line.exactAmount, minor });
        const none = { amountMinor: 0n, discountMinor: 0n, taxes: [] };
        const { exactAmount, quantity, unitAmount } = line;
        const amounts = { ...none, amountMinor: minor };
        const { index, start: from, end: to, item } = due;
        claims.push({
          ...{ itemId: item.itemId, scheduleNo: item.scheduleNo, index, start: from, end: to, claimId: null },
          billed: { exactAmount, amounts, credited: none, taxRates: [], quantity, unitAmount },
        });
      }
    }
  };
  bill(start, null);
  for (const change of changes) {
    const open = claims.filter((claim) => Temporal.Instant.compare(claim.end, change.at) > 0);
    const applied = applyChange(
      { items, endsAt: null, anchor: "calendar", planId: "own" },
      change,
      open,
      () => `item-${++ids}`,
    );
    items = applied.items;
    bill(change.at, applied);
  }
  return { items, lines, credits };
}

test("a fee in advance that is replaced by itself, however often, costs what it cost, within half a cent a line", () => {
  fc.assert(
    fc.property(cents, unit, instants, (amount, proration, cuts) => {
      const item = feeItem(amount, { proration });
      const { lines } = runThrough(
        item,
        cuts.map((at) => moveTo(item, amount, at)),
      );
      const total = lines.reduce((sum, line) => sum + line.minor, 0n);
      const slack = BigInt(lines.length);
      expect(
        2n * (total > BigInt(amount) ? total - BigInt(amount) : BigInt(amount) - total),
      ).toBeLessThanOrEqual(slack);
    }),
    runs,
  );
});

test("a fee in arrears that is replaced by itself, however often, adds up to the whole exactly", () => {
  fc.assert(
    fc.property(cents, unit, instants, (amount, proration, cuts) => {
      const item = feeItem(amount, { proration, billing: "in_arrears" });
      const { items, lines } = runThrough(
        item,
        cuts.map((at) => moveTo(item, amount, at)),
      );
      const last = duePeriods(items, end).flatMap((due) =>
        rateDuePeriod(due, [], { currency: "USD", mode: "half_up" }),
      );
      const exact = [...lines.map((line) => line.exact), ...last.map((line) => line.exactAmount)];
      const total = exact.reduce((sum, each) => sum.plus(each), new Decimal(0));
      expect(total.toDecimalPlaces(20).toFixed()).toBe(new Decimal(amount).div(100).toFixed());
    }),
    runs,
  );
});

test("whatever plans follow each other, no credit is more than was billed for its period, and each period is credited once", () => {
  fc.assert(
    fc.property(
      cents,
      unit,
      instants,
      fc.array(cents, { minLength: 6, maxLength: 6 }),
      (amount, proration, cuts, next) => {
        const item = feeItem(amount, { proration });
        const changes = cuts.map((at, index) => moveTo(item, next[index] ?? 1, at));
        const { credits } = runThrough(item, changes);
        for (const { claim, minor } of credits) {
          expect(minor).toBeLessThanOrEqual(0n);
          expect(-minor).toBeLessThanOrEqual(claim.billed?.amounts.amountMinor ?? 0n);
        }
        expect(new Set(credits.map(({ claim }) => claim.itemId)).size).toBe(credits.length);
      },
    ),
    runs,
  );
});

test("a fee that is not prorated is neither credited nor charged in the period, however often it is replaced", () => {
  fc.assert(
    fc.property(cents, instants, (amount, cuts) => {
      const item = feeItem(amount, { proration: "none" });
      const { lines, items } = runThrough(
        item,
        cuts.map((at) => moveTo(item, 2 * amount, at)),
      );
      expect(lines.map((line) => line.minor)).toEqual([BigInt(amount)]);
      const next = duePeriods(items, end).flatMap((due) =>
        rateDuePeriod(due, [], { currency: "USD", mode: "half_up" }),
      );
      expect(next.map((line) => line.exactAmount.toFixed())).toEqual([
        new Decimal(2 * amount).div(100).toFixed(),
      ]);
    }),
    runs,
  );
});
