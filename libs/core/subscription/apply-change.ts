import { Temporal } from "temporal-polyfill";
import { alignedSchedules, finestSchedule } from "../calendar/aligned-schedules.ts";
import { periodContaining, type Schedule } from "../calendar/schedule.ts";
import { compareInstants } from "../calendar/timezone.ts";
import type { DecimalString } from "../price/price.ts";
import type { BillableItem } from "../rating/billable-item.ts";
import type { AppliedChange, ChangeableSubscription } from "./applied-change.ts";
import type { BilledClaim } from "./change-credit.ts";
import type { ChangeProration, PendingChange } from "./change-terms.ts";
import { continueFees } from "./continue-fees.ts";

type Opening = Pick<BillableItem, "priceId" | "price" | "meter" | "limits" | "quantity">;
type Plan = { readonly closing: readonly BillableItem[]; readonly opening: readonly Opening[] };

/**
 * Ends the items that a change replaces and opens their successors at the same instant, on the same grid. Usage is cut
 * there and its tiers begin anew, for the items that are replaced and no others.
 *
 * Where the change, or one of the fees that it touches, is not prorated, nothing is credited and no stub is charged:
 * fees change where their running period ends. An item that has not begun is replaced before it begins.
 * @param claims periods that were billed beyond the change's instant
 * @param nextId gives each new item its id
 */
export function applyChange(
  subscription: ChangeableSubscription,
  change: PendingChange,
  claims: readonly BilledClaim[],
  nextId: () => string,
): AppliedChange {
  const { items, endsAt } = subscription;
  const { at, terms } = change;
  if (terms.kind === "cancel") return applyCancel(subscription, change, claims);
  if (keepsGrid(items, change)) return continueFees(subscription, change, claims, nextId);
  const { closing, opening } = planOf(subscription, change);
  const asked = terms.kind === "change" ? terms.proration : null;
  const isCut = isProrated(closing, opening, asked);
  const closed = closing.map((item): BillableItem => {
    const end = isCut || item.price.kind !== "recurring" ? at : paidUntil(item, at, claims);
    return { ...item, price: { ...item.price, ...sharedBy(asked) }, endsAt: later(startOf(item), end) };
  });
  const schedules = schedulesOf(subscription, change, opening);
  const opened = opening.map((each, index): BillableItem => {
    const schedule = schedules[index];
    if (schedule === undefined) throw new Error(`price ${each.price.code} has no schedule`);
    const startsAt = beginOf(each, at, { closed, earlier: items, isCut });
    return {
      ...{ ...each, itemId: nextId(), price: { ...each.price, ...sharedBy(asked) } },
      ...{ unit: each.meter?.unit ?? null, scheduleNo: 0, endsAt },
      schedule: { ...schedule, startsAt: startsAt.toString() },
    };
  });
  const kept = items.filter((item) => !closing.includes(item));
  return {
    ...{ change, closed, opened, endsAt },
    items: [...kept, ...closed, ...opened],
    credits: isCut ? creditsOf(closed, claims) : [],
  };
}

/** Whether it asks for no other grid than that of the items: fees that were cut go on, and all else stays. */
function keepsGrid(items: readonly BillableItem[], { terms }: PendingChange): boolean {
  if (terms.kind !== "reschedule" || terms.anchor !== null) return false;
  return items.at(-1)?.schedule.timezone === terms.timezone;
}

/** Everything ends; what was paid in advance comes back only when asked for, of fees that are prorated. */
function applyCancel(
  { items }: ChangeableSubscription,
  change: PendingChange,
  claims: readonly BilledClaim[],
): AppliedChange {
  const { at, terms } = change;
  const isLive = (item: BillableItem) => item.endsAt === null || compareInstants(at, item.endsAt) <= 0;
  const cut = items.filter(isLive).map((item): BillableItem => ({ ...item, endsAt: at }));
  const before = items.filter((item) => !isLive(item));
  const refunds = terms.kind === "cancel" && terms.refund === "prorated";
  const refunded = cut.filter((item) => item.price.proration !== "none");
  const credits = refunds ? creditsOf(refunded, claims) : [];
  return { change, closed: [], opened: [], items: [...before, ...cut], endsAt: at, credits };
}

/** Which items a change ends, and what takes their place. */
function planOf({ items, planId }: ChangeableSubscription, { at, terms, offered }: PendingChange): Plan {
  const live = items.filter((item) => item.endsAt === null || compareInstants(at, item.endsAt) < 0);
  const running = live.filter((item) => item.price.kind !== "one_time");
  if (terms.kind === "pause") return { closing: running, opening: [] };
  if (terms.kind === "reschedule") return { closing: running, opening: running };
  const quantities = terms.kind === "change" ? terms.quantities : {};
  if (offered === null) {
    const closing = live.flatMap((item) => {
      const quantity = givenQuantity(quantities, item.price.code);
      return quantity === undefined || quantity === item.quantity ? [] : [{ item, quantity }];
    });
    return {
      closing: closing.map(({ item }) => item),
      opening: closing.map(({ item, quantity }) => ({ ...item, quantity })),
    };
  }
  const bought = items.filter((item) => item.price.kind === "one_time").map((item) => item.price.code);
  const opening = offered.prices
    .filter(
      ({ price }) => price.kind !== "one_time" || offered.planId !== planId || !bought.includes(price.code),
    )
    .filter(({ price }) => terms.kind !== "resume" || price.kind !== "one_time")
    .map((each): Opening => {
      const { code, quantity: own } = each.price;
      const before = items.filter((item) => item.price.code === code).at(-1)?.quantity;
      const isCounted = each.price.kind !== "usage" && each.price.chargeModel.model !== "flat";
      return {
        ...each,
        quantity: givenQuantity(quantities, code) ?? (isCounted ? before : null) ?? own ?? null,
      };
    });
  return { closing: terms.kind === "resume" ? [] : live, opening };
}

function givenQuantity(quantities: Readonly<Record<string, DecimalString>>, code: string) {
  return Object.hasOwn(quantities, code) ? quantities[code] : undefined;
}

function isProrated(
  closing: readonly BillableItem[],
  opening: readonly Opening[],
  asked: ChangeProration,
): boolean {
  if (asked !== null) return asked !== "none";
  const fees = [...closing, ...opening].filter(({ price }) => price.kind === "recurring");
  return fees.every(({ price }) => price.proration !== "none");
}

/** A change's own unit beats that of the price; `none` is not a unit: it moves the change instead. */
function sharedBy(asked: ChangeProration) {
  return asked === null || asked === "none" ? {} : { proration: asked };
}

/** Where the running period of a fee ends, when it is not cut at `at`. */
function paidUntil(
  item: BillableItem,
  at: Temporal.Instant,
  claims: readonly BilledClaim[],
): Temporal.Instant {
  if (item.price.billing === "in_advance") {
    const paid = claims.filter((claim) => claim.itemId === item.itemId).map((claim) => claim.end);
    return paid.sort(compareInstants).at(-1) ?? at;
  }
  if (compareInstants(at, startOf(item)) <= 0) return at;
  const { start, end } = periodContaining(item.schedule, at);
  return compareInstants(start, at) === 0 ? at : end;
}

/** Where a new item begins: at the change, but not before what it replaces ends. */
function beginOf(
  { price }: Opening,
  at: Temporal.Instant,
  around: {
    readonly closed: readonly BillableItem[];
    readonly earlier: readonly BillableItem[];
    readonly isCut: boolean;
  },
): Temporal.Instant {
  const { closed, earlier, isCut } = around;
  const firstStart = closed.map(startOf).sort(compareInstants)[0] ?? at;
  const begin = later(at, firstStart);
  if (isCut || price.kind !== "recurring") return begin;
  const fees = (items: readonly BillableItem[]) =>
    items.filter((item) => item.price.kind === "recurring" && item.endsAt !== null);
  const endsOf = (items: readonly BillableItem[]) =>
    items.flatMap((item) => item.endsAt ?? []).sort(compareInstants);
  const own = fees([...earlier, ...closed]).filter((item) => item.price.code === price.code);
  const end = endsOf(own).at(-1) ?? endsOf(fees(closed))[0];
  return end === undefined ? begin : later(begin, end);
}

/**
 * The grid of the new items: that of the items before with the same interval; when there is none, or the anchor itself
 * changes, it is worked out from the anchor.
 */
function schedulesOf(
  { items, anchor }: ChangeableSubscription,
  { at, terms, offered }: PendingChange,
  opening: readonly Opening[],
): Schedule[] {
  const known = items.map((item) => item.schedule);
  const finest = finestSchedule(known);
  const latest = items.at(-1)?.schedule;
  if (finest === undefined || latest === undefined) throw new Error("a change needs items");
  const timezone = terms.kind === "reschedule" ? terms.timezone : latest.timezone;
  const asked = terms.kind === "reschedule" ? terms.anchor : null;
  const intervals = opening.map(({ price }) => {
    const own = items.find((item) => item.price.code === price.code)?.schedule.interval;
    return price.interval ?? offered?.interval ?? own ?? latest.interval;
  });
  const reused = intervals.map((interval) =>
    known.findLast(
      (schedule) => schedule.interval.unit === interval.unit && schedule.interval.count === interval.count,
    ),
  );
  if (asked === null && reused.every((schedule) => schedule !== undefined)) {
    return reused.map((schedule) => ({ ...schedule, timezone }));
  }
  const grid = asked ?? (anchor === "anniversary" ? { at: finest.anchorAt } : anchor);
  return alignedSchedules({ anchor: grid, intervals, timezone, startsAt: at });
}

/** A claim is given back once: whoever did it before has ended its item. */
function creditsOf(closed: readonly BillableItem[], claims: readonly BilledClaim[]) {
  // What an earlier change cut off is not cut again; what credit notes took back only leaves less of it.
  const open = claims.filter(
    ({ billed }) => billed !== null && billed.credited.amountMinor === (billed.creditedByNotesMinor ?? 0n),
  );
  return closed.flatMap((item) =>
    item.price.kind !== "recurring"
      ? []
      : open.filter((claim) => claim.itemId === item.itemId).map((claim) => ({ claim, item })),
  );
}

function startOf(item: BillableItem): Temporal.Instant {
  return Temporal.Instant.from(item.schedule.startsAt);
}

function later(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return compareInstants(a, b) < 0 ? b : a;
}
