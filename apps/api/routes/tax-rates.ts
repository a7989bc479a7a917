import { z } from "zod";
import { createTaxRate } from "#libs/billing/catalog/create-tax-rate.ts";
import {
  createTaxRateBody,
  parseTaxRate,
  taxRateToWire,
  taxRateWire,
} from "#libs/billing/wire/tax-rate-wire.ts";
import { listTaxRates } from "#libs/data/tax-rates.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";

const taxRate = taxRateWire.meta({ id: "TaxRate" });
const tag = "Catalogue";
const exampleBody = { code: "de-vat", name: "MwSt.", percentage: "19", jurisdiction: "DE" };
const example = {
  id: "tax_01jq8z5c3e7wq8m2v4t6y9r1p3",
  ...exampleBody,
  inclusive: false,
  archived_at: null,
  created_at: "2026-03-01T09:00:00Z",
};

const create = defineRoute({
  method: "post",
  path: "/v1/tax_rates",
  tag,
  summary: "Create a tax rate",
  description: "A rate never changes; for a new percentage create another one.",
  access: "write",
  body: createTaxRateBody,
  response: { status: 201, schema: taxRate },
  errors: ["tax_rate_code_taken", "external_id_reserved", "decimal_syntax"],
  example: { body: exampleBody, response: example },
  transaction: async (tx, { body }) => ({ body: taxRateToWire(await createTaxRate(tx, parseTaxRate(body))) }),
});

const list = defineRoute({
  method: "get",
  path: "/v1/tax_rates",
  tag,
  summary: "List tax rates",
  access: "read",
  query: z.strictObject(pageFields),
  response: { status: 200, schema: listOf(taxRate) },
  errors: [],
  example: { response: { data: [example], has_more: false, next_cursor: null } },
  transaction: async (tx, { query }) =>
    listAnswer("tax_rate", await listTaxRates(tx, pageQuery("tax_rate", query, {})), taxRateToWire),
});

export const taxRateRoutes: readonly Route[] = [create, list];
