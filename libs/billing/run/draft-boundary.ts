import { Temporal } from "temporal-polyfill";
import type { Anchor } from "#libs/core/calendar/resolve-anchor.ts";
import { boundary } from "#libs/core/calendar/schedule.ts";
import {
  type AssembledInvoice,
  assembleInvoice,
  type DraftLine,
} from "#libs/core/invoice/assemble-invoice.ts";
import { type CouponPeriod, couponPeriodAt } from "#libs/core/invoice/coupon-period.ts";
import { discountsOf, type HeldCoupon } from "#libs/core/invoice/held-coupon.ts";
import { lineOfRated, type NewLine } from "#libs/core/invoice/new-line.ts";
import type { LimitPeriod } from "#libs/core/rating/limit-periods.ts";
import {
  type BilledBefore,
  lineHere,
  type LimitSettlement,
  settleLimits,
} from "#libs/core/rating/plan-limits.ts";
import type { TaxBehavior, TaxRate } from "#libs/core/invoice/tax-lines.ts";
import type { BillableItem } from "#libs/core/rating/billable-item.ts";
import { type DuePeriod, duePeriods, edgeAfter, type Position } from "#libs/core/rating/due-periods.ts";
import { type RatedLine, rateDuePeriod } from "#libs/core/rating/rate-due-period.ts";
import type { GroupQuantity } from "#libs/core/rating/rate-usage.ts";
import type { Settings } from "#libs/core/settings.ts";
import type { AppliedChange } from "#libs/core/subscription/applied-change.ts";
import { changeCredit, type CreditLine } from "#libs/core/subscription/change-credit.ts";
import type { BillableCustomer } from "#libs/data/billable-subscriptions.ts";
import type { SettledClaim } from "#libs/data/late-usage.ts";
import type { PendingChange } from "#libs/core/subscription/change-terms.ts";

/** A subscription as billing sees it, and where it stands. */
export type Standing = {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly customer: BillableCustomer;
  readonly currency: string;
  readonly taxStatus: "taxable" | "exempt" | "reverse_charge";
  readonly taxRates: readonly TaxRate[];
  /** In the order in which they are applied. */
  readonly coupons: readonly HeldCoupon[];
  readonly items: readonly BillableItem[];
  readonly endsAt: Temporal.Instant | null;
  readonly scheduleNo: number;
  readonly billingSequence: number;
  readonly position: Position;
  readonly anchor: Anchor;
  readonly timezone: string;
  readonly planId: string;
  /** Changes that wait, in order; the first one takes effect at the position when it is due there. */
  readonly changes: readonly PendingChange[];
  /** What came after earlier periods were billed; it goes on this invoice. Unset: nothing is known to be late. */
  readonly late?: readonly LateLine[];
  /** The earlier periods that were rated for it, with all their events, also where no line came of it. */
  readonly settled?: readonly SettledClaim[];
};

/** A settlement of an earlier period, and the claim that was billed before. */
export type LateLine = { readonly claimId: string; readonly rated: RatedLine };

/** The periods of plans whose limits an invoice decides, and what earlier invoices billed of them. */
export type LimitsDue = { readonly periods: readonly LimitPeriod[]; readonly before: BilledBefore };

/** A subscription that was put aside, and why. */
export type ParkedSubscription = {
  readonly subscriptionId: string;
  readonly customerId: string | null;
  readonly code: string;
  readonly reason: string;
};

/** The invoice of one boundary, decided and not saved: the same for preview, dry run and the real thing. */
export type BoundaryDraft = {
  readonly standing: Standing;
  readonly kind: "start" | "cycle" | "change" | "final";
  readonly dues: readonly DuePeriod[];
  readonly lines: readonly RatedLine[];
  /** What a change gives back of what was billed in advance. */
  readonly credits: readonly CreditLine[];
  /** What settles the limits of plans. */
  readonly limits: readonly LimitSettlement[];
  /** The change that takes effect here; the standing is as it leaves it. */
  readonly applied: AppliedChange | null;
  /** The period in whose use of coupons it takes part; null: in none. */
  readonly couponPeriod: CouponPeriod | null;
  /** Null when there is nothing to bill at this boundary. */
  readonly assembled: AssembledInvoice | null;
  readonly periodStart: Temporal.Instant;
  readonly periodEnd: Temporal.Instant;
  readonly next: Position | null;
};

/** What falls due at the standing's position. */
export function dueAt(standing: Standing): DuePeriod[] {
  return duePeriods(standing.items, standing.position.at);
}

/**
 * Rates and assembles what falls due at one boundary, and what a change that takes effect there gives back.
 * @param usage quantities by item id
 * @param at.applied the change that made the standing what it is
 * @param at.limits the periods of plans whose limits are decided here
 * @throws DomainError whatever makes this subscription impossible to bill
 */
export function draftBoundary(
  standing: Standing,
  dues: readonly DuePeriod[],
  usage: ReadonlyMap<string, readonly GroupQuantity[]>,
  settings: Settings,
  { applied = null, limits }: { applied?: AppliedChange | null; limits?: LimitsDue | undefined } = {},
): BoundaryDraft {
  const kind = kindOf(standing, applied);
  const rounding = { currency: standing.currency, mode: settings.roundingMode };
  const due = dues
    .filter((each) => !isDropped(each, applied))
    .flatMap((each) => rateDuePeriod(each, usage.get(each.item.itemId) ?? [], rounding))
    .map((line) => (kind === "change" ? markStub(line, standing.position) : line));
  const lines = [...due, ...(standing.late ?? []).map((late) => late.rated)];
  const credits = creditsOf(standing, applied, settings);
  const settled = limits === undefined ? [] : settle(standing, limits, { lines, credits }, settings);
  const charges = lines.map((line) => line.due);
  const couponPeriod = couponPeriodAt(standing.items, standing.position.at, charges);
  const window = headerPeriod([...dues, ...credits.map(({ line }) => line)], standing.position);
  return {
    standing,
    kind,
    dues,
    lines,
    credits,
    limits: settled,
    applied,
    couponPeriod,
    assembled: assemble(standing, { lines, credits, limits: settled, couponPeriod }, settings),
    periodStart: window.start,
    periodEnd: window.end,
    next: positionAfter(standing),
  };
}

/** The lines of a draft as they are written: credits first. `claimOf`: the claim that a due period was given. */
export function draftLines(draft: BoundaryDraft, claimOf: ReadonlyMap<DuePeriod, string>): NewLine[] {
  const lateOf = new Map((draft.standing.late ?? []).map(({ rated, claimId }) => [rated.due, claimId]));
  const rated = draft.lines.map((line) =>
    lineOfRated(line, claimOf.get(line.due) ?? lateOf.get(line.due) ?? null),
  );
  return [...draft.credits.map(({ line }) => line), ...rated, ...draft.limits.map(({ line }) => line)];
}

function kindOf({ position, items }: Standing, applied: AppliedChange | null): BoundaryDraft["kind"] {
  if (position.last) return "final";
  if (applied !== null && hasBegun(items, position.at)) return "change";
  return position.index === 0 ? "start" : "cycle";
}

/** Whether any item has begun by then. */
export function hasBegun(items: readonly BillableItem[], at: Temporal.Instant): boolean {
  return items.some(({ schedule, endsAt }) => {
    const start = boundary(schedule, 0);
    const isDead = endsAt !== null && Temporal.Instant.compare(endsAt, start) <= 0;
    return !isDead && Temporal.Instant.compare(start, at) <= 0;
  });
}

/** Usage that a cancellation waives. */
export function isDropped({ item }: DuePeriod, applied: AppliedChange | null): boolean {
  const terms = applied?.change.terms;
  return terms?.kind === "cancel" && terms.finalUsage === "drop" && item.price.kind === "usage";
}

/** A fee that begins by a change in the middle of a period is billed as a part of one. */
function markStub(line: RatedLine, { at }: Position): RatedLine {
  const { numerator, denominator } = line.due.ratio;
  const isStub = numerator !== denominator && Temporal.Instant.compare(line.due.start, at) === 0;
  return line.kind === "recurring" && isStub ? { ...line, kind: "proration_charge" } : line;
}

function creditsOf(standing: Standing, applied: AppliedChange | null, settings: Settings): CreditLine[] {
  return (applied?.credits ?? []).flatMap(({ claim, item }) => {
    const credit = changeCredit({
      ...{ claim, item, at: standing.position.at, by: item.price.proration },
      ...{
        scheduleNo: standing.scheduleNo,
        currency: standing.currency,
        roundingMode: settings.roundingMode,
      },
    });
    return credit === null ? [] : [credit];
  });
}

/** Where it stands next: at a boundary, or at a change before it. Null when nothing comes any more. */
function positionAfter({ items, position, endsAt, changes }: Standing): Position | null {
  const { compare } = Temporal.Instant;
  if (position.last) return null;
  const stops = [edgeAfter(items, position.at, endsAt), endsAt, changes[0]?.at ?? null]
    .filter((stop) => stop !== null)
    .sort(compare);
  const [first] = stops;
  if (first === undefined) return null;
  const at = compare(first, position.at) < 0 ? position.at : first;
  const index = hasBegun(items, position.at) ? position.index + 1 : position.index;
  return { index, at, last: endsAt !== null && compare(at, endsAt) >= 0 };
}

/** The header's period is the arrears window; at the start, and without arrears, the first advance period. */
export function headerPeriod(
  parts: readonly { readonly start: Temporal.Instant; readonly end: Temporal.Instant }[],
  position: Position,
): { start: Temporal.Instant; end: Temporal.Instant } {
  const arrears = parts.filter((part) => Temporal.Instant.compare(part.end, position.at) <= 0);
  const shown = arrears.length > 0 ? arrears : parts;
  const starts = shown.map((part) => part.start).sort(Temporal.Instant.compare);
  const ends = shown.map((part) => part.end).sort(Temporal.Instant.compare);
  return { start: starts[0] ?? position.at, end: ends.at(-1) ?? position.at };
}

function settle(
  { subscriptionId, currency, items }: Standing,
  { periods, before }: LimitsDue,
  parts: Pick<BoundaryDraft, "lines" | "credits">,
  { roundingMode: mode }: Settings,
): LimitSettlement[] {
  const here = linesOf(parts).flatMap((line) => lineHere(line, { currency, mode }));
  return settleLimits({ subscriptionId, items, periods, before, here }, { currency, mode });
}

/** What a draft bills beside limits, its claims not yet known. */
export function linesOf({ lines, credits }: Pick<BoundaryDraft, "lines" | "credits">): NewLine[] {
  return [...lines.map((line) => lineOfRated(line, null)), ...credits.map(({ line }) => line)];
}

/** How a limit of the plan is taxed: as all of its prices are, where they agree. */
function behaviorOf({ items }: Standing): TaxBehavior | undefined {
  const [first] = items;
  const { taxBehavior } = first?.price ?? {};
  return items.every((item) => item.price.taxBehavior === taxBehavior) ? taxBehavior : undefined;
}

function drafted({
  sourceKey: key,
  kind,
  exactAmount,
  amountMinor,
  due,
  carriedTaxes,
}: RatedLine): DraftLine {
  const { taxBehavior } = due.item.price;
  const line = { key, kind, exactAmount, amountMinor, taxBehavior };
  return carriedTaxes === undefined ? line : { ...line, carriedTaxes };
}

function assemble(
  standing: Standing,
  parts: Pick<BoundaryDraft, "lines" | "credits" | "limits" | "couponPeriod">,
  settings: Settings,
): AssembledInvoice | null {
  const { lines, credits, limits } = parts;
  if (lines.length + credits.length + limits.length === 0) return null;
  return assembleInvoice({
    currency: standing.currency,
    roundingMode: settings.roundingMode,
    taxRounding: settings.taxRounding,
    taxStatus: standing.taxStatus,
    taxRates: standing.taxRates,
    lines: [
      ...credits.map(({ draft }) => draft),
      ...lines.map(drafted),
      ...limits.map(({ line, lowers }) => ({
        key: line.sourceKey,
        kind: line.kind,
        exactAmount: line.exactAmount,
        lowers,
        taxBehavior: behaviorOf(standing),
      })),
    ],
    discounts: discountsOf(standing.coupons, {
      ...{ currency: standing.currency, roundingMode: settings.roundingMode, at: standing.position.at },
      period: parts.couponPeriod,
      lines: lines.map(({ sourceKey: key, kind, due: { item, start, end } }) => ({
        key,
        kind,
        start,
        end,
        priceCode: item.price.code,
      })),
      credits: credits.map(({ line: { priceCode }, credit }) => ({ priceCode, ...credit })),
    }),
    credits: [],
  });
}
