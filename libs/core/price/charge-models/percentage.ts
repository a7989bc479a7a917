import type { ErrorPlace } from "../../errors.ts";
import { Decimal, formatDecimal, parseDecimal, zero } from "../../money/decimal.ts";
import { compareDecimalTexts, validateDecimal } from "../validate-decimal.ts";
import type { AmountPart, ChargeModelDefinition, ChargeModelSpec, PricedEvent } from "./charge-model.ts";

type Spec = ChargeModelSpec<"percentage">;

/**
 * A percent of each event's value plus a fixed amount per event, within the bounds of one event. The first events are free:
 * until `freeEvents` of them or `freeAmount` in total is used up, whichever comes first; the event that crosses the free
 * amount pays for the rest of its value, with its fixed amount. A negative event uses up allowances by its size, and what is
 * charged of it is the negative of its mirror image.
 */
export const percentage: ChargeModelDefinition<"percentage"> = {
  model: "percentage",
  tiering: "none",
  looksAt: "events",
  validate: (spec, path) => [
    ...validateDecimal(spec.rate, `${path}.rate`),
    ...validateOptional(spec.fixedAmount, `${path}.fixed_amount`),
    ...validateOptional(spec.freeAmount, `${path}.free_amount`),
    ...validateOptional(spec.minimumPerEvent, `${path}.minimum_per_event`),
    ...validateOptional(spec.maximumPerEvent, `${path}.maximum_per_event`),
    ...validateFreeEvents(spec.freeEvents, `${path}.free_events`),
    ...validateBoundsOfEvent(spec, `${path}.maximum_per_event`),
  ],
  moneyTerms: ({ fixedAmount, freeAmount, minimumPerEvent, maximumPerEvent }) => ({
    fixed_amount: fixedAmount,
    free_amount: freeAmount,
    minimum_per_event: minimumPerEvent,
    maximum_per_event: maximumPerEvent,
  }),
  rate: (spec, { events }) => {
    const terms = readTerms(spec);
    const total = { units: zero, events: 0, rated: zero, fixed: zero, raised: zero, lowered: zero };
    for (const { charged, sign } of chargedEvents(events, terms)) {
      const rated = charged.times(terms.rate);
      const plain = rated.plus(terms.fixed);
      const raised = terms.minimum === null ? plain : Decimal.max(plain, terms.minimum);
      const fee = terms.maximum === null ? raised : Decimal.min(raised, terms.maximum);
      total.events++;
      total.units = total.units.plus(charged.times(sign));
      total.rated = total.rated.plus(rated.times(sign));
      total.fixed = total.fixed.plus(terms.fixed.times(sign));
      total.raised = total.raised.plus(raised.minus(plain).times(sign));
      total.lowered = total.lowered.plus(fee.minus(raised).times(sign));
    }
    const amount = total.rated.plus(total.fixed).plus(total.raised).plus(total.lowered);
    const free = events.length - total.events;
    const parts = [
      part("rate", total.rated, `${spec.rate} % of ${formatDecimal(total.units)}, ${free} events free`),
      part("fixed_amount", total.fixed, `${formatDecimal(terms.fixed)} for each of ${total.events} events`),
      part("minimum_per_event", total.raised, `no event below ${spec.minimumPerEvent ?? "0"}`),
      part("maximum_per_event", total.lowered, `no event above ${spec.maximumPerEvent ?? "any"}`),
    ];
    return {
      amount,
      unitAmount: null,
      tiers: [],
      parts: parts.filter(({ name, amount: of }) => name === "rate" || of !== "0"),
    };
  },
};

/** False when the events together cost what their sum costs, so that nobody needs to read them. */
export function needsSingleEvents(spec: Spec): boolean {
  const perEvent = [spec.fixedAmount, spec.freeAmount, spec.minimumPerEvent, spec.maximumPerEvent];
  return perEvent.some((term) => term !== undefined) || spec.freeEvents !== undefined;
}

type Terms = {
  /** Per unit, not percent. */
  readonly rate: Decimal;
  readonly fixed: Decimal;
  readonly freeEvents: number | null;
  readonly freeAmount: Decimal | null;
  readonly minimum: Decimal | null;
  readonly maximum: Decimal | null;
};

function readTerms(spec: Spec): Terms {
  const optional = (text: string | undefined, what: string) =>
    text === undefined ? null : parseDecimal(text, what);
  const freeAmount = optional(spec.freeAmount, "free_amount");
  return {
    rate: parseDecimal(spec.rate, "rate").div(100),
    fixed: optional(spec.fixedAmount, "fixed_amount") ?? zero,
    freeEvents: spec.freeEvents === undefined || spec.freeEvents === 0 ? null : spec.freeEvents,
    freeAmount: freeAmount?.isZero() === true ? null : freeAmount,
    minimum: optional(spec.minimumPerEvent, "minimum_per_event"),
    maximum: optional(spec.maximumPerEvent, "maximum_per_event"),
  };
}

/** The events that are not wholly free: how much of each is charged, as a positive number, and its sign. */
function chargedEvents(
  events: readonly PricedEvent[],
  { freeEvents, freeAmount }: Terms,
): { charged: Decimal; sign: 1 | -1 }[] {
  let isFree = freeEvents !== null || freeAmount !== null;
  let used = zero;
  return events.flatMap(({ value }, index) => {
    const size = value.abs();
    const sign = value.lt(0) ? -1 : 1;
    if (isFree && freeEvents !== null && index >= freeEvents) isFree = false;
    if (!isFree) return [{ charged: size, sign }];
    used = used.plus(size);
    if (freeAmount === null || used.lt(freeAmount)) return [];
    isFree = false;
    const over = used.minus(freeAmount);
    return over.isZero() ? [] : [{ charged: over, sign }];
  });
}

function part(name: string, amount: Decimal, detail: string): AmountPart {
  return { name, amount: formatDecimal(amount), detail };
}

function validateOptional(text: string | undefined, path: string): ErrorPlace[] {
  return text === undefined ? [] : validateDecimal(text, path);
}

function validateFreeEvents(count: number | undefined, path: string): ErrorPlace[] {
  if (count === undefined || (Number.isSafeInteger(count) && count >= 0)) return [];
  return [
    { path, code: "price_free_events_invalid", message: `must be a whole number from 0, got ${count}` },
  ];
}

function validateBoundsOfEvent(spec: Spec, path: string): ErrorPlace[] {
  const { minimumPerEvent: minimum, maximumPerEvent: maximum } = spec;
  if (minimum === undefined || maximum === undefined || compareDecimalTexts(minimum, maximum) !== 1)
    return [];
  const message = `must not be below minimum_per_event ${minimum}, got ${maximum}`;
  return [{ path, code: "price_maximum_below_minimum", message }];
}
