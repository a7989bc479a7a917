import { hash } from "node:crypto";

/** One usage event as its sender wrote it, checked for form and in canonical writing; nothing is defaulted. */
export type UsageEventInput = {
  /** Place in what was sent, from 0. */
  readonly index: number;
  readonly id: string;
  readonly source: string;
  /** Either this or `meter`. */
  readonly eventType?: string;
  /** Code of a meter. */
  readonly meter?: string;
  /** Public id or external id. */
  readonly customer: string;
  /** Public id. */
  readonly subscription?: string;
  /** RFC 3339 in UTC with milliseconds; unset: when it is received. */
  readonly timestamp?: string;
  /** Plain decimal. */
  readonly value?: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** `properties` as JSON with sorted keys and without blanks. */
  readonly propertiesText: string;
  /** SHA-256 in hex of what the sender wrote: the same however it was spelled (order of keys, offset, trailing zeros). */
  readonly contentHash: string;
};

/** Why one event was refused; `code` is stable. */
export type EventRefusalCode =
  | "event_malformed"
  | "field_required"
  | "field_unknown"
  | "field_invalid"
  | "field_too_long"
  | "timestamp_invalid"
  | "timestamp_in_future"
  | "usage_value_invalid"
  | "subscription_not_found";

export type EventRefusal = {
  readonly index: number;
  /** The sender's id when it could be read. */
  readonly id: string | null;
  readonly code: EventRefusalCode;
  readonly message: string;
  /** The field, in the words of the API. */
  readonly path: string;
};

type UnsealedEvent = Omit<UsageEventInput, "propertiesText" | "contentHash">;

/**
 * An event with what is worked out of its content once, before any transaction is open.
 * @param propertiesText its properties as canonical JSON, where somebody has written them already
 */
export function sealEvent(
  event: UnsealedEvent,
  propertiesText: string = canonicalJson(event.properties),
): UsageEventInput {
  return { ...event, propertiesText, contentHash: hash("sha256", contentOf(event, propertiesText), "hex") };
}

/** The content as canonical JSON: its names stand in their order already, and those without a value are left out. */
function contentOf(event: UnsealedEvent, properties: string): string {
  const { customer, eventType, meter, subscription, timestamp, value } = event;
  let text = `{"customer":${JSON.stringify(customer)}`;
  if (eventType !== undefined) text += `,"eventType":${JSON.stringify(eventType)}`;
  if (meter !== undefined) text += `,"meter":${JSON.stringify(meter)}`;
  text += `,"properties":${properties}`;
  if (subscription !== undefined) text += `,"subscription":${JSON.stringify(subscription)}`;
  if (timestamp !== undefined) text += `,"timestamp":"${timestamp}"`;
  if (value !== undefined) text += `,"value":"${value}"`;
  return `${text}}`;
}

/** JSON with sorted keys and without blanks; fields that are undefined are left out. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const content = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(content);
  if (keys.length > 1) keys.sort();
  let text = "";
  for (const key of keys) {
    const item = content[key];
    if (item !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(item)}`;
  }
  return `{${text}}`;
}
