import { z } from "zod";
import { rateManualLine } from "#libs/core/invoice/manual-line.ts";
import { lineOfRated, type NewLine } from "#libs/core/invoice/new-line.ts";
import type { RoundingMode } from "#libs/core/money/rounding.ts";
import { periodShare } from "#libs/core/proration/period-share.ts";
import type { BillableItem } from "#libs/core/rating/billable-item.ts";
import type { DuePeriod } from "#libs/core/rating/due-periods.ts";
import { rateDuePeriod } from "#libs/core/rating/rate-due-period.ts";
import type { GroupQuantity } from "#libs/core/rating/rate-usage.ts";
import { loadBillableSubscriptions } from "#libs/data/billable-subscriptions.ts";
import { type TenantTx, toInstant } from "#libs/data/database.ts";
import type { InvoiceLineView, InvoiceView } from "#libs/data/invoice-reads.ts";
import { findClaimPlaces } from "#libs/data/late-usage.ts";
import { recountQuantities } from "#libs/data/usage-quantities.ts";
import { standingAt } from "../run/load-standings.ts";
import { loadWantedUsage } from "../run/load-usage.ts";
import { lateClaimId, replayedLate, storedLate } from "./replay-late.ts";
import { replayedCredit } from "./replay-credit.ts";
import { replayedLimit } from "./replay-limit.ts";
import { isStoredPrice } from "./stored-price.ts";
import { storedManualLine } from "./stored-manual.ts";

/** What a line is made of again; `sealed`: its kind is only held against its hash and its rounding. */
export type ReplaySource =
  | {
      readonly from: "events" | "inputs";
      /** Undefined: nothing is left to bill, which `gone` says. */
      readonly make: () => NewLine | undefined;
      readonly gone: { readonly step: string; readonly detail: string };
    }
  | { readonly from: "sealed" };

/** A line that is rated again, and its usage: read from single events, or as it is stored with the line. */
type Rated = {
  readonly line: InvoiceLineView;
  readonly due: DuePeriod;
  readonly stored: readonly GroupQuantity[] | null;
  readonly make: (usage: readonly GroupQuantity[]) => NewLine | undefined;
  readonly gone: { readonly step: string; readonly detail: string };
};

/** Where each line of an invoice can be made from again, by line id; lines that are left out are only sealed. */
export async function loadReplaySources(
  tx: TenantTx,
  invoice: InvoiceView,
  lines: readonly InvoiceLineView[],
): Promise<Map<string, ReplaySource>> {
  const items = await loadItems(tx, invoice);
  const places = await findClaimPlaces(
    tx,
    lines.flatMap((line) => lateClaimId(line) ?? []),
  );
  const rated = lines.flatMap((line) => {
    const found = ratedLine(line, items, invoice.currency) ?? lateLine(line, items, places, invoice.currency);
    return found === null ? [] : [found];
  });
  const { customer_id: customerId, subscription_id: subscriptionId } = invoice;
  const wanted = rated.flatMap(({ line, due, stored }) =>
    subscriptionId === null || stored !== null ? [] : [{ key: line.id, customerId, subscriptionId, due }],
  );
  const usage = await loadWantedUsage(tx, wanted, recountQuantities);
  return new Map([
    ...rated.map(({ line, due, stored, make, gone }): [string, ReplaySource] => {
      const from = due.item.meter === null || stored !== null ? "inputs" : "events";
      return [line.id, { from, gone, make: () => make(stored ?? usage.get(line.id) ?? []) }];
    }),
    ...lines.flatMap((line) => madeOfInputs(line, items, invoice.currency)),
  ]);
}

async function loadItems(tx: TenantTx, invoice: InvoiceView): Promise<readonly BillableItem[]> {
  if (invoice.subscription_id === null) return [];
  const [loaded] = await loadBillableSubscriptions(tx, [invoice.subscription_id]);
  if (loaded === undefined || "broken" in loaded) return [];
  const [standing] = standingAt(loaded, () => ({ index: 0, at: tx.now, last: false }));
  return standing?.items ?? [];
}

const itemKey = /^(?:r\d+:)?([0-9a-f-]{36})\/(\d+)\/(\d+)\//;
const ratedInputs = z.object({ price: isStoredPrice, quantity: z.string() });

/** A line of an item; the price is the one that is stored with it, its share is computed from the schedule. */
function ratedLine(line: InvoiceLineView, items: readonly BillableItem[], currency: string): Rated | null {
  const [, itemId, scheduleNo, index] = itemKey.exec(line.source_key) ?? [];
  const inputs = ratedInputs.safeParse(line.inputs);
  const found = items.find((each) => each.itemId === itemId && each.scheduleNo === Number(scheduleNo));
  if (found === undefined || !inputs.success) return null;
  const { price, quantity } = inputs.data;
  const [start, end] = [toInstant(line.period_start), toInstant(line.period_end)];
  const by = price.kind === "one_time" ? "none" : price.proration;
  const { share } = periodShare(found.schedule, Number(index), { endsAt: end, by });
  const item = { ...found, price, quantity: found.meter === null ? quantity : null };
  const due = { item, index: Number(index), start, end, ratio: share };
  const money = { currency, mode: line.rounding_mode as RoundingMode };
  const make = (usage: readonly GroupQuantity[]) => {
    const again = rateDuePeriod(due, usage, money).find((each) => each.group === line.group_key);
    return again === undefined ? undefined : lineOfRated(again, null);
  };
  return { line, due, stored: null, make, gone: { step: "usage", detail: "nothing of the group is left" } };
}

function lateLine(
  line: InvoiceLineView,
  items: readonly BillableItem[],
  places: Awaited<ReturnType<typeof findClaimPlaces>>,
  currency: string,
): Rated | null {
  const late = storedLate(line, items, places);
  if (late === null) return null;
  const make = (usage: readonly GroupQuantity[]) => replayedLate(line, late, usage, currency);
  const gone = { step: "already_billed", detail: "all of the group was billed before" };
  return { line, due: late.due, stored: late.usage, make, gone };
}

function madeOfInputs(
  line: InvoiceLineView,
  items: readonly BillableItem[],
  currency: string,
): [string, ReplaySource][] {
  if (line.source_key.startsWith("manual/")) {
    const make = () => rateManualLine(storedManualLine(line), line.source_key, toInstant(line.period_start));
    const gone = { step: "inputs", detail: "nothing is billed" };
    return [[line.id, { from: "inputs", make, gone }]];
  }
  const credit = replayedCredit(line, items, currency);
  if (credit !== null) {
    const gone = { step: "proration", detail: "nothing is left to give back" };
    return [[line.id, { from: "inputs", make: credit, gone }]];
  }
  const limit = replayedLimit(line, currency);
  if (limit === null) return [];
  const gone = {
    step: line.kind === "adjustment" ? "maximum_amount" : "minimum_amount",
    detail: "the limits of the plan are kept",
  };
  return [[line.id, { from: "inputs", make: () => limit() ?? undefined, gone }]];
}
