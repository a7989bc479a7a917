import { z } from "zod";
import { archivePlan } from "#libs/billing/catalog/archive-plan.ts";
import { createPlan } from "#libs/billing/catalog/create-plan.ts";
import { createPlanVersion } from "#libs/billing/catalog/create-plan-version.ts";
import {
  createPlanBody,
  createPlanVersionBody,
  parsePlan,
  parsePlanVersion,
  planToWire,
  planWire,
} from "#libs/billing/wire/plan-wire.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError, type ErrorCode } from "#libs/core/errors.ts";
import { parseRef } from "#libs/core/object-ref.ts";
import { findPlan, listPlans } from "#libs/data/plans.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";

const plan = planWire.meta({ id: "Plan" });
const byId = z.strictObject({ id: z.string().min(1).max(255).describe("Id or code") });
const tag = "Catalogue";
const bodyLimit = 512 * 1024;

const terms = {
  currency: "USD",
  interval: { unit: "month", count: 1 },
  prices: [
    {
      code: "base",
      name: "Base fee",
      kind: "recurring",
      billing: "in_advance",
      charge_model: "flat",
      flat: { amount: "49.00" },
    },
    {
      code: "calls",
      name: "API calls",
      kind: "usage",
      meter: "api_calls",
      billing: "in_arrears",
      charge_model: "graduated",
      graduated: {
        tiers: [
          { up_to: "1000", unit_amount: "0", flat_amount: "0" },
          { up_to: null, unit_amount: "0.0025", flat_amount: "0" },
        ],
      },
    },
  ],
};
/** A version whose prices show the models that look at single events, and the options between quantity and amount. */
const richTerms = {
  ...terms,
  prices: [
    ...terms.prices,
    {
      code: "card_fees",
      name: "Card fees",
      kind: "usage",
      meter: "card_volume",
      charge_model: "percentage",
      percentage: { rate: "1.3", fixed_amount: "0.25", free_events: 10, minimum_per_event: "0.50" },
      minimum_amount: "5.00",
    },
    {
      code: "storage",
      name: "Storage, by region and day",
      kind: "usage",
      meter: "stored_bytes",
      charge_model: "volume",
      volume: {
        tiers: [
          { up_to: "100", unit_amount: "0.023" },
          { up_to: null, unit_amount: "0.021" },
        ],
      },
      transform_quantity: { divide_by: "1000000000", round: "up" },
      rate_per: { window: "day", group_by: ["region"] },
      maximum_amount: "5000.00",
    },
    {
      code: "support",
      name: "Support by team size",
      kind: "recurring",
      billing: "in_advance",
      charge_model: "stairstep",
      stairstep: {
        tiers: [
          { up_to: "10", flat_amount: "99.00" },
          { up_to: null, flat_amount: "249.00" },
        ],
      },
      quantity: "5",
    },
  ],
};
const exampleBody = { code: "team", name: "Team", ...terms };
const wrongTerms: readonly ErrorCode[] = [
  ...(["meter_not_found", "price_interval_mismatch", "price_tiers_invalid"] as const),
  ...(["currency_unknown", "currency_withdrawn"] as const),
  ...(["amount_syntax", "amount_precision", "decimal_syntax", "interval_count_invalid"] as const),
];

const create = defineRoute({
  method: "post",
  path: "/v1/plans",
  tag,
  summary: "Create a plan",
  access: "write",
  body: createPlanBody,
  bodyLimit,
  response: { status: 201, schema: plan },
  errors: ["plan_code_taken", "external_id_reserved", ...wrongTerms],
  example: { body: exampleBody },
  transaction: async (tx, { body }) => ({ body: planToWire(await createPlan(tx, parsePlan(body))) }),
});

const list = defineRoute({
  method: "get",
  path: "/v1/plans",
  tag,
  summary: "List plans",
  access: "read",
  query: z.strictObject({ ...pageFields, include_archived: z.enum(["true", "false"]).optional() }),
  response: { status: 200, schema: listOf(plan) },
  errors: [],
  example: {},
  transaction: async (tx, { query }) => {
    const filters = { includeArchived: query.include_archived === "true" };
    return listAnswer("plan", await listPlans(tx, pageQuery("plan", query, filters)), planToWire);
  },
});

const get = defineRoute({
  method: "get",
  path: "/v1/plans/{id}",
  tag,
  summary: "Get a plan",
  description: "With the terms of its newest version.",
  access: "read",
  params: byId,
  response: { status: 200, schema: plan },
  errors: ["plan_not_found"],
  example: { params: { id: "team" } },
  transaction: async (tx, { params }) => {
    const row = await findPlan(tx, parseRef("plan", params.id));
    if (row === null) throw domainError("plan_not_found", `There is no plan ${JSON.stringify(params.id)}.`);
    return { body: planToWire(row) };
  },
});

const createVersion = defineRoute({
  method: "post",
  path: "/v1/plans/{id}/versions",
  tag,
  summary: "Add a version to a plan",
  description: "The whole new terms. Subscriptions stay on their version until they are moved.",
  access: "write",
  params: byId,
  body: createPlanVersionBody,
  bodyLimit,
  response: { status: 201, schema: plan },
  errors: ["plan_not_found", "plan_archived", "version_conflict", ...wrongTerms],
  example: { params: { id: "team" }, body: richTerms },
  transaction: async (tx, { params, body, ifMatch }) => {
    const input = { plan: parseRef("plan", params.id), ...parsePlanVersion(body) };
    return {
      body: planToWire(await createPlanVersion(tx, { ...input, ...defined({ ifVersion: ifMatch }) })),
    };
  },
});

const archive = defineRoute({
  method: "post",
  path: "/v1/plans/{id}/archive",
  tag,
  summary: "Archive a plan",
  description: "It takes no new subscriptions; those that exist go on.",
  access: "write",
  params: byId,
  response: { status: 200, schema: plan },
  errors: ["plan_not_found", "version_conflict"],
  example: { params: { id: "team" } },
  transaction: async (tx, { params, ifMatch }) => {
    const input = { plan: parseRef("plan", params.id), ...defined({ ifVersion: ifMatch }) };
    return { body: planToWire(await archivePlan(tx, input)) };
  },
});

export const planRoutes: readonly Route[] = [create, list, get, createVersion, archive];
