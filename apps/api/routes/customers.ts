import { z } from "zod";
import { addPaymentMethod } from "#libs/billing/catalog/add-payment-method.ts";
import { createCustomer } from "#libs/billing/catalog/create-customer.ts";
import { deleteCustomer } from "#libs/billing/catalog/delete-customer.ts";
import { removePaymentMethod } from "#libs/billing/catalog/remove-payment-method.ts";
import { updateCustomer } from "#libs/billing/catalog/update-customer.ts";
import {
  createCustomerBody,
  customerToWire,
  customerWire,
  parseCustomer,
  parseCustomerChange,
  updateCustomerBody,
} from "#libs/billing/wire/customer-wire.ts";
import {
  createPaymentMethodBody,
  parsePaymentMethod,
  paymentMethodToWire,
  paymentMethodWire,
} from "#libs/billing/wire/payment-method-wire.ts";
import type { Tx } from "#libs/billing/work/tx.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { parseRef } from "#libs/core/object-ref.ts";
import { parsePublicId } from "#libs/core/public-id.ts";
import { type CustomerRow, findCustomer, listCustomers } from "#libs/data/customers.ts";
import { listPaymentMethods } from "#libs/data/payment-methods.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";

const customer = customerWire.meta({ id: "Customer" });
const paymentMethod = paymentMethodWire.meta({ id: "PaymentMethod" });
const byId = z.strictObject({ id: z.string().min(1).max(255).describe("Id or external id") });
const tag = "Customers";

const exampleBody = {
  external_id: "acme",
  name: "Acme GmbH",
  email: "billing@acme.example",
  timezone: "Europe/Berlin",
  billing_address: { line1: "Hauptstr. 1", city: "Berlin", postal_code: "10115", country: "DE" },
};
const exampleCustomer = {
  id: "cus_01jq8z5c3e7wq8m2v4t6y9r1p3",
  ...exampleBody,
  status: "active",
  currency: null,
  locale: null,
  tax_ids: [],
  tax_rate_ids: [],
  tax_status: "taxable",
  invoice_number_prefix: null,
  payment_terms_days: null,
  reminders_paused: false,
  schedule: null,
  metadata: {},
  version: 1,
  created_at: "2026-03-01T09:00:00Z",
  updated_at: "2026-03-01T09:00:00Z",
};
const exampleMethod = {
  id: "pm_01jq8z5c3e7wq8m2v4t6y9r1p3",
  customer: exampleCustomer.id,
  type: "card",
  provider: "stripe",
  provider_id: "pm_card_visa",
  is_default: true,
  created_at: "2026-03-01T09:00:00Z",
};

async function mustFind(tx: Tx, id: string): Promise<CustomerRow> {
  const row = await findCustomer(tx, parseRef("customer", id));
  if (row === null) throw domainError("customer_not_found", `There is no customer ${JSON.stringify(id)}.`);
  return row;
}

const create = defineRoute({
  method: "post",
  path: "/v1/customers",
  tag,
  summary: "Create a customer",
  description: "Usage that was sent before for its external id is adopted.",
  access: "write",
  body: createCustomerBody,
  response: { status: 201, schema: customer },
  errors: [
    "external_id_taken",
    "external_id_reserved",
    "tax_rate_not_found",
    "currency_unknown",
    "currency_withdrawn",
    "timezone_unknown",
  ],
  example: { body: exampleBody, response: exampleCustomer },
  transaction: async (tx, { body }) => ({
    body: customerToWire(await createCustomer(tx, parseCustomer(body))),
  }),
});

const list = defineRoute({
  method: "get",
  path: "/v1/customers",
  tag,
  summary: "List customers",
  access: "read",
  query: z.strictObject({
    ...pageFields,
    status: z.enum(["active", "inactive"]).optional(),
    external_id: z.string().max(255).optional(),
    email: z.string().max(254).optional(),
  }),
  response: { status: 200, schema: listOf(customer) },
  errors: [],
  example: {
    query: { limit: "20" },
    response: { data: [exampleCustomer], has_more: false, next_cursor: null },
  },
  transaction: async (tx, { query }) => {
    const filters = defined({ status: query.status, externalId: query.external_id, email: query.email });
    return listAnswer(
      "customer",
      await listCustomers(tx, pageQuery("customer", query, filters)),
      customerToWire,
    );
  },
});

const get = defineRoute({
  method: "get",
  path: "/v1/customers/{id}",
  tag,
  summary: "Get a customer",
  access: "read",
  params: byId,
  response: { status: 200, schema: customer },
  errors: ["customer_not_found"],
  example: { params: { id: "acme" }, response: exampleCustomer },
  transaction: async (tx, { params }) => ({ body: customerToWire(await mustFind(tx, params.id)) }),
});

const update = defineRoute({
  method: "patch",
  path: "/v1/customers/{id}",
  tag,
  summary: "Change a customer",
  description: "What is left out stays; null takes a value away. Issued invoices keep what they say.",
  access: "write",
  params: byId,
  body: updateCustomerBody,
  response: { status: 200, schema: customer },
  errors: [
    "customer_not_found",
    "external_id_taken",
    "external_id_reserved",
    "tax_rate_not_found",
    "version_conflict",
  ],
  example: { params: { id: "acme" }, body: { email: "accounts@acme.example" }, response: exampleCustomer },
  transaction: async (tx, { params, body, ifMatch }) => {
    const change = { customer: parseRef("customer", params.id), ...parseCustomerChange(body) };
    return {
      body: customerToWire(await updateCustomer(tx, { ...change, ...defined({ ifVersion: ifMatch }) })),
    };
  },
});

const remove = defineRoute({
  method: "delete",
  path: "/v1/customers/{id}",
  tag,
  summary: "Delete a customer",
  description: "Hides it; its invoices stay. Refused while a subscription can still be billed.",
  access: "write",
  params: byId,
  response: { status: 204, description: "Deleted" },
  errors: ["customer_not_found", "customer_in_use", "version_conflict"],
  example: { params: { id: "acme" } },
  transaction: async (tx, { params, ifMatch }) => {
    await deleteCustomer(tx, {
      customer: parseRef("customer", params.id),
      ...defined({ ifVersion: ifMatch }),
    });
    return { body: undefined };
  },
});

const addMethod = defineRoute({
  method: "post",
  path: "/v1/customers/{id}/payment_methods",
  tag,
  summary: "Save a payment method",
  description: "The provider holds it; here only its id is kept.",
  access: "write",
  params: byId,
  body: createPaymentMethodBody,
  response: { status: 201, schema: paymentMethod },
  errors: ["customer_not_found", "payment_method_taken"],
  example: {
    params: { id: "acme" },
    body: { type: "card", provider_id: "pm_card_visa" },
    response: exampleMethod,
  },
  transaction: async (tx, { params, body }) => {
    const method = { customer: parseRef("customer", params.id), ...parsePaymentMethod(body) };
    return { body: paymentMethodToWire(await addPaymentMethod(tx, method)) };
  },
});

const listMethods = defineRoute({
  method: "get",
  path: "/v1/customers/{id}/payment_methods",
  tag,
  summary: "List payment methods",
  access: "read",
  params: byId,
  query: z.strictObject(pageFields),
  response: { status: 200, schema: listOf(paymentMethod) },
  errors: ["customer_not_found"],
  example: {
    params: { id: "acme" },
    response: { data: [exampleMethod], has_more: false, next_cursor: null },
  },
  transaction: async (tx, { params, query }) => {
    const { id } = await mustFind(tx, params.id);
    const page = await listPaymentMethods(tx, id, pageQuery("payment_method", query, {}));
    return listAnswer("payment_method", page, paymentMethodToWire);
  },
});

const removeMethod = defineRoute({
  method: "delete",
  path: "/v1/customers/{id}/payment_methods/{payment_method}",
  tag,
  summary: "Forget a payment method",
  access: "write",
  params: byId.extend({ payment_method: z.string().max(64) }),
  response: { status: 204, description: "Forgotten" },
  errors: ["customer_not_found", "payment_method_not_found", "payment_method_in_use"],
  example: { params: { id: "acme", payment_method: exampleMethod.id } },
  transaction: async (tx, { params }) => {
    const paymentMethodId = parsePublicId("payment_method", params.payment_method);
    if (paymentMethodId === null) throw domainError("payment_method_not_found");
    await removePaymentMethod(tx, { customer: parseRef("customer", params.id), paymentMethodId });
    return { body: undefined };
  },
});

export const customerRoutes: readonly Route[] = [
  ...[create, list, get, update, remove],
  ...[addMethod, listMethods, removeMethod],
];
