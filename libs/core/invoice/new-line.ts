import type { Temporal } from "temporal-polyfill";
import type { Decimal } from "../money/decimal.ts";
import type { RatedLine } from "../rating/rate-due-period.ts";
import type { Ratio } from "../rating/rate-price.ts";
import type { RatingStep } from "../rating/rating-step.ts";
import type { DocumentTier, LineKind } from "./invoice-document.ts";

/** One line to be written, with all that made its exact amount; null where no item, price or claim stands behind it. */
export type NewLine = {
  /** Unset: it is given one when it is written. */
  readonly id?: string;
  /** Unique in the tenant: what is billed by it can be billed once. */
  readonly sourceKey: string;
  readonly kind: LineKind;
  readonly itemId: string | null;
  readonly priceId: string | null;
  readonly priceCode: string | null;
  readonly billingPeriodId: string | null;
  /** Of a credit note: the billed line that it takes back. */
  readonly correctsLineId?: string;
  readonly group: string;
  readonly description: string;
  readonly quantity: Decimal;
  readonly unit: string | null;
  readonly unitAmount: Decimal | null;
  readonly exactAmount: Decimal;
  /** Minor units, where it was rounded together with other lines; unset: rounded by itself. */
  readonly amountMinor?: bigint | undefined;
  readonly start: Temporal.Instant;
  /** Exclusive. */
  readonly end: Temporal.Instant;
  readonly ratio: Ratio;
  readonly tiers: readonly DocumentTier[];
  readonly steps: readonly RatingStep[];
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly inputHash: string;
  readonly eventCount: bigint;
};

/** A rated line as it is written; `billingPeriodId` is the claim that it bills. */
export function lineOfRated(rated: RatedLine, billingPeriodId: string | null): NewLine {
  const { due } = rated;
  const { itemId, priceId, unit, price } = due.item;
  return {
    sourceKey: rated.sourceKey,
    kind: rated.kind,
    itemId,
    priceId,
    priceCode: price.code,
    billingPeriodId,
    group: rated.group,
    description: rated.description,
    quantity: rated.quantity,
    unit,
    unitAmount: rated.unitAmount,
    exactAmount: rated.exactAmount,
    amountMinor: rated.amountMinor,
    start: due.start,
    end: due.end,
    ratio: due.ratio,
    tiers: rated.tiers,
    steps: rated.steps,
    inputs: rated.inputs,
    inputHash: rated.inputHash,
    eventCount: rated.eventCount,
  };
}
