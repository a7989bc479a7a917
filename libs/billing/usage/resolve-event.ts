import { DomainError } from "#libs/core/errors.ts";
import { formatDecimal } from "#libs/core/money/decimal.ts";
import { checkedValue, countableValue } from "#libs/core/usage/countable-value.ts";
import type { MeteredEvent } from "#libs/core/usage/meter.ts";
import { isBucketed } from "#libs/core/usage/usage-bucket.ts";
import type { NewUsageEvent, Unresolved } from "#libs/data/usage-events.ts";
import type { StoredMeter } from "#libs/data/usage-meters.ts";
import type { EventRefusal, EventRefusalCode, UsageEventInput } from "./usage-event-input.ts";

/** What the events of a batch name, as far as it exists. */
export type EventReferences = {
  readonly customers: ReadonlyMap<string, string>;
  readonly subscriptions: ReadonlyMap<string, { readonly id: string; readonly customerId: string }>;
  readonly metersByCode: ReadonlyMap<string, StoredMeter>;
  readonly metersByEventType: ReadonlyMap<string, readonly StoredMeter[]>;
  /** RFC 3339 with milliseconds: timestamp of events without one. */
  readonly now: string;
  /** RFC 3339 with milliseconds: no event lies after it. */
  readonly latest: string;
};

export type ResolvedEvent = {
  readonly index: number;
  readonly event: NewUsageEvent;
  /** What it adds to each bucketed meter; none while it is unresolved. */
  readonly contributions: readonly {
    readonly meterId: string;
    readonly group: string;
    readonly value: string;
  }[];
};

/** Turns one event into the row to store and its contributions, or says why it is refused. Pure. */
export function resolveEvent(
  input: UsageEventInput,
  known: EventReferences,
): { readonly resolved: ResolvedEvent } | { readonly refused: EventRefusal } {
  const timestamp = input.timestamp ?? known.now;
  if (timestamp > known.latest) {
    const message = `timestamp is at most ${known.latest} (an hour from now), got ${timestamp}`;
    return refuse(input, "timestamp", "timestamp_in_future", message);
  }
  const customerId = known.customers.get(input.customer) ?? null;
  const subscription =
    input.subscription === undefined ? undefined : known.subscriptions.get(input.subscription);
  if (
    input.subscription !== undefined &&
    (subscription === undefined || subscription.customerId !== customerId)
  ) {
    const message = `there is no subscription "${input.subscription}" of customer "${input.customer}"`;
    return refuse(input, "subscription", "subscription_not_found", message);
  }
  const { eventType, unresolved } = resolveType(input, known);
  const row: NewUsageEvent = {
    source: input.source,
    id: input.id,
    eventType,
    customerRef: input.customer,
    customerId,
    subscriptionId: subscription?.id ?? null,
    timestamp,
    value: input.value ?? null,
    properties: input.propertiesText,
    contentHash: input.contentHash,
    unresolved: unresolved ?? (customerId === null ? "customer" : null),
  };
  const { id, source, value, properties } = input;
  const event: MeteredEvent = { id, source, eventType, timestamp, value: value ?? null, properties };
  try {
    const contributions = meterContributions(known.metersByEventType.get(eventType) ?? [], event);
    return {
      resolved: {
        index: input.index,
        event: row,
        contributions: row.unresolved === null ? contributions : [],
      },
    };
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "usage_value_invalid") throw error;
    return refuse(input, error.details.errors?.[0]?.path ?? "value", "usage_value_invalid", error.message);
  }
}

function refuse({ index, id }: UsageEventInput, path: string, code: EventRefusalCode, message: string) {
  return { refused: { index, id, code, message, path } };
}

/**
 * What an event adds to the hourly buckets of the meters of its type. Throws `usage_value_invalid` when a current meter
 * cannot use it; versions that were superseded leave such an event out.
 */
function meterContributions(
  meters: readonly StoredMeter[],
  event: MeteredEvent,
): ResolvedEvent["contributions"] {
  const contributions: ResolvedEvent["contributions"][number][] = [];
  for (const meter of meters) {
    const metered = meter.current ? checkedValue(meter, event) : countableValue(meter, event);
    if (metered === null || !isBucketed(meter.aggregation)) continue;
    contributions.push({ meterId: meter.id, group: metered.group, value: formatDecimal(metered.value) });
  }
  return contributions;
}

function resolveType(
  input: UsageEventInput,
  known: EventReferences,
): { eventType: string; unresolved: Unresolved | null } {
  if (input.meter !== undefined) {
    const meter = known.metersByCode.get(input.meter);
    return meter
      ? { eventType: meter.eventType, unresolved: null }
      : { eventType: input.meter, unresolved: "meter" };
  }
  const eventType = input.eventType ?? "";
  return { eventType, unresolved: known.metersByEventType.has(eventType) ? null : "event_type" };
}
