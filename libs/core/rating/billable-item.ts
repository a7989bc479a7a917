import type { Temporal } from "temporal-polyfill";
import type { Schedule } from "../calendar/schedule.ts";
import type { PlanLimits } from "../price/plan-limits.ts";
import type { DecimalString, Price } from "../price/price.ts";
import type { Meter } from "../usage/meter.ts";

/** One price and quantity of a subscription, with one schedule that its periods follow. */
export type BillableItem = {
  readonly itemId: string;
  readonly priceId: string;
  /** What the quantity counts, as printed; null = nothing to say. */
  readonly unit: string | null;
  readonly price: Price;
  /** What a usage price counts; null for fees. */
  readonly meter: (Meter & { readonly id: string }) | null;
  /** Of the plan's version that the price belongs to; unset: it promises nothing. */
  readonly limits?: PlanLimits;
  /** Seats; null = the price's own quantity, else 1. */
  readonly quantity: DecimalString | null;
  readonly scheduleNo: number;
  readonly schedule: Schedule;
  /** Exclusive end of item, schedule and subscription, whichever comes first; null = open. At or before the start: never billed. */
  readonly endsAt: Temporal.Instant | null;
};
