import { isUtf8 } from "node:buffer";
import { domainError } from "#libs/core/errors.ts";
import { type CheckedEvent, checkEvent, isRecord } from "./check-event.ts";
import { checkCloudEvent, isCloudEvent } from "./cloud-event.ts";
import { EVENTS_MAX } from "./ingest-events.ts";
import type { EventRefusal, UsageEventInput } from "./usage-event-input.ts";

/** What was sent, event by event: to hand to `ingestEvents(tx, events, rejected)`. */
export type ParsedEvents = {
  readonly events: readonly UsageEventInput[];
  readonly rejected: readonly EventRefusal[];
};

const jsonTypes: ReadonlySet<string> = new Set([
  "",
  "application/json",
  "application/cloudevents+json",
  "application/cloudevents-batch+json",
]);
const ndjsonTypes: ReadonlySet<string> = new Set([
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
  "application/x-jsonlines",
]);

/** Media types that `parseEventBody` reads. */
export const eventMediaTypes: readonly string[] = [...jsonTypes, ...ndjsonTypes].filter(Boolean);

/**
 * Reads a body of `POST /v1/events`, already decompressed: one event, an array, `{"events": [...]}`, CloudEvents structured
 * or in a batch, or NDJSON (of either), by its content type.
 * @throws `unsupported_media_type`, `body_malformed` (not UTF-8, no JSON, no events), `body_too_large` (over 10,000 events)
 */
export function parseEventBody(contentType: string, body: Uint8Array): ParsedEvents {
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (ndjsonTypes.has(type)) return parseEventLines(decode(body));
  if (!jsonTypes.has(type)) {
    throw domainError(
      "unsupported_media_type",
      `events come as ${eventMediaTypes.join(", ")}; got "${type}"`,
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(decode(body));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw domainError("body_malformed", `the body is no JSON: ${error.message}`);
  }
  return parseEventJson(json, type);
}

/** As `parseEventBody`, for JSON that was parsed already. */
export function parseEventJson(json: unknown, mediaType = "application/json"): ParsedEvents {
  const check = mediaType.startsWith("application/cloudevents") ? checkCloudEvent : checkAnyEvent;
  return collect(eventsOf(json), check);
}

/** As `parseEventBody`, for NDJSON; blank lines are skipped and keep their number. */
export function parseEventLines(text: string): ParsedEvents {
  const lines = text.split("\n").flatMap((line, index) => (line.trim() === "" ? [] : [{ line, index }]));
  return collect(lines, (_, each) => checkEventLine(each.index, each.line));
}

/** One line of NDJSON; `index` is its number from 0. */
function checkEventLine(index: number, line: string): CheckedEvent {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    const message = `the line is no JSON: ${error instanceof Error ? error.message : String(error)}`;
    return { refused: { index, id: null, code: "event_malformed", message, path: "" } };
  }
  return checkAnyEvent(index, json);
}

/** An event in the API's own form or as a CloudEvent. */
function checkAnyEvent(index: number, given: unknown): CheckedEvent {
  return isCloudEvent(given) ? checkCloudEvent(index, given) : checkEvent(index, given);
}

function eventsOf(json: unknown): readonly unknown[] {
  if (Array.isArray(json)) return json;
  if (!isRecord(json)) {
    throw domainError("body_malformed", "the body is an event, an array of events, or an object with events");
  }
  if (!Object.hasOwn(json, "events")) return [json];
  const { events, ...others } = json;
  const other = Object.keys(others)[0];
  if (!Array.isArray(events) || other !== undefined) {
    const message =
      other === undefined ? "events is an array" : `beside events nothing is allowed, got "${other}"`;
    throw domainError("body_malformed", message, {
      errors: [
        { path: other ?? "events", code: other === undefined ? "field_invalid" : "field_unknown", message },
      ],
    });
  }
  return events;
}

function collect<T>(given: readonly T[], check: (index: number, each: T) => CheckedEvent): ParsedEvents {
  if (given.length > EVENTS_MAX) {
    throw domainError("body_too_large", `up to ${EVENTS_MAX} events at a time, got ${given.length}`);
  }
  const events: UsageEventInput[] = [];
  const rejected: EventRefusal[] = [];
  for (const [index, each] of given.entries()) {
    const checked = check(index, each);
    if ("event" in checked) events.push(checked.event);
    else rejected.push(checked.refused);
  }
  return { events, rejected };
}

function decode(body: Uint8Array): string {
  if (!isUtf8(body)) throw domainError("body_malformed", "the body is not UTF-8");
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8");
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}
