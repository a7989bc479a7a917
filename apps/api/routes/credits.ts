import { z } from "zod";
import { grantCredit } from "#libs/billing/credit/grant-credit.ts";
import {
  balanceWire,
  createCreditBody,
  creditToWire,
  creditWire,
  parseCredit,
} from "#libs/billing/wire/credit-wire.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { parseRef } from "#libs/core/object-ref.ts";
import { publicId } from "#libs/core/public-id.ts";
import { listCreditGrants, readBalances } from "#libs/data/credits.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { customerIdOf } from "./subscriptions.ts";

const tag = "Credits";
const params = z.strictObject({
  id: z.string().min(1).max(255).describe("Id or external id of the customer"),
});
const credit = creditWire.meta({ id: "Credit" });
const customerId = "cus_01jq8z5c3e7wq8m2v4t6y9r1p3";
const example = {
  id: "crd_01jq8z5c3e7wq8m2v4t6y9r1p3",
  customer: customerId,
  amount: "100.00",
  left: "100.00",
  expired: "0.00",
  currency: "USD",
  priority: 0,
  cost_basis: null,
  expires_at: null,
  reason: "goodwill",
  source_invoice: null,
  created_at: "2026-03-01T09:00:00Z",
};

const create = defineRoute({
  method: "post",
  path: "/v1/customers/{id}/credits",
  tag,
  summary: "Grant credit to a customer",
  description:
    "Invoices in its currency use it when they are finalized: by priority, then what expires first, then the oldest. It pays; it never lowers the tax base.",
  access: "write",
  params,
  body: createCreditBody,
  response: { status: 201, schema: credit },
  errors: [
    "customer_not_found",
    "amount_precision",
    "amount_out_of_range",
    "currency_unknown",
    "decimal_syntax",
  ],
  example: {
    params: { id: customerId },
    body: { amount: "100.00", currency: "USD", reason: "goodwill" },
    response: example,
  },
  transaction: async (tx, { params, body }) => ({
    body: creditToWire(
      await grantCredit(tx, { ...parseCredit(body), customer: parseRef("customer", params.id) }),
    ),
  }),
});

const list = defineRoute({
  method: "get",
  path: "/v1/customers/{id}/credits",
  tag,
  summary: "List a customer's credit grants",
  access: "read",
  params,
  response: { status: 200, schema: z.strictObject({ data: z.array(credit) }) },
  errors: ["customer_not_found"],
  example: { params: { id: customerId }, response: { data: [example] } },
  transaction: async (tx, { params }) => {
    const grants = await listCreditGrants(tx, await customerIdOf(tx, params.id));
    return { body: { data: grants.map(creditToWire) } };
  },
});

const balance = defineRoute({
  method: "get",
  path: "/v1/customers/{id}/balance",
  tag,
  summary: "What a customer holds and owes, by currency",
  access: "read",
  params,
  response: { status: 200, schema: balanceWire.meta({ id: "CustomerBalance" }) },
  errors: ["customer_not_found"],
  example: {
    params: { id: customerId },
    response: {
      customer: customerId,
      balances: [{ currency: "USD", credit: "100.00", receivable: "40.00", refunds_payable: "0.00" }],
    },
  },
  transaction: async (tx, { params }) => {
    const id = await customerIdOf(tx, params.id);
    const balances = (await readBalances(tx, id)).map((row) => {
      const { currency } = row;
      const amount = (minor: bigint) => formatMoney({ minor, currency });
      return {
        currency,
        credit: amount(row.credit_minor),
        receivable: amount(row.receivable_minor),
        refunds_payable: amount(row.refunds_payable_minor),
      };
    });
    return { body: { customer: publicId("customer", id), balances } };
  },
});

export const creditRoutes: readonly Route[] = [create, list, balance];
