import { z } from "zod";
import { retryDelivery } from "#libs/billing/webhook/resend-webhooks.ts";
import {
  deliveryStates,
  deliveryWire,
  presentDelivery,
  presentWholeDelivery,
  wholeDeliveryWire,
} from "#libs/billing/wire/webhook-wire.ts";
import type { Tx } from "#libs/billing/work/tx.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { parsePublicId } from "#libs/core/public-id.ts";
import { findDelivery, listDeliveries } from "#libs/data/webhook-deliveries.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { idFilter, listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";

const tag = "Webhooks";
const params = z.object({ id: z.string().max(64) });
const exampleId = "whd_01jq8z5c3e7wq8m2v4t6y9r1p3";

function deliveryId(text: string): string {
  const id = parsePublicId("webhook_delivery", text);
  if (id === null) throw domainError("webhook_delivery_not_found", "there is no such delivery");
  return id;
}

async function wholeDelivery(tx: Tx, id: string): Promise<{ body: z.infer<typeof wholeDeliveryWire> }> {
  const row = await findDelivery(tx, id);
  if (row === null) throw domainError("webhook_delivery_not_found", "there is no such delivery");
  return { body: presentWholeDelivery(row) };
}

const list = defineRoute({
  method: "get",
  path: "/v1/webhook_deliveries",
  tag,
  summary: "List webhook deliveries",
  description: "One event to one endpoint, newest first.",
  access: "read",
  query: z.strictObject({
    ...pageFields,
    webhook_endpoint: z.string().max(64).optional(),
    state: z.enum(deliveryStates).optional(),
    event_type: z.string().max(100).optional(),
  }),
  response: { status: 200, schema: listOf(deliveryWire) },
  errors: [],
  example: { query: { state: "failed" } },
  transaction: async (tx, { query }) => {
    const filters = defined({
      endpointId: idFilter("webhook_endpoint", "webhook_endpoint", query.webhook_endpoint),
      state: query.state,
      eventType: query.event_type,
    });
    const page = await listDeliveries(tx, pageQuery("webhook_delivery", query, filters));
    return listAnswer("webhook_delivery", page, presentDelivery);
  },
});

const get = defineRoute({
  method: "get",
  path: "/v1/webhook_deliveries/{id}",
  tag,
  summary: "Get a webhook delivery with its tries",
  access: "read",
  params,
  response: { status: 200, schema: wholeDeliveryWire },
  errors: ["webhook_delivery_not_found"],
  example: { params: { id: exampleId } },
  transaction: (tx, request) => wholeDelivery(tx, deliveryId(request.params.id)),
});

const retry = defineRoute({
  method: "post",
  path: "/v1/webhook_deliveries/{id}/retry",
  tag,
  summary: "Send a delivery once more",
  description: "With a fresh set of tries, whatever became of it.",
  access: "write",
  params,
  response: { status: 202, schema: wholeDeliveryWire },
  errors: ["webhook_delivery_not_found", "webhook_endpoint_not_found", "webhook_endpoint_disabled"],
  example: { params: { id: exampleId } },
  transaction: async (tx, request) => {
    const id = deliveryId(request.params.id);
    await retryDelivery(tx, id);
    return wholeDelivery(tx, id);
  },
});

export const webhookDeliveryRoutes: readonly Route[] = [list, get, retry];
