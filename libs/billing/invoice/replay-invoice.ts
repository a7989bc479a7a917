import { z } from "zod";
import { DomainError, domainError } from "#libs/core/errors.ts";
import { rateManualLine } from "#libs/core/invoice/manual-line.ts";
import { lineOfRated, type NewLine } from "#libs/core/invoice/new-line.ts";
import { formatDecimal, parseDecimal } from "#libs/core/money/decimal.ts";
import { type RoundingMode, roundToMinor } from "#libs/core/money/rounding.ts";
import type { Price } from "#libs/core/price/price.ts";
import { periodShare } from "#libs/core/proration/period-share.ts";
import type { BillableItem } from "#libs/core/rating/billable-item.ts";
import type { DuePeriod } from "#libs/core/rating/due-periods.ts";
import { canonicalJson, inputHash } from "#libs/core/rating/input-hash.ts";
import { rateDuePeriod } from "#libs/core/rating/rate-due-period.ts";
import type { RatingStep } from "#libs/core/rating/rating-step.ts";
import { compareReplay, type ReplayDifference, type ReplayFacts } from "#libs/core/rating/replay-line.ts";
import { loadBillableSubscriptions } from "#libs/data/billable-subscriptions.ts";
import { type TenantTx, toInstant } from "#libs/data/database.ts";
import { loadInvoiceProof } from "#libs/data/invoice-proof.ts";
import {
  findInvoice,
  type InvoiceLineView,
  type InvoiceView,
  listInvoiceLines,
} from "#libs/data/invoice-reads.ts";
import { recountQuantities } from "#libs/data/usage-quantities.ts";
import { standingAt } from "../run/load-standings.ts";
import { loadWantedUsage } from "../run/load-usage.ts";
import { storedDecimal } from "./line-view.ts";
import { replayTotals } from "./replay-totals.ts";
import { storedManualLine } from "./stored-manual.ts";

/** A difference and where it is; `lineId` null: of the invoice as a whole. */
export type LocatedDifference = ReplayDifference & {
  readonly lineId: string | null;
  readonly description: string;
};

export type ReplayOutcome = {
  readonly identical: boolean;
  readonly differences: readonly LocatedDifference[];
  /** How many lines were made again from single events, from their stored inputs, or only held against their seal. */
  readonly lines: { readonly events: number; readonly inputs: number; readonly sealed: number };
};

/**
 * Makes every line of an invoice again, from single events or from the stored inputs, never from the stored result,
 * and compares it byte for byte; then the totals, and the frozen document with its hash. Writes nothing.
 * @throws DomainError invoice_not_found
 */
export async function replayInvoice(
  tx: TenantTx,
  input: { readonly invoiceId: string },
): Promise<ReplayOutcome> {
  const invoice = await findInvoice(tx, input.invoiceId);
  if (invoice === null) throw domainError("invoice_not_found", "There is no such invoice.");
  const lines = await listInvoiceLines(tx, invoice.id);
  const sources = await loadSources(tx, invoice, lines);
  const differences = lines.flatMap((line) => {
    const found = replayLine(line, sources.get(line.id) ?? { from: "sealed" }, invoice.currency);
    return found.map((each) => ({ ...each, lineId: line.id, description: line.description }));
  });
  const proof = await loadInvoiceProof(tx, invoice.id);
  const whole = await replayTotals(tx, invoice, lines, proof);
  const all = [...differences, ...whole.map((each) => ({ ...each, description: "the invoice" }))];
  const count = (from: Source["from"]) =>
    lines.filter((line) => (sources.get(line.id)?.from ?? "sealed") === from).length;
  return {
    identical: all.length === 0,
    differences: all,
    lines: { events: count("events"), inputs: count("inputs"), sealed: count("sealed") },
  };
}

/** What a line is made of again; `sealed`: its kind is only held against its hash and its rounding. */
type Source =
  | { readonly from: "events" | "inputs"; readonly make: () => NewLine | undefined }
  | { readonly from: "sealed" };

const ratedInputs = z.object({ price: z.custom<Price>(isPrice), quantity: z.string() });

function isPrice(value: unknown): boolean {
  return value !== null && typeof value === "object" && "chargeModel" in value && "kind" in value;
}

const itemKey = /^(?:r\d+:)?([0-9a-f-]{36})\/(\d+)\/(\d+)\//;

async function loadSources(
  tx: TenantTx,
  invoice: InvoiceView,
  lines: readonly InvoiceLineView[],
): Promise<Map<string, Source>> {
  const items = await loadItems(tx, invoice);
  const rated = lines.flatMap((line) => {
    const due = storedPeriod(line, items);
    return due === null ? [] : [{ line, due }];
  });
  const { customer_id: customerId, subscription_id: subscriptionId } = invoice;
  const wanted = rated.flatMap(({ line, due }) =>
    subscriptionId === null ? [] : [{ key: line.id, customerId, subscriptionId, due }],
  );
  const usage = await loadWantedUsage(tx, wanted, recountQuantities);
  const sources = new Map<string, Source>();
  for (const { line, due } of rated) {
    const counted = usage.get(line.id) ?? [];
    sources.set(line.id, {
      from: due.item.meter === null ? "inputs" : "events",
      make: () => {
        const again = rateDuePeriod(due, counted, {
          currency: invoice.currency,
          mode: line.rounding_mode as RoundingMode,
        }).find((each) => each.group === line.group_key);
        return again === undefined ? undefined : lineOfRated(again, null);
      },
    });
  }
  for (const line of lines.filter((each) => each.source_key.startsWith("manual/"))) {
    const make = () => rateManualLine(storedManualLine(line), line.source_key, toInstant(line.period_start));
    sources.set(line.id, { from: "inputs", make });
  }
  return sources;
}

async function loadItems(tx: TenantTx, invoice: InvoiceView): Promise<readonly BillableItem[]> {
  if (invoice.subscription_id === null) return [];
  const [loaded] = await loadBillableSubscriptions(tx, [invoice.subscription_id]);
  if (loaded === undefined || "broken" in loaded) return [];
  const [standing] = standingAt(loaded, () => ({ index: 0, at: tx.now, last: false }));
  return standing?.items ?? [];
}

/** The period of a line with the price that is stored with it; its share is computed from the schedule. */
function storedPeriod(line: InvoiceLineView, items: readonly BillableItem[]): DuePeriod | null {
  const [, itemId, scheduleNo, index] = itemKey.exec(line.source_key) ?? [];
  const inputs = ratedInputs.safeParse(line.inputs);
  const found = items.find((each) => each.itemId === itemId && each.scheduleNo === Number(scheduleNo));
  if (found === undefined || !inputs.success) return null;
  const { price, quantity } = inputs.data;
  const [start, end] = [toInstant(line.period_start), toInstant(line.period_end)];
  const by = price.kind === "one_time" ? "none" : price.proration;
  const { share } = periodShare(found.schedule, Number(index), { endsAt: end, by });
  const item = { ...found, price, quantity: found.meter === null ? quantity : null };
  return { item, index: Number(index), start, end, ratio: share };
}

function replayLine(line: InvoiceLineView, source: Source, currency: string): ReplayDifference[] {
  const stored = storedFacts(line);
  if (source.from === "sealed") return compareReplay(stored, sealedFacts(line, stored, currency));
  try {
    const again = source.make();
    if (again !== undefined) return compareReplay(stored, factsOf(again, line, currency));
    const replayed = canonicalJson({ quantity: "none", events: 0 });
    return [
      {
        step: "usage",
        stored: canonicalJson(stored.quantity),
        replayed,
        detail: "nothing of the group is left",
      },
    ];
  } catch (error) {
    if (!(error instanceof DomainError) && !(error instanceof RangeError) && !(error instanceof TypeError))
      throw error;
    const detail = `the inputs cannot be rated: ${error.message}`;
    return [{ step: "inputs", stored: canonicalJson(line.inputs), replayed: "null", detail }];
  }
}

function storedFacts(line: InvoiceLineView): ReplayFacts {
  return {
    inputs: line.inputs,
    inputHash: line.input_hash,
    quantity: line.quantity,
    eventCount: line.event_count,
    ratio: { numerator: line.ratio_numerator, denominator: line.ratio_denominator },
    steps: line.steps as readonly RatingStep[],
    tiers: line.tiers as readonly unknown[],
    unitAmount: line.unit_amount,
    exactAmount: line.exact_amount,
    amountMinor: line.amount_minor,
  };
}

function factsOf(again: NewLine, line: InvoiceLineView, currency: string): ReplayFacts {
  const { inputs, inputHash: seal, eventCount, ratio, steps, tiers, unitAmount, exactAmount } = again;
  return {
    ...{ inputs, inputHash: seal, eventCount, ratio, steps, tiers },
    quantity: storedDecimal(again.quantity, 12),
    unitAmount: unitAmount === null ? null : storedDecimal(unitAmount, 30),
    exactAmount: storedDecimal(exactAmount, 30),
    amountMinor: roundToMinor(exactAmount, currency, line.rounding_mode as RoundingMode),
  };
}

/** What the seal and the exact amount alone can prove. */
function sealedFacts(line: InvoiceLineView, stored: ReplayFacts, currency: string): ReplayFacts {
  const exact = parseDecimal(line.exact_amount, "exact_amount");
  return {
    ...stored,
    inputHash: inputHash(line.inputs),
    exactAmount: formatDecimal(exact),
    amountMinor: roundToMinor(exact, currency, line.rounding_mode as RoundingMode),
  };
}
