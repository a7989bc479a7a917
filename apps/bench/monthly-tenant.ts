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
  /** What `reach` does, but for the usage. */
  readonly moveTo: (number: number) => Promise<Month>;
  /** Takes in the usage of a month, two batches at a time as an API process does; answers how many events that were. */
  readonly ingest: (month: Month) => Promise<number>;
};

export type Month = {
  readonly number: number;
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
};

/** Subscriptions that are billed in one transaction when nobody sets how many. */
export const CHUNK = readConfig({}).INVOICE_BATCH_SIZE;

const EVENTS_PER_BATCH = 10_000;
const WRITERS = 2;
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
  const users = { inTenant, customers: count, usesPerMonth };
  const moveTo = (number: number) => moveClock(place, tenantId, number);
  const ingest = (month: Month) => ingestMonth(users, month);
  return {
    ...{ tenantId, inTenant, subscriptionIds: rows.map(({ id }) => id), moveTo, ingest },
    reach: async (number) => {
      const month = await moveTo(number);
      await ingest(month);
      await place.owner.query("analyze usage_event, usage_hour, billing_period, invoice, invoice_line");
      await place.owner.query("checkpoint");
      return month;
    },
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

/** A UUID of version 8, which is what somebody makes of his own bits. */
const idOf = (id: string) =>
  `overlay(overlay(md5(n || '/' || ${id}) placing '8' from 13) placing 'a' from 17)::uuid`;

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

async function moveClock({ owner }: Place, tenantId: string, number: number): Promise<Month> {
  const [start, end] = [number, number + 1].map((months) => FIRST.add({ months }).toInstant());
  if (start === undefined || end === undefined) throw new Error(`there is no month ${number}`);
  await owner.query("update tenant set clock_now = $2 where id = $1", [tenantId, end.toString()]);
  return { number, start, end };
}

type Users = Pick<MonthlyTenant, "inTenant"> & {
  readonly customers: number;
  readonly usesPerMonth: number;
};

async function ingestMonth(users: Users, month: Month): Promise<number> {
  const count = users.customers * meters.length * users.usesPerMonth;
  const all = Array.from({ length: count }, (_, n) => n);
  await eachChunk(all, { chunk: EVENTS_PER_BATCH, workers: WRITERS }, async (numbers) => {
    const { events } = parseEventJson(numbers.map((n) => eventOf(users, month, n)));
    const { accepted } = await users.inTenant((tx) => ingestEvents(tx, events));
    if (accepted !== numbers.length) throw new Error(`${accepted} of ${numbers.length} events were accepted`);
  });
  return count;
}

/** A customer's uses lie in the hours of the month one after the other, spread over its first 27 days. */
function eventOf({ usesPerMonth }: Users, { number, start }: Month, n: number): object {
  const perCustomer = meters.length * usesPerMonth;
  const customer = Math.floor(n / perCustomer);
  const hours = Math.floor(((n % perCustomer) * 648) / perCustomer) + (customer % 20);
  return {
    ...{ id: `${number}/${n}`, event_type: meters[n % meters.length], customer: `customer-${customer}` },
    timestamp: start.add({ hours }).toString(),
    value: `${((n + 1) * 7_919 * (number + 1)) % 75_000}.25`,
  };
}
