import { DomainError, domainError } from "../errors.ts";
import type { Meter, MeteredEvent } from "./meter.ts";
import { type MeteredValue, meteredValue } from "./metered-value.ts";

/** Longest group key, in UTF-16 code units: it is part of an index. */
const GROUP_LENGTH_MAX = 600;

/**
 * What `meter` reads from a new `event`: as `meteredValue`, with a bound on the whole group.
 * Throws `usage_value_invalid`.
 */
export function checkedValue(meter: Meter, event: MeteredEvent): MeteredValue | null {
  const metered = meteredValue(meter, event);
  if (metered === null || metered.group.length <= GROUP_LENGTH_MAX) return metered;
  const message = `meter ${meter.code} groups by ${meter.groupBy.join(", ")}: together up to ${GROUP_LENGTH_MAX} characters, got ${metered.group.length}`;
  throw domainError("usage_value_invalid", message, {
    errors: [{ path: "properties", code: "usage_value_invalid", message }],
  });
}

/**
 * What `meter` reads from a stored `event`. An event can be older than the meter, and hold no value that it can use:
 * such an event does not count, null.
 */
export function countableValue(meter: Meter, event: MeteredEvent): MeteredValue | null {
  try {
    return checkedValue(meter, event);
  } catch (error) {
    if (error instanceof DomainError && error.code === "usage_value_invalid") return null;
    throw error;
  }
}
