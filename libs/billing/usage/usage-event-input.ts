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

/** SHA-256 in hex of what the sender wrote: the same however it was spelled (order of keys, offset, trailing zeros). */
export function contentHash(event: UsageEventInput): string {
  const { eventType, meter, customer, subscription, timestamp, value, properties } = event;
  const fields = { eventType, meter, customer, subscription, timestamp, value, properties };
  return hash("sha256", canonicalJson(fields), "hex");
}

/** JSON with sorted keys and without blanks; fields that are undefined are left out. */
function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const parts: string[] = [];
  for (const [key, item] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (item !== undefined) parts.push(`${JSON.stringify(key)}:${canonicalJson(item)}`);
  }
  return `{${parts.join(",")}}`;
}
