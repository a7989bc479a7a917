import { Temporal } from "temporal-polyfill";
import { createCustomer } from "#libs/billing/catalog/create-customer.ts";
import { createMeter } from "#libs/billing/catalog/create-meter.ts";
import { createPlan } from "#libs/billing/catalog/create-plan.ts";
import { createTenant } from "#libs/billing/catalog/create-tenant.ts";
import { type GenerateResult, generateInvoices } from "#libs/billing/run/generate-invoices.ts";
import { createSubscription } from "#libs/billing/subscription/create-subscription.ts";
import { parseEventJson } from "#libs/billing/usage/event-wire.ts";
import { ingestEvents } from "#libs/billing/usage/ingest-events.ts";
import type { ChargeModel, Price } from "#libs/core/price/price.ts";
import { type TenantTx, withTenant } from "#libs/data/database.ts";
import { readConfig } from "#libs/platform/config.ts";
import { type Place, POOL_SIZE } from "./open-place.ts";
import { FIVE_TIERS } from "./subscriptions.ts";

/** Many customers, each with one subscription to the same plan, billed by calendar months in UTC from 2020 on. */
export type MonthlyTenant = {
  readonly tenantId: string;
  readonly subscriptionIds: readonly string[];
  readonly inTenant: <T>(fn: (tx: TenantTx) => Promise<T>) => Promise<T>;
  /** Takes in the usage of month `number`, counted from 0, and moves the clock to its end. Not part of what is measured. */
  readonly reach: (number: number) => Promise<Month>;
};

export type Month = { readonly start: Temporal.Instant; readonly end: Temporal.Instant };

/** Subscriptions that are billed in one transaction when nobody sets how many. */
export const CHUNK = readConfig({}).INVOICE_BATCH_SIZE;

const EVENTS_PER_BATCH = 10_000;
const FIRST = Temporal.ZonedDateTime.from("2020-01-01T00:00:00[UTC]");
const meters = ["calls", "bytes", "seconds"] as const;

const prices = [
  priceOf("base", "recurring", { model: "flat", amount: "49.00" }),
  priceOf("calls", "usage", { model: "per_unit", unitAmount: "0.0125" }),
  priceOf("bytes", "usage", { model: "graduated", tiers: FIVE_TIERS }),
  priceOf("seconds", "usage", { model: "volume", tiers: FIVE_TIERS }),
];

function priceOf(code: string, kind: "recurring" | "usage", chargeModel: ChargeModel): Price {
  const metered = kind === "usage" ? { meter: code } : {};
  return { code, name: code, kind, ...metered, billing: "in_arrears", proration: "second", chargeModel };
}

/**
 * @param count of subscriptions: one is made by the verbs, the others are copies of its rows
 * @param usesPerMonth of each meter by every customer
 */
export async function openMonthlyTenant(
  place: Place,
  count: number,
  usesPerMonth = 2,
): Promise<MonthlyTenant> {
  const clockNow = FIRST.toInstant();
  const { tenantId } = await createTenant(place.database, {
    ...{ name: "Bench", mode: "test", actor: "bench", clockNow },
  });
  const inTenant: MonthlyTenant["inTenant"] = (fn) =>
    withTenant(place.database, { tenantId, actor: "bench", timeoutMs: 120_000 }, fn);
  const first = await inTenant(subscribeFirst);
  const tenant = { tenantId, inTenant, subscriptionIds: [first] };
  await billAll(tenant); // the start, where nothing is billed in arrears
  await copyFirst(place, tenantId, count - 1);
  const { rows } = await place.owner.query<{ id: string }>(
    "select id from subscription where tenant_id = $1 order by id",
    [tenantId],
  );
  await place.owner.query("analyze");
  return {
    ...{ tenantId, inTenant, subscriptionIds: rows.map(({ id }) => id) },
    reach: (number) => reachMonth(place, { tenantId, inTenant, customers: count, usesPerMonth }, number),
  };
}

/** Bills what is due of the subscriptions in chunks, as many at a time as the pool has connections. */
export async function billAll(
  tenant: Pick<MonthlyTenant, "inTenant" | "subscriptionIds">,
  { chunk = CHUNK, workers = POOL_SIZE }: { readonly chunk?: number; readonly workers?: number } = {},
): Promise<GenerateResult[]> {
  const results: GenerateResult[] = [];
  await eachChunk(tenant.subscriptionIds, { chunk, workers }, async (subscriptionIds) => {
    const bill = (tx: TenantTx) =>
      generateInvoices(tx, { subscriptionIds, cutoffs: new Map([["UTC", tx.now]]), dryRun: false });
    results.push(await tenant.inTenant(bill));
  });
  return results;
}

/** Chunks in their order, `workers` of them at a time. */
export async function eachChunk<T>(
  items: readonly T[],
  { chunk, workers }: { readonly chunk: number; readonly workers: number },
  work: (chunk: readonly T[]) => Promise<unknown>,
): Promise<void> {
  const starts = Array.from({ length: Math.ceil(items.length / chunk) }, (_, n) => n * chunk).values();
  const worker = async () => {
    for (const start of starts) await work(items.slice(start, start + chunk));
  };
  await Promise.all(Array.from({ length: workers }, worker));
}

async function subscribeFirst(tx: TenantTx): Promise<string> {
  const customer = await createCustomer(tx, { externalId: "customer-0", name: "Customer" });
  for (const code of meters) {
    const counted = { code, name: code, eventType: code, aggregation: "sum" } as const;
    await createMeter(tx, { ...counted, carryOver: false, negative: "keep", filters: [], groupBy: [] });
  }
  const interval = { unit: "month", count: 1 } as const;
  const plan = await createPlan(tx, { code: "plan", name: "Plan", currency: "USD", interval, prices });
  const parties = { customer: { id: customer.id }, plan: { id: plan.id } };
  return (await createSubscription(tx, { ...parties, timezone: "UTC" })).id;
}

const idOf = (id: string) => `md5(n || '/' || ${id})::uuid`;

async function copyFirst({ owner }: Place, tenantId: string, copies: number): Promise<void> {
  const copy = (table: string, changes: string) =>
    owner.query(
      `insert into ${table} select (jsonb_populate_record(t, jsonb_build_object(${changes}))).*
       from ${table} t cross join generate_series(1, $2::int) as n where t.tenant_id = $1`,
      [tenantId, copies],
    );
  await copy("customer", `'id', ${idOf("t.id")}, 'external_id', 'customer-' || n`);
  await copy("subscription", `'id', ${idOf("t.id")}, 'customer_id', ${idOf("t.customer_id")}`);
  await copy("subscription_item", `'id', ${idOf("t.id")}, 'subscription_id', ${idOf("t.subscription_id")}`);
  await copy("item_schedule", `'subscription_item_id', ${idOf("t.subscription_item_id")}`);
}

type Users = { readonly customers: number; readonly usesPerMonth: number };

async function reachMonth(
  { owner }: Place,
  tenant: Pick<MonthlyTenant, "tenantId" | "inTenant"> & Users,
  number: number,
): Promise<Month> {
  const [start, end] = [number, number + 1].map((months) => FIRST.add({ months }).toInstant());
  if (start === undefined || end === undefined) throw new Error(`there is no month ${number}`);
  await owner.query("update tenant set clock_now = $2 where id = $1", [tenant.tenantId, end.toString()]);
  const events = usageOf(tenant, number, start);
  for (let from = 0; from < events.length; from += EVENTS_PER_BATCH) {
    const batch = parseEventJson(events.slice(from, from + EVENTS_PER_BATCH)).events;
    const { accepted } = await tenant.inTenant((tx) => ingestEvents(tx, batch));
    if (accepted !== batch.length) throw new Error(`${accepted} of ${batch.length} events were accepted`);
  }
  await owner.query("analyze usage_event, usage_hour, billing_period, invoice, invoice_line");
  await owner.query("checkpoint");
  return { start, end };
}

/** A customer's uses lie in the hours of the month one after the other, spread over its first 27 days. */
function usageOf({ customers, usesPerMonth }: Users, month: number, start: Temporal.Instant): object[] {
  const perCustomer = meters.length * usesPerMonth;
  return Array.from({ length: customers * perCustomer }, (_, n) => {
    const customer = Math.floor(n / perCustomer);
    const hour = Math.floor(((n % perCustomer) * 648) / perCustomer) + (customer % 20);
    const at = start.add({ hours: hour });
    return {
      ...{ id: `${month}/${n}`, event_type: meters[n % meters.length], customer: `customer-${customer}` },
      ...{ timestamp: at.toString(), value: `${((n + 1) * 7_919 * (month + 1)) % 75_000}.25` },
    };
  });
}
