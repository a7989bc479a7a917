import { z } from "zod";
import { replayWebhooks, testWebhook } from "#libs/billing/webhook/resend-webhooks.ts";
import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  mustFindEndpoint,
  updateWebhookEndpoint,
} from "#libs/billing/webhook/webhook-endpoint.ts";
import {
  createEndpointBody,
  endpointWire,
  newEndpointWire,
  presentEndpoint,
  updateEndpointBody,
} from "#libs/billing/wire/webhook-wire.ts";
import { timestamp } from "#libs/billing/wire/wire-values.ts";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { parsePublicId, publicId } from "#libs/core/public-id.ts";
import { listWebhookEndpoints } from "#libs/data/webhook-endpoints.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";

const tag = "Webhooks";
const params = z.object({ id: z.string().max(64) });
const exampleId = "whe_01jq8z5c3e7wq8m2v4t6y9r1p3";
const example = {
  id: exampleId,
  url: "https://example.com/billing-events",
  description: "books",
  event_types: ["invoice.finalized", "invoice.paid"],
  ...{ enabled: true, disabled_reason: null, disabled_at: null },
  ...{ version: 1, created_at: "2026-03-01T09:00:00Z" },
};

function endpointId(text: string): string {
  const id = parsePublicId("webhook_endpoint", text);
  if (id === null) throw domainError("webhook_endpoint_not_found", "there is no such webhook endpoint");
  return id;
}

const create = defineRoute({
  method: "post",
  path: "/v1/webhook_endpoints",
  tag,
  summary: "Create a webhook endpoint",
  description:
    "Gets a POST for each event: `{type, timestamp, data}`, signed by Standard Webhooks 1.0. At least once and in no order: webhook-id tells messages apart. Ten tries within three days.",
  access: "write",
  body: createEndpointBody,
  response: { status: 201, schema: newEndpointWire },
  errors: ["encryption_unavailable"],
  storedBody: (body) => ({ ...body, secret: null }),
  example: {
    body: { url: example.url, description: "books", event_types: example.event_types },
    response: { ...example, secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDGvMYLyQi9JE=" },
  },
  transaction: async (tx, { body }, { deps }) => {
    const { row, secret } = await createWebhookEndpoint(tx, deps, {
      url: body.url,
      description: body.description ?? null,
      eventTypes: body.event_types,
    });
    return { body: { ...presentEndpoint(row), secret } };
  },
});

const list = defineRoute({
  method: "get",
  path: "/v1/webhook_endpoints",
  tag,
  summary: "List webhook endpoints",
  access: "read",
  query: z.strictObject(pageFields),
  response: { status: 200, schema: listOf(endpointWire) },
  errors: [],
  example: { response: { data: [example], has_more: false, next_cursor: null } },
  transaction: async (tx, { query }) => {
    const page = await listWebhookEndpoints(tx, pageQuery("webhook_endpoint", query, {}));
    return listAnswer("webhook_endpoint", page, presentEndpoint);
  },
});

const get = defineRoute({
  method: "get",
  path: "/v1/webhook_endpoints/{id}",
  tag,
  summary: "Get a webhook endpoint",
  access: "read",
  params,
  response: { status: 200, schema: endpointWire },
  errors: ["webhook_endpoint_not_found"],
  example: { params: { id: exampleId }, response: example },
  transaction: async (tx, request) => ({
    body: presentEndpoint(await mustFindEndpoint(tx, endpointId(request.params.id))),
  }),
});

const update = defineRoute({
  method: "patch",
  path: "/v1/webhook_endpoints/{id}",
  tag,
  summary: "Change a webhook endpoint, or switch it on or off",
  description: "What is left out stays. While it is off it is told nothing; a replay sends what it missed.",
  access: "write",
  params,
  body: updateEndpointBody,
  response: { status: 200, schema: endpointWire },
  errors: ["webhook_endpoint_not_found", "version_conflict"],
  example: { params: { id: exampleId }, body: { enabled: true }, response: example },
  transaction: async (tx, { params: { id }, body, ifMatch }, { deps }) => {
    const { event_types: eventTypes, ...rest } = body;
    const change = defined({ ...rest, eventTypes });
    const row = await updateWebhookEndpoint(tx, deps, {
      id: endpointId(id),
      change,
      ...defined({ ifVersion: ifMatch }),
    });
    return { body: presentEndpoint(row) };
  },
});

const remove = defineRoute({
  method: "delete",
  path: "/v1/webhook_endpoints/{id}",
  tag,
  summary: "Delete a webhook endpoint",
  description: "What was sent to it can still be read.",
  access: "write",
  params,
  response: { status: 204, description: "Deleted" },
  errors: ["webhook_endpoint_not_found"],
  example: { params: { id: exampleId } },
  transaction: async (tx, request) => {
    await deleteWebhookEndpoint(tx, endpointId(request.params.id));
    return { body: undefined };
  },
});

const test = defineRoute({
  method: "post",
  path: "/v1/webhook_endpoints/{id}/test",
  tag,
  summary: "Send a test event",
  description: "webhook_endpoint.tested goes to this endpoint alone, through the same path as every event.",
  access: "write",
  params,
  response: { status: 202, schema: z.object({ delivery_id: z.string() }) },
  errors: ["webhook_endpoint_not_found", "webhook_endpoint_disabled"],
  example: {
    params: { id: exampleId },
    response: { delivery_id: "whd_01jq8z5c3e7wq8m2v4t6y9r1p3" },
  },
  transaction: async (tx, request) => {
    const deliveryId = await testWebhook(tx, endpointId(request.params.id));
    return { body: { delivery_id: publicId("webhook_delivery", deliveryId) } };
  },
});

const replay = defineRoute({
  method: "post",
  path: "/v1/webhook_endpoints/{id}/replay",
  tag,
  summary: "Send again what happened in a range of time",
  description:
    "Everything in [from, to) that the endpoint asks for, also what it was never told; up to 10,000 events. Messages keep their ids.",
  access: "write",
  params,
  body: z.strictObject({ from: timestamp, to: timestamp }),
  response: { status: 202, schema: z.object({ deliveries: z.int() }) },
  errors: ["webhook_endpoint_not_found", "webhook_endpoint_disabled", "webhook_replay_too_large"],
  example: {
    params: { id: exampleId },
    body: { from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z" },
    response: { deliveries: 42 },
  },
  transaction: async (tx, { params: { id }, body }) => {
    const [from, to] = [new Date(body.from), new Date(body.to)];
    const message = `must lie after from (${body.from}); got ${body.to}`;
    assertNoPlaces(from < to ? [] : [{ path: "to", code: "range_invalid", message }]);
    return { body: { deliveries: await replayWebhooks(tx, { endpointId: endpointId(id), from, to }) } };
  },
});

export const webhookEndpointRoutes: readonly Route[] = [create, list, get, update, remove, test, replay];
