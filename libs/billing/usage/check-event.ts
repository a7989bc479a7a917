import { Decimal, formatDecimal, jsonNumberText } from "#libs/core/money/decimal.ts";
import { EARLIEST_EVENT, readEventTime } from "./event-time.ts";
import {
  canonicalJson,
  type EventRefusal,
  type EventRefusalCode,
  sealEvent,
  type UsageEventInput,
} from "./usage-event-input.ts";

export type CheckedEvent = { readonly event: UsageEventInput } | { readonly refused: EventRefusal };

export const TEXT_LENGTH_MAX = 255;
const PROPERTIES_LENGTH_MAX = 32_768;
const DEPTH_MAX = 16;
const INTEGER_DIGITS_MAX = 15;
const DECIMALS_MAX = 12;
const number = /^-?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/;
/** Most values there are: digits as they are stored, nothing to check or bring into form. */
const canonicalValue = /^(?:0|-?[1-9]\d{0,14}|-?(?:0|[1-9]\d{0,14})\.\d{0,11}[1-9])$/;
const fields: ReadonlySet<string> = new Set([
  "id",
  "source",
  "event_type",
  "meter",
  "customer",
  "subscription",
  "timestamp",
  "value",
  "properties",
]);

class Refusal {
  readonly path: string;
  readonly code: EventRefusalCode;
  readonly message: string;

  constructor(path: string, code: EventRefusalCode, message: string) {
    this.path = path;
    this.code = code;
    this.message = message;
  }
}

/**
 * Checks the form of one event as the API takes it and brings it into canonical writing. Texts hold 1 to 255 characters
 * without NUL and lone surrogates; `value` is a JSON number or decimal string of up to 15 integer digits and 12 decimals;
 * `properties` is an object of up to 32,768 characters of JSON, 16 levels deep; other fields are refused.
 */
export function checkEvent(index: number, given: unknown): CheckedEvent {
  const id = idOf(given);
  try {
    if (!isRecord(given))
      throw new Refusal("", "event_malformed", `an event is an object, got ${show(given)}`);
    return { event: readEvent(index, given) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, message, path } = error;
    return { refused: { index, id, code, message, path } };
  }
}

function readEvent(index: number, given: Record<string, unknown>): UsageEventInput {
  for (const name of Object.keys(given)) {
    if (!fields.has(name)) {
      throw new Refusal(
        name,
        "field_unknown",
        `"${name.slice(0, 80)}" is no field of an event: ${[...fields].join(", ")}`,
      );
    }
  }
  const eventType = optionalText(given, "event_type");
  const meter = optionalText(given, "meter");
  const subscription = optionalText(given, "subscription");
  const timestamp = timeOf(given["timestamp"]);
  const value = readValue(given["value"]);
  if (eventType === undefined && meter === undefined) {
    throw new Refusal(
      "event_type",
      "field_required",
      "an event names its event_type, or the code of a meter",
    );
  }
  if (eventType !== undefined && meter !== undefined) {
    throw new Refusal("meter", "field_invalid", "an event names either event_type or meter, not both");
  }
  const event: Writable<Parameters<typeof sealEvent>[0]> = {
    index,
    id: requiredText(given, "id"),
    source: given["source"] === "" ? "" : (optionalText(given, "source") ?? ""),
    customer: requiredText(given, "customer"),
    properties: noProperties,
  };
  // One after the other: to spread a part for each costs as much as all of the checks.
  if (eventType !== undefined) event.eventType = eventType;
  if (meter !== undefined) event.meter = meter;
  if (subscription !== undefined) event.subscription = subscription;
  if (timestamp !== undefined) event.timestamp = timestamp;
  if (value !== undefined) event.value = value;
  const properties = given["properties"];
  if (properties === undefined || properties === null) return sealEvent(event, "{}");
  const text = checkedPropertiesText(properties);
  event.properties = properties as Record<string, unknown>;
  return sealEvent(event, text);
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

const noProperties: Readonly<Record<string, unknown>> = {};

function requiredText(given: Record<string, unknown>, name: string): string {
  const text = optionalText(given, name);
  if (text === undefined) throw new Refusal(name, "field_required", `${name} is required`);
  return text;
}

function optionalText(given: Record<string, unknown>, name: string): string | undefined {
  const text = given[name];
  if (text === undefined || text === null) return undefined;
  if (typeof text !== "string" || text === "") {
    throw new Refusal(
      name,
      "field_invalid",
      `${name} is a text of 1 to ${TEXT_LENGTH_MAX} characters, got ${show(text)}`,
    );
  }
  if (text.length > TEXT_LENGTH_MAX) {
    throw new Refusal(
      name,
      "field_too_long",
      `${name} has up to ${TEXT_LENGTH_MAX} characters, got ${text.length}`,
    );
  }
  assertWritable(name, text);
  return text;
}

function timeOf(given: unknown): string | undefined {
  if (given === undefined || given === null) return undefined;
  const time = typeof given === "string" ? readEventTime(given) : null;
  if (time === null) {
    const message = `timestamp is an RFC 3339 time with offset such as 2026-03-31T18:30:00Z, got ${show(given)}`;
    throw new Refusal("timestamp", "timestamp_invalid", message);
  }
  if (time < EARLIEST_EVENT) {
    throw new Refusal(
      "timestamp",
      "timestamp_invalid",
      `timestamp is not before ${EARLIEST_EVENT}, got ${time}`,
    );
  }
  return time;
}

function readValue(given: unknown): string | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given === "string" && canonicalValue.test(given)) return given;
  if (typeof given === "number" && Number.isSafeInteger(given) && Math.abs(given) < 1e15)
    return String(given + 0);
  const text = typeof given === "number" ? jsonNumberText(given) : given;
  if (text === null) {
    const message = `value has more digits than a JSON number keeps: send it as a string; got ${show(given)}`;
    throw new Refusal("value", "usage_value_invalid", message);
  }
  if (typeof text !== "string" || text.length > 64 || !number.test(text)) {
    throw new Refusal(
      "value",
      "usage_value_invalid",
      `value is a number or a decimal string, got ${show(given)}`,
    );
  }
  const value = new Decimal(text);
  if (!value.isZero() && (value.decimalPlaces() > DECIMALS_MAX || value.e >= INTEGER_DIGITS_MAX)) {
    const allowed = `up to ${INTEGER_DIGITS_MAX} integer digits and ${DECIMALS_MAX} decimals`;
    throw new Refusal("value", "usage_value_invalid", `value has ${allowed}, got ${show(given)}`);
  }
  return formatDecimal(value);
}

/** Properties as canonical JSON, which is as long as any other JSON of them without blanks. */
function checkedPropertiesText(given: unknown): string {
  if (!isRecord(given)) {
    throw new Refusal("properties", "field_invalid", `properties is an object, got ${show(given)}`);
  }
  const isFlat = !Object.values(given).some((item) => typeof item === "object" && item !== null);
  if (!isFlat) checkProperty("properties", given, 0);
  const text = canonicalJson(given);
  // JSON writes what cannot be stored, and little else, as an escape.
  if (isFlat && text.includes("\\u")) checkProperty("properties", given, 0);
  const { length } = text;
  if (length > PROPERTIES_LENGTH_MAX) {
    const message = `properties has up to ${PROPERTIES_LENGTH_MAX} characters of JSON, got ${length}`;
    throw new Refusal("properties", "field_too_long", message);
  }
  return text;
}

function checkProperty(path: string, value: unknown, depth: number): void {
  if (typeof value === "string") assertWritable(path, value);
  if (value === null || typeof value !== "object") return;
  if (depth >= DEPTH_MAX) {
    throw new Refusal(path.slice(0, 200), "field_invalid", `properties has up to ${DEPTH_MAX} levels`);
  }
  for (const [name, item] of Object.entries(value)) {
    const place = `${path}.${name}`;
    assertWritable(path, name);
    checkProperty(place, item, depth + 1);
  }
}

function assertWritable(path: string, text: string): void {
  if (text.isWellFormed() && !text.includes("\0")) return;
  throw new Refusal(path.slice(0, 200), "field_invalid", "texts hold no NUL and no lone surrogate");
}

function idOf(given: unknown): string | null {
  const id = isRecord(given) ? given["id"] : undefined;
  return typeof id === "string" ? id.slice(0, TEXT_LENGTH_MAX) : null;
}

/** Whether it is a JSON object. */
export function isRecord(given: unknown): given is Record<string, unknown> {
  return typeof given === "object" && given !== null && !Array.isArray(given);
}

function show(given: unknown): string {
  return (JSON.stringify(given) ?? "nothing").slice(0, 80);
}
