import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { TEXT_LENGTH_MAX } from "#libs/billing/usage/check-event.ts";
import { EVENTS_MAX } from "#libs/billing/usage/ingest-events.ts";
import { parseEventBody, eventMediaTypes } from "#libs/billing/usage/event-wire.ts";
import { readUsage } from "#libs/billing/usage/read-usage.ts";
import { parseTimestamp, timestamp, timezoneName } from "#libs/billing/wire/wire-values.ts";
import { DomainError } from "#libs/core/errors.ts";
import { parseRef } from "#libs/core/object-ref.ts";
import { publicId } from "#libs/core/public-id.ts";
import { defineRoute, type Route } from "../define-route.ts";

const tag = "Usage";
const decimal = z.union([z.string().max(TEXT_LENGTH_MAX), z.number()]);
const shortText = z.string().min(1).max(TEXT_LENGTH_MAX);

/** For the document; `parseEventBody` checks each event, so that bad ones do not keep good ones out. */
const eventBody = z
  .object({
    id: shortText.describe("The sender's id: the same source and id count once"),
    source: z.string().max(TEXT_LENGTH_MAX).optional(),
    event_type: shortText.optional().describe("This, or meter"),
    meter: shortText.optional().describe("Code of a meter"),
    customer: shortText.describe("Id or external id"),
    subscription: shortText.optional(),
    timestamp: z
      .string()
      .max(TEXT_LENGTH_MAX)
      .optional()
      .describe("RFC 3339; default now; at most one hour ahead"),
    value: decimal.optional(),
    properties: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: "UsageEvent" });

const ingestWire = z
  .object({
    accepted: z.int(),
    duplicates: z.int(),
    unresolved: z.int().describe("Of the accepted: counted when their customer or meter appears"),
    rejected: z.array(
      z.object({
        index: z.int(),
        id: z.string().nullable(),
        code: z.string(),
        message: z.string(),
        path: z.string(),
      }),
    ),
    conflicts: z.array(
      z.object({ index: z.int(), id: z.string(), source: z.string(), code: z.string(), message: z.string() }),
    ),
  })
  .meta({ id: "IngestAnswer" });

const ingest = defineRoute({
  method: "post",
  path: "/v1/events",
  tag,
  summary: "Send usage events",
  description:
    'One event, an array, {"events": [...]}, NDJSON, or CloudEvents 1.0; gzip is taken. Up to 10,000 events or 5 MB. Answers after the commit. ' +
    "Event ids are the idempotency: send a batch again as often as you like.",
  access: "ingest",
  body: z.union([
    eventBody,
    z.array(eventBody).max(EVENTS_MAX),
    z.object({ events: z.array(eventBody).max(EVENTS_MAX) }),
  ]),
  bodyLimit: 5 * 1024 * 1024,
  accepts: eventMediaTypes,
  raw: true,
  idempotent: false,
  checksKey: true,
  response: { status: 200, schema: ingestWire },
  errors: ["intake_full"],
  example: {
    body: {
      events: [
        {
          id: "req-1",
          event_type: "api_calls",
          customer: "acme",
          timestamp: "2026-02-03T10:00:00Z",
          value: "12",
        },
      ],
    },
    response: { accepted: 1, duplicates: 0, unresolved: 0, rejected: [], conflicts: [] },
  },
  external: async (api, { raw, contentType, caller }) => {
    const { events, rejected: refused } = parseEventBody(contentType, raw);
    const { tenantId, keyId } = caller;
    const answer = await api.intake
      .take({ tenantId, keyId, bytes: raw.length, events, rejected: refused })
      .catch((error: unknown) => {
        if (error instanceof DomainError && error.code === "api_key_invalid") api.knownKeys.forget(keyId);
        throw error;
      });
    api.metrics.countEvents("accepted", answer.accepted);
    api.metrics.countEvents("duplicate", answer.duplicates);
    api.metrics.countEvents("rejected", answer.rejected.length);
    api.metrics.countEvents("conflict", answer.conflicts.length);
    const { accepted, duplicates, unresolved, rejected, conflicts } = answer;
    return { body: { accepted, duplicates, unresolved, rejected: [...rejected], conflicts: [...conflicts] } };
  },
});

const usageWire = z
  .object({
    customer: z.string(),
    meter: z.string(),
    meter_code: z.string(),
    data: z.array(
      z.object({
        start: z.iso.datetime(),
        end: z.iso.datetime(),
        group: z.string(),
        quantity: z.string(),
        event_count: z.string(),
      }),
    ),
  })
  .meta({ id: "Usage" });

const read = defineRoute({
  method: "get",
  path: "/v1/usage",
  tag,
  summary: "Read usage",
  description:
    "Over [from, to), whole or cut into windows; one entry for each window and group of the meter.",
  access: "read",
  query: z.strictObject({
    customer: z.string().min(1).max(255).describe("Id or external id"),
    meter: z.string().min(1).max(255).describe("Id or code"),
    from: timestamp.optional().describe("Default: the start of the current month in UTC"),
    to: timestamp.optional().describe("Exclusive; default: now"),
    window: z.enum(["hour", "day", "month"]).optional(),
    timezone: timezoneName.optional().describe("Where days and months begin; default: the tenant's"),
    group_by: z
      .string()
      .max(1_000)
      .optional()
      .describe(
        "Some of the properties that the meter groups by, with commas; empty: no groups; default: all",
      ),
  }),
  response: { status: 200, schema: usageWire },
  errors: ["customer_not_found", "meter_not_found", "timezone_unknown"],
  example: {
    query: { customer: "acme", meter: "api_calls", from: "2026-02-01T00:00:00Z", to: "2026-03-01T00:00:00Z" },
  },
  transaction: async (tx, { query }) => {
    const monthStart = tx.now.toZonedDateTimeISO("UTC").with({ day: 1 }).startOfDay().toInstant();
    const to = query.to === undefined ? tx.now : parseTimestamp(query.to);
    const usage = await readUsage(tx, {
      customer: parseRef("customer", query.customer),
      meter: parseRef("meter", query.meter),
      from: query.from === undefined ? monthStart : parseTimestamp(query.from),
      to: Temporal.Instant.fromEpochMilliseconds(to.epochMilliseconds),
      window: query.window ?? null,
      ...(query.timezone === undefined ? {} : { timezone: query.timezone }),
      ...(query.group_by === undefined ? {} : { groupBy: query.group_by.split(",").filter(Boolean) }),
    });
    return {
      body: {
        customer: publicId("customer", usage.customerId),
        meter: publicId("meter", usage.meterId),
        meter_code: usage.meterCode,
        data: usage.windows.map(({ start, end, group, quantity, eventCount }) => ({
          ...{ start: start.toString(), end: end.toString(), group, quantity, event_count: `${eventCount}` },
        })),
      },
    };
  },
});

export const usageRoutes: readonly Route[] = [ingest, read];
