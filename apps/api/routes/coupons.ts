import { z } from "zod";
import { createCoupon } from "#libs/billing/catalog/create-coupon.ts";
import { giveCoupon } from "#libs/billing/catalog/give-coupon.ts";
import {
  couponToWire,
  couponWire,
  createCouponBody,
  customerCouponToWire,
  customerCouponWire,
  giveCouponBody,
  parseCoupon,
} from "#libs/billing/wire/coupon-wire.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { parseRef } from "#libs/core/object-ref.ts";
import { parsePublicId } from "#libs/core/public-id.ts";
import { listCoupons, listCustomerCoupons } from "#libs/data/coupons.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";
import { customerIdOf } from "./subscriptions.ts";

const tag = "Coupons";
const coupon = couponWire.meta({ id: "Coupon" });
const held = customerCouponWire.meta({ id: "CustomerCoupon" });
const ofCustomer = z.strictObject({
  id: z.string().min(1).max(255).describe("Id or external id of the customer"),
});
const customerId = "cus_01jq8z5c3e7wq8m2v4t6y9r1p3";
const exampleBody = {
  code: "welcome",
  name: "Welcome",
  percent_off: "20",
  duration: "repeating",
  duration_periods: 3,
};
const example = {
  id: "cpn_01jq8z5c3e7wq8m2v4t6y9r1p3",
  ...exampleBody,
  ...{
    amount_off: null,
    currency: null,
    applies_to: [],
    archived_at: null,
    created_at: "2026-03-01T09:00:00Z",
  },
};
const exampleHeld = {
  ...{ coupon: example.id, coupon_code: "welcome", customer: customerId, subscription: null, uses: 0 },
  ...{ starts_at: "2026-03-01T09:00:00Z", ends_at: null },
};

const create = defineRoute({
  method: "post",
  path: "/v1/coupons",
  tag,
  summary: "Create a coupon",
  description:
    "A percentage or an amount, for one invoice, for several, or for ever. It never changes afterwards.",
  access: "write",
  body: createCouponBody,
  response: { status: 201, schema: coupon },
  errors: ["coupon_code_taken"],
  example: { body: exampleBody, response: example },
  transaction: async (tx, { body }) => ({ body: couponToWire(await createCoupon(tx, parseCoupon(body))) }),
});

const list = defineRoute({
  method: "get",
  path: "/v1/coupons",
  tag,
  summary: "List coupons",
  access: "read",
  query: z.strictObject(pageFields),
  response: { status: 200, schema: listOf(coupon) },
  errors: [],
  example: { response: { data: [example], has_more: false, next_cursor: null } },
  transaction: async (tx, { query }) =>
    listAnswer("coupon", await listCoupons(tx, pageQuery("coupon", query, {})), couponToWire),
});

const give = defineRoute({
  method: "post",
  path: "/v1/customers/{id}/coupons",
  tag,
  summary: "Give a coupon to a customer",
  description:
    "It discounts the customer's next invoices: of all its subscriptions, or of one. Coupons apply in the order in which they were given, each to what the ones before left.",
  access: "write",
  params: ofCustomer,
  body: giveCouponBody,
  response: { status: 201, schema: held },
  errors: ["customer_not_found", "coupon_not_found", "subscription_not_found", "currency_mismatch"],
  example: { params: { id: customerId }, body: { coupon: "welcome" }, response: exampleHeld },
  transaction: async (tx, { params, body }) => {
    const subscriptionId =
      body.subscription === undefined ? undefined : parsePublicId("subscription", body.subscription);
    if (subscriptionId === null) throw domainError("subscription_not_found");
    const row = await giveCoupon(tx, {
      ...{ customer: parseRef("customer", params.id), coupon: parseRef("coupon", body.coupon) },
      ...defined({ subscriptionId }),
    });
    return { body: customerCouponToWire(row) };
  },
});

const listHeld = defineRoute({
  method: "get",
  path: "/v1/customers/{id}/coupons",
  tag,
  summary: "List the coupons that a customer holds",
  access: "read",
  params: ofCustomer,
  response: { status: 200, schema: z.strictObject({ data: z.array(held) }) },
  errors: ["customer_not_found"],
  example: { params: { id: customerId }, response: { data: [exampleHeld] } },
  transaction: async (tx, { params }) => {
    const rows = await listCustomerCoupons(tx, await customerIdOf(tx, params.id));
    return { body: { data: rows.map(customerCouponToWire) } };
  },
});

export const couponRoutes: readonly Route[] = [create, list, give, listHeld];
