import { domainError } from "../errors.ts";
import { Decimal, jsonNumberText } from "../money/decimal.ts";
import type { Meter, MeteredEvent, MeterFilter } from "./meter.ts";
import { formatGroup } from "./usage-group.ts";

/** What one event adds to one meter: the group it belongs to and its value there. */
export type MeteredValue = {
  readonly group: string;
  /** 1 for count and unique_count, which do not look at a number. */
  readonly value: Decimal;
  /** What unique_count tells apart. */
  readonly text?: string;
  /** unique_count with an operation property only. */
  readonly operation?: "add" | "remove";
};

const INTEGER_DIGITS_MAX = 15;
const DECIMALS_MAX = 12;
const TEXT_LENGTH_MAX = 255;
const NUMBER_LENGTH_MAX = 64;
const number = /^-?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/;
const one = new Decimal(1);

/**
 * What `meter` reads from `event`; null when the event does not concern it: another event type, a filter that does not
 * match, or no `value_property` among the event's properties (events of one type may feed several meters).
 *
 * A number is a JSON number or a decimal string, up to 15 integer digits and 12 decimals; an exponent is written
 * out first. Texts, for groups, filters and unique_count, are strings, numbers and booleans as they are written;
 * null, objects and lists count as missing.
 *
 * Throws `usage_value_invalid`, naming the property and what was given: not a number, too many digits, the event's own
 * `value` is missing for a meter without `value_property`, an operation other than add and remove, a group or
 * text longer than 255 characters.
 */
export function meteredValue(meter: Meter, event: MeteredEvent): MeteredValue | null {
  if (event.eventType !== meter.eventType) return null;
  if (!meter.filters.every((filter) => matches(filter, event))) return null;
  const given = meter.valueProperty === undefined ? event.value : ownProperty(event, meter.valueProperty);
  const path = meter.valueProperty === undefined ? "value" : `properties.${meter.valueProperty}`;
  const group = groupOf(meter, event);
  if (meter.aggregation === "count") return { group, value: one };
  if (given === undefined || given === null) {
    if (meter.valueProperty !== undefined) return null;
    throw valueInvalid(meter, path, given, meter.aggregation === "unique_count" ? "a text" : "a number");
  }
  if (meter.aggregation !== "unique_count") return { group, value: numberOf(meter, path, given) };
  return { group, value: one, text: textOf(meter, path, given), ...operationOf(meter, event) };
}

function matches(filter: MeterFilter, event: MeteredEvent): boolean {
  const text = propertyText(ownProperty(event, filter.property));
  if (text === undefined) return filter.op === "exists" && isPresent(ownProperty(event, filter.property));
  if (filter.op === "exists") return true;
  return (filter.values ?? []).includes(text) === (filter.op === "in");
}

function groupOf(meter: Meter, event: MeteredEvent): string {
  return formatGroup(
    meter.groupBy.map((property) => {
      const given = ownProperty(event, property);
      return [property, isPresent(given) ? textOf(meter, `properties.${property}`, given, "") : ""];
    }),
  );
}

function operationOf(meter: Meter, event: MeteredEvent): { operation?: "add" | "remove" } {
  if (meter.operationProperty === undefined) return {};
  const given = ownProperty(event, meter.operationProperty) ?? "add";
  if (given === "add" || given === "remove") return { operation: given };
  throw valueInvalid(meter, `properties.${meter.operationProperty}`, given, '"add" or "remove"');
}

function textOf(meter: Meter, path: string, given: unknown, missing?: string): string {
  const text = propertyText(given) ?? missing;
  if (text !== undefined && text.length <= TEXT_LENGTH_MAX && !text.includes("\0")) return text;
  throw valueInvalid(meter, path, given, `a text of up to ${TEXT_LENGTH_MAX} characters`);
}

function numberOf(meter: Meter, path: string, given: unknown): Decimal {
  const text = typeof given === "number" ? jsonNumberText(given) : given;
  if (text === null) {
    throw valueInvalid(
      meter,
      path,
      given,
      "a number of more than 15 digits as a string, so that none is lost,",
    );
  }
  if (typeof text !== "string" || text.length > NUMBER_LENGTH_MAX || !number.test(text)) {
    throw valueInvalid(meter, path, given, "a number");
  }
  const value = new Decimal(text);
  if (value.isZero()) return value.abs();
  if (value.decimalPlaces() > DECIMALS_MAX || value.e >= INTEGER_DIGITS_MAX) {
    const allowed = `a number of up to ${INTEGER_DIGITS_MAX} integer digits and ${DECIMALS_MAX} decimals`;
    throw valueInvalid(meter, path, given, allowed);
  }
  return value;
}

function ownProperty(event: MeteredEvent, name: string): unknown {
  return Object.hasOwn(event.properties, name) ? event.properties[name] : undefined;
}

function isPresent(given: unknown): boolean {
  return given !== undefined && given !== null;
}

function propertyText(given: unknown): string | undefined {
  if (typeof given === "string") return given;
  return typeof given === "number" || typeof given === "boolean" ? String(given) : undefined;
}

function valueInvalid(meter: Meter, path: string, given: unknown, expected: string) {
  const shown =
    given === undefined || given === null ? "nothing" : (JSON.stringify(given) ?? "nothing").slice(0, 80);
  const message = `meter ${meter.code} expects ${expected} in ${path}, got ${shown}`;
  return domainError("usage_value_invalid", message, {
    errors: [{ path, code: "usage_value_invalid", message }],
  });
}
