import type { Temporal } from "temporal-polyfill";
import { createCustomer, type NewCustomer } from "#libs/billing/catalog/create-customer.ts";
import { createMeter } from "#libs/billing/catalog/create-meter.ts";
import { createPlan } from "#libs/billing/catalog/create-plan.ts";
import { createTenant } from "#libs/billing/catalog/create-tenant.ts";
import { createSubscription, type NewSubscription } from "#libs/billing/subscription/create-subscription.ts";
import type { ObjectRef } from "#libs/core/object-ref.ts";
import type { Plan } from "#libs/core/price/plan.ts";
import type { Price } from "#libs/core/price/price.ts";
import type { Meter } from "#libs/core/usage/meter.ts";
import type { CustomerRow } from "#libs/data/customers.ts";
import { type TenantTx, withTenant } from "#libs/data/database.ts";
import type { MeterRow } from "#libs/data/meters.ts";
import { newId } from "#libs/data/new-id.ts";
import type { PlanRow } from "#libs/data/plans.ts";
import type { SubscriptionRow } from "#libs/data/subscriptions.ts";
import type { TestDatabase } from "./test-database.ts";

/** A tenant of one test, with a way into its transactions. */
export type TestTenant = {
  readonly tenantId: string;
  readonly inTenant: <T>(fn: (tx: TenantTx) => Promise<T>) => Promise<T>;
};

/** A test tenant; without `clockNow` it follows database time. */
export async function makeTenant(
  test: TestDatabase,
  options: { readonly clockNow?: Temporal.Instant } = {},
): Promise<TestTenant> {
  const { tenantId } = await createTenant(test.database, {
    name: "Test tenant",
    mode: "test",
    actor: "test",
    ...options,
  });
  return { tenantId, inTenant: (fn) => withTenant(test.database, { tenantId, actor: "test" }, fn) };
}

export function makeCustomer(tenant: TestTenant, fields: Partial<NewCustomer> = {}): Promise<CustomerRow> {
  return tenant.inTenant((tx) =>
    createCustomer(tx, { name: "Acme Inc.", email: "billing@acme.example", ...fields }),
  );
}

/** A meter that adds up `value`; its events have its code as their type. */
export function makeMeter(tenant: TestTenant, fields: Partial<Meter> = {}): Promise<MeterRow> {
  const code = fields.code ?? `meter-${newId().slice(-12)}`;
  return tenant.inTenant((tx) =>
    createMeter(tx, {
      ...{ name: "Calls", eventType: code, aggregation: "sum", carryOver: false, negative: "keep" },
      ...{ filters: [], groupBy: [] },
      ...fields,
      code,
    }),
  );
}

/** A monthly USD plan; without `prices` one flat fee of 10.00 in arrears. */
export function makePlan(tenant: TestTenant, fields: Partial<Plan> = {}): Promise<PlanRow> {
  return tenant.inTenant((tx) =>
    createPlan(tx, {
      code: `plan-${newId().slice(-12)}`,
      name: "Basic",
      currency: "USD",
      interval: { unit: "month", count: 1 },
      prices: [flatPrice()],
      ...fields,
    }),
  );
}

/** A flat recurring fee in arrears. */
export function flatPrice(fields: Partial<Price> = {}): Price {
  return {
    ...{ code: "base", name: "Base fee", kind: "recurring", billing: "in_arrears", proration: "second" },
    chargeModel: { model: "flat", amount: "10.00" },
    ...fields,
  };
}

/** A usage price of 0.05 a unit. */
export function usagePrice(meter: string, fields: Partial<Price> = {}): Price {
  return {
    ...{ code: meter, name: "Calls", kind: "usage", meter, billing: "in_arrears", proration: "none" },
    chargeModel: { model: "per_unit", unitAmount: "0.05" },
    ...fields,
  };
}

/** A subscription from now on, by calendar months in UTC; a customer and a plan are made unless they are named. */
export async function makeSubscription(
  tenant: TestTenant,
  fields: Partial<NewSubscription> = {},
): Promise<SubscriptionRow> {
  const customer: ObjectRef = fields.customer ?? { id: (await makeCustomer(tenant)).id };
  const plan: ObjectRef = fields.plan ?? { id: (await makePlan(tenant)).id };
  return tenant.inTenant((tx) => createSubscription(tx, { timezone: "UTC", ...fields, customer, plan }));
}
