import { DomainError, domainError } from "#libs/core/errors.ts";
import type { NewLine } from "#libs/core/invoice/new-line.ts";
import { type Decimal, formatDecimal, parseDecimal } from "#libs/core/money/decimal.ts";
import { moneyToDecimal } from "#libs/core/money/money.ts";
import { type RoundingMode, roundToMinor } from "#libs/core/money/rounding.ts";
import { canonicalJson, inputHash } from "#libs/core/rating/input-hash.ts";
import { printedMinor } from "#libs/core/rating/printed-amount.ts";
import type { RatingStep } from "#libs/core/rating/rating-step.ts";
import { compareReplay, type ReplayDifference, type ReplayFacts } from "#libs/core/rating/replay-line.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { loadInvoiceProof } from "#libs/data/invoice-proof.ts";
import { findInvoice, type InvoiceLineView, listInvoiceLines } from "#libs/data/invoice-reads.ts";
import { storedDecimal } from "./line-view.ts";
import { loadReplaySources, type ReplaySource } from "./replay-sources.ts";
import { replayTotals } from "./replay-totals.ts";

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
  const sources = await loadReplaySources(tx, invoice, lines);
  const differences = lines.flatMap((line) => {
    const found = replayLine(line, sources.get(line.id) ?? { from: "sealed" }, invoice.currency);
    return found.map((each) => ({ ...each, lineId: line.id, description: line.description }));
  });
  const proof = await loadInvoiceProof(tx, invoice.id);
  const whole = await replayTotals(tx, invoice, lines, proof);
  const all = [...differences, ...whole.map((each) => ({ ...each, description: "the invoice" }))];
  const count = (from: ReplaySource["from"]) =>
    lines.filter((line) => (sources.get(line.id)?.from ?? "sealed") === from).length;
  return {
    identical: all.length === 0,
    differences: all,
    lines: { events: count("events"), inputs: count("inputs"), sealed: count("sealed") },
  };
}

function replayLine(line: InvoiceLineView, source: ReplaySource, currency: string): ReplayDifference[] {
  const stored = storedFacts(line);
  if (source.from === "sealed") return compareReplay(stored, sealedFacts(line, stored, currency));
  try {
    const again = source.make();
    if (again !== undefined) return compareReplay(stored, factsOf(again, line, currency));
    const { step, detail } = source.gone;
    return [{ step, stored: canonicalJson(amountOf(stored)), replayed: "null", detail }];
  } catch (error) {
    if (!(error instanceof DomainError) && !(error instanceof RangeError) && !(error instanceof TypeError))
      throw error;
    const detail = `the inputs cannot be rated: ${error.message}`;
    return [{ step: "inputs", stored: canonicalJson(line.inputs), replayed: "null", detail }];
  }
}

function amountOf({ quantity, eventCount, exactAmount }: ReplayFacts) {
  return { quantity, events: eventCount, exactAmount };
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
    amountMinor: printedMinor(again, currency, line.rounding_mode as RoundingMode),
  };
}

/** What the seal and the exact amount alone can prove. */
function sealedFacts(line: InvoiceLineView, stored: ReplayFacts, currency: string): ReplayFacts {
  const exact = parseDecimal(line.exact_amount, "exact_amount");
  return {
    ...stored,
    inputHash: inputHash(line.inputs),
    exactAmount: formatDecimal(exact),
    amountMinor: isRoundedTogether(stored, exact, currency)
      ? stored.amountMinor
      : roundToMinor(exact, currency, line.rounding_mode as RoundingMode),
  };
}

/** Its amount depends on the lines of the other groups, within less than a minor unit of its own. */
function isRoundedTogether({ steps, amountMinor }: ReplayFacts, exact: Decimal, currency: string): boolean {
  if (!steps.some((step) => step.name === "rounded_together")) return false;
  const apart = moneyToDecimal({ minor: amountMinor, currency }).minus(exact).abs();
  return apart.lt(moneyToDecimal({ minor: 1n, currency }));
}
