import { z } from "zod";
import { createMeter } from "#libs/billing/catalog/create-meter.ts";
import { updateMeter } from "#libs/billing/catalog/update-meter.ts";
import {
  createMeterBody,
  meterToWire,
  meterWire,
  parseMeter,
  parseMeterChange,
  updateMeterBody,
} from "#libs/billing/wire/meter-wire.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { parseRef } from "#libs/core/object-ref.ts";
import { findMeter, listMeters } from "#libs/data/meters.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";

const meter = meterWire.meta({ id: "Meter" });
const byId = z.strictObject({ id: z.string().min(1).max(255).describe("Id or code") });
const tag = "Catalogue";
const exampleBody = { code: "api_calls", name: "API calls", aggregation: "sum", unit: "call" };
const example = {
  id: "mtr_01jq8z5c3e7wq8m2v4t6y9r1p3",
  ...exampleBody,
  event_type: "api_calls",
  value_property: null,
  percentile: null,
  operation_property: null,
  carry_over: false,
  negative: "keep",
  filters: [],
  group_by: [],
  definition_version: 1,
  version: 1,
  created_at: "2026-03-01T09:00:00Z",
  updated_at: "2026-03-01T09:00:00Z",
};

const create = defineRoute({
  method: "post",
  path: "/v1/meters",
  tag,
  summary: "Create a meter",
  description: "Says which events are counted and how. Events that were sent before it are adopted.",
  access: "write",
  body: createMeterBody,
  response: { status: 201, schema: meter },
  errors: ["meter_code_taken", "external_id_reserved"],
  example: { body: exampleBody, response: example },
  transaction: async (tx, { body }) => ({ body: meterToWire(await createMeter(tx, parseMeter(body))) }),
});

const list = defineRoute({
  method: "get",
  path: "/v1/meters",
  tag,
  summary: "List meters",
  access: "read",
  query: z.strictObject({ ...pageFields, event_type: z.string().max(255).optional() }),
  response: { status: 200, schema: listOf(meter) },
  errors: [],
  example: { response: { data: [example], has_more: false, next_cursor: null } },
  transaction: async (tx, { query }) => {
    const filters = defined({ eventType: query.event_type });
    return listAnswer("meter", await listMeters(tx, pageQuery("meter", query, filters)), meterToWire);
  },
});

const get = defineRoute({
  method: "get",
  path: "/v1/meters/{id}",
  tag,
  summary: "Get a meter",
  access: "read",
  params: byId,
  response: { status: 200, schema: meter },
  errors: ["meter_not_found"],
  example: { params: { id: "api_calls" }, response: example },
  transaction: async (tx, { params }) => {
    const row = await findMeter(tx, parseRef("meter", params.id));
    if (row === null) throw domainError("meter_not_found", `There is no meter ${JSON.stringify(params.id)}.`);
    return { body: meterToWire(row) };
  },
});

const update = defineRoute({
  method: "patch",
  path: "/v1/meters/{id}",
  tag,
  summary: "Change a meter",
  description: "Name and unit at any time; what it counts only while no event of its type exists.",
  access: "write",
  params: byId,
  body: updateMeterBody,
  response: { status: 200, schema: meter },
  errors: ["meter_not_found", "meter_definition_frozen", "version_conflict"],
  example: { params: { id: "api_calls" }, body: { name: "Requests" }, response: example },
  transaction: async (tx, { params, body, ifMatch }) => {
    const change = { meter: parseRef("meter", params.id), change: parseMeterChange(body) };
    return { body: meterToWire(await updateMeter(tx, { ...change, ...defined({ ifVersion: ifMatch }) })) };
  },
});

export const meterRoutes: readonly Route[] = [create, list, get, update];
