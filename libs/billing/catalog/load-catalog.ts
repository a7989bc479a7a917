import { z } from "zod";
import { DomainError, domainError, type ErrorCode } from "#libs/core/errors.ts";
import { parseRef } from "#libs/core/object-ref.ts";
import { findCustomer } from "#libs/data/customers.ts";
import { type Actor, type Database, type TenantTx, withTenant } from "#libs/data/database.ts";
import { findPlan } from "#libs/data/plans.ts";
import { findSubscriptionByStart } from "#libs/data/subscriptions.ts";
import { createSubscription } from "../subscription/create-subscription.ts";
import { createCustomerBody, parseCustomer } from "../wire/customer-wire.ts";
import { createMeterBody, parseMeter } from "../wire/meter-wire.ts";
import { parseWire } from "../wire/parse-wire.ts";
import { createPaymentMethodBody, parsePaymentMethod } from "../wire/payment-method-wire.ts";
import { createPlanBody, parsePlan } from "../wire/plan-wire.ts";
import { parseSettings, updateSettingsBody } from "../wire/settings-wire.ts";
import { createSubscriptionBody, parseSubscription } from "../wire/subscription-wire.ts";
import { createTaxRateBody, parseTaxRate } from "../wire/tax-rate-wire.ts";
import { text } from "../wire/wire-values.ts";
import { addPaymentMethod } from "./add-payment-method.ts";
import { createCustomer } from "./create-customer.ts";
import { createMeter } from "./create-meter.ts";
import { createPlan } from "./create-plan.ts";
import { createTaxRate } from "./create-tax-rate.ts";
import { updateSettings } from "./update-settings.ts";

const kinds = [
  "settings",
  "tax_rate",
  "meter",
  "plan",
  "customer",
  "payment_method",
  "subscription",
] as const;
export type CatalogKind = (typeof kinds)[number];
export type CatalogCounts = Record<CatalogKind, { created: number; skipped: number }>;

const recordsPerTransaction = 200;

/** True when the record made something, false when it was there already. */
type Loader = (tx: TenantTx, body: unknown) => Promise<boolean>;

const loaders: Readonly<Record<CatalogKind, Loader>> = {
  settings: async (tx, body) => {
    const after = await updateSettings(tx, { change: parseSettings(parseWire(updateSettingsBody, body)) });
    return after.isNew;
  },
  tax_rate: (tx, body) =>
    isNew("tax_rate_code_taken", () => createTaxRate(tx, parseTaxRate(parseWire(createTaxRateBody, body)))),
  meter: (tx, body) =>
    isNew("meter_code_taken", () => createMeter(tx, parseMeter(parseWire(createMeterBody, body)))),
  plan: (tx, body) =>
    isNew("plan_code_taken", () => createPlan(tx, parsePlan(parseWire(createPlanBody, body)))),
  customer: (tx, body) =>
    isNew("external_id_taken", () => createCustomer(tx, parseCustomer(parseWire(createCustomerBody, body)))),
  payment_method: async (tx, body) => {
    const { customer, ...method } = parseWire(createPaymentMethodBody.extend({ customer: text(255) }), body);
    return isNew("payment_method_taken", () =>
      addPaymentMethod(tx, { customer: parseRef("customer", customer), ...parsePaymentMethod(method) }),
    );
  },
  subscription: async (tx, body) => {
    const input = parseSubscription(parseWire(createSubscriptionBody, body));
    if (await hasSubscription(tx, input)) return false;
    await createSubscription(tx, input);
    return true;
  },
};

/**
 * Loads catalogue records in order: each is a `kind` and the body its API route takes. What is there already (by code,
 * external id, or a subscription of the customer to the plan from that instant) is skipped, so a second run changes nothing.
 * Commits every 200 records; a refused record names its place and undoes its batch only.
 */
export async function loadCatalog(
  database: Database,
  input: Partial<Actor> & { readonly tenantId: string; readonly records: Iterable<unknown> },
): Promise<CatalogCounts> {
  const { tenantId, records, ...actor } = input;
  const counts = Object.fromEntries(kinds.map((kind) => [kind, { created: 0, skipped: 0 }])) as CatalogCounts;
  let batch: { record: unknown; index: number }[] = [];
  let index = 0;
  const flush = async () => {
    const due = batch;
    batch = [];
    if (due.length === 0) return;
    const outcomes = await withTenant(database, { actor: "catalog", ...actor, tenantId }, async (tx) => {
      const loaded: { kind: CatalogKind; created: boolean }[] = [];
      for (const entry of due) loaded.push(await loadRecord(tx, entry.record, entry.index));
      return loaded;
    });
    for (const { kind, created } of outcomes) counts[kind][created ? "created" : "skipped"]++;
  };
  for (const record of records) {
    batch.push({ record, index: index++ });
    if (batch.length >= recordsPerTransaction) await flush();
  }
  await flush();
  return counts;
}

async function loadRecord(
  tx: TenantTx,
  record: unknown,
  index: number,
): Promise<{ kind: CatalogKind; created: boolean }> {
  try {
    const { kind, ...body } = parseWire(z.looseObject({ kind: z.enum(kinds) }), record);
    return { kind, created: await loaders[kind](tx, body) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw domainError(error.code, `record ${index + 1}: ${error.message}`, {
      ...error.details,
      errors:
        error.details.errors?.map((place) => ({ ...place, path: `records.${index}.${place.path}` })) ?? [],
    });
  }
}

async function isNew(taken: ErrorCode, create: () => Promise<unknown>): Promise<boolean> {
  try {
    await create();
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === taken) return false;
    throw error;
  }
}

async function hasSubscription(
  tx: TenantTx,
  input: Parameters<typeof createSubscription>[1],
): Promise<boolean> {
  const customer = await findCustomer(tx, input.customer);
  const plan = await findPlan(tx, input.plan);
  if (customer === null || plan === null || input.startsAt === undefined) return false;
  const key = { customerId: customer.id, planId: plan.id, startsAt: input.startsAt };
  return (await findSubscriptionByStart(tx, key)) !== null;
}
