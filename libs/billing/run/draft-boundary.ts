import { Temporal } from "temporal-polyfill";
import { type AssembledInvoice, assembleInvoice } from "#libs/core/invoice/assemble-invoice.ts";
import type { TaxRate } from "#libs/core/invoice/tax-lines.ts";
import type { BillableItem } from "#libs/core/rating/billable-item.ts";
import { type DuePeriod, duePeriods, edgeAfter, type Position } from "#libs/core/rating/due-periods.ts";
import { type GroupQuantity, type RatedLine, rateDuePeriod } from "#libs/core/rating/rate-due-period.ts";
import type { Settings } from "#libs/core/settings.ts";

/** A subscription as billing sees it, and where it stands. */
export type Standing = {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly currency: string;
  readonly taxStatus: "taxable" | "exempt" | "reverse_charge";
  readonly taxRates: readonly TaxRate[];
  readonly items: readonly BillableItem[];
  readonly endsAt: Temporal.Instant | null;
  readonly scheduleNo: number;
  readonly billingSequence: number;
  readonly position: Position;
};

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
  readonly kind: "start" | "cycle" | "final";
  readonly dues: readonly DuePeriod[];
  readonly lines: readonly RatedLine[];
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
 * Rates and assembles what falls due at one boundary.
 * @param usage quantities by item id
 * @throws DomainError whatever makes this subscription impossible to bill
 */
export function draftBoundary(
  standing: Standing,
  dues: readonly DuePeriod[],
  usage: ReadonlyMap<string, readonly GroupQuantity[]>,
  settings: Settings,
): BoundaryDraft {
  const lines = dues.flatMap((due) => rateDuePeriod(due, usage.get(due.item.itemId) ?? []));
  const { position } = standing;
  const window = headerPeriod(dues, position);
  return {
    standing,
    kind: position.last ? "final" : position.index === 0 ? "start" : "cycle",
    dues,
    lines,
    assembled: lines.length === 0 ? null : assemble(standing, lines, settings),
    periodStart: window.start,
    periodEnd: window.end,
    next: positionAfter(standing),
  };
}

/** The boundary after the one where it stands; null when there is none. */
function positionAfter({ items, position, endsAt }: Standing): Position | null {
  const at = position.last ? null : edgeAfter(items, position.at, endsAt);
  if (at === null) return null;
  return {
    index: position.index + 1,
    at,
    last: endsAt !== null && Temporal.Instant.compare(at, endsAt) >= 0,
  };
}

/** The header's period is the arrears window; at the start, and without arrears, the first advance period. */
export function headerPeriod(
  dues: readonly DuePeriod[],
  position: Position,
): { start: Temporal.Instant; end: Temporal.Instant } {
  const arrears = dues.filter((due) => Temporal.Instant.compare(due.end, position.at) <= 0);
  const shown = arrears.length > 0 ? arrears : dues;
  const starts = shown.map((due) => due.start).sort(Temporal.Instant.compare);
  const ends = shown.map((due) => due.end).sort(Temporal.Instant.compare);
  return { start: starts[0] ?? position.at, end: ends.at(-1) ?? position.at };
}

function assemble(standing: Standing, lines: readonly RatedLine[], settings: Settings): AssembledInvoice {
  return assembleInvoice({
    currency: standing.currency,
    roundingMode: settings.roundingMode,
    taxRounding: settings.taxRounding,
    taxStatus: standing.taxStatus,
    taxRates: standing.taxRates,
    lines: lines.map((line) => ({ key: line.sourceKey, kind: line.kind, exactAmount: line.exactAmount })),
    discounts: [],
    credits: [],
  });
}
