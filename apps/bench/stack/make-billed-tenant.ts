import { Temporal } from "temporal-polyfill";
import { advanceClock } from "#libs/billing/catalog/advance-clock.ts";
import { createApiKey } from "#libs/billing/catalog/create-api-key.ts";
import { createTenant } from "#libs/billing/catalog/create-tenant.ts";
import { loadCatalog } from "#libs/billing/catalog/load-catalog.ts";
import { withTenant } from "#libs/data/database.ts";
import { type SeededRandom, seededRandom } from "#prisma/sample/seeded-random.ts";
import { type OutsideBefore, readOutsideBefore } from "./sandbox-facts.ts";
import { createStackClient, type StackClient } from "./stack-client.ts";
import type { BillingStack } from "./start-stack.ts";

type Wanted = { readonly customer: string; readonly month: string; quantity: number };

/** A month in its last second by the tenant's clock, and what was used in it. */
export type UsedMonth = { readonly month: string; readonly events: readonly object[] };

/** The company that is billed, and what its invoices must come to. */
export type BilledTenant = {
  readonly tenantId: string;
  /** What the outside knew before this tenant was made. */
  readonly before: OutsideBefore;
  readonly client: StackClient;
  readonly customers: readonly string[];
  /** Usage by customer and month, each event counted once. */
  readonly usage: readonly Wanted[];
  /** How many different events there are by now. */
  readonly expectedEvents: () => number;
  /** How many invoices there must be by now. */
  readonly expectedInvoices: () => number;
  /** Moves the clock to the last second of the month; its usage is for the caller to send. */
  readonly useMonth: () => Promise<UsedMonth>;
  /** Moves the clock into the next month: the one before is due. */
  readonly endMonth: () => Promise<void>;
  /** Sends usage until it is acknowledged. */
  readonly send: (events: readonly object[]) => Promise<void>;
  /** Uses and ends a month, sends its usage twice, as a sender does who did not hear the answer, and asks for its run. */
  readonly billNextMonth: () => Promise<void>;
  /** Adds one customer in arrears from the last month on: one invoice, which `startRun` asks for. */
  readonly addCustomer: (name: string) => Promise<void>;
  readonly startRun: (only?: {
    readonly month?: string;
    readonly customers?: readonly string[];
  }) => Promise<void>;
};

const firstMonth = "2026-03";

const plan = (code: string, billing: "in_advance" | "in_arrears", amount: string) => ({
  kind: "plan",
  code,
  name: `Plan ${code}`,
  currency: "USD",
  interval: { unit: "month", count: 1 },
  prices: [
    {
      code: "base",
      name: "Base fee",
      kind: "recurring",
      billing,
      proration: "second",
      charge_model: "flat",
      flat: { amount },
    },
    {
      ...{
        code: "calls",
        name: "Calls",
        kind: "usage",
        meter: "calls",
        billing: "in_arrears",
        proration: "none",
      },
      ...{ charge_model: "per_unit", per_unit: { unit_amount: "0.25" } },
    },
  ],
});

const catalog = [
  {
    kind: "settings",
    timezone: "UTC",
    brand: { name: "Stack Ltd", address: { city: "Bristol", country: "GB" } },
  },
  {
    kind: "meter",
    code: "calls",
    name: "Calls",
    event_type: "calls",
    aggregation: "sum",
    value_property: "value",
    unit: "call",
  },
  plan("advance", "in_advance", "49.00"),
  plan("arrears", "in_arrears", "19.00"),
];

const customerRecords = (name: string, planCode: string, from: string) => [
  {
    ...{ kind: "customer", external_id: name, name: `Customer ${name}`, email: `${name}@stack.example` },
    ...{ currency: "USD", timezone: "UTC" },
  },
  { kind: "payment_method", customer: name, type: "card", provider_id: "pm_card_visa" },
  {
    ...{ kind: "subscription", customer: name, plan: planCode, starts_at: `${from}-01T00:00:00Z` },
    ...{ anchor: "calendar", timezone: "UTC", collection: "charge_automatically" },
  },
];

/**
 * Makes the tenant on a test clock in its first month, with its customers: a third in advance, the others in arrears.
 * The same seed makes the same usage.
 */
export async function makeBilledTenant(
  stack: BillingStack,
  seed: number,
  customerCount = 30,
): Promise<BilledTenant> {
  const random = seededRandom(seed);
  let month = Temporal.PlainYearMonth.from(firstMonth);
  const before = await readOutsideBefore(stack.sandboxUrl);
  const { tenantId, client } = await openTenant(stack, clockOf(month));
  const customers = Array.from(
    { length: customerCount },
    (_, at) => `customer-${String(at + 1).padStart(2, "0")}`,
  );
  const isInAdvance = (at: number) => at % 3 === 0;
  const load = (records: readonly unknown[]) => loadCatalog(stack.database, { tenantId, records });
  await load([
    ...catalog,
    ...customers.flatMap((name, at) =>
      customerRecords(name, isInAdvance(at) ? "advance" : "arrears", firstMonth),
    ),
  ]);
  const usage: Wanted[] = [];
  let [months, added, eventCount] = [0, 0, 0];
  const moveClock = (to: Temporal.Instant) =>
    withTenant(stack.database, { tenantId, actor: "stack" }, (tx) => advanceClock(tx, to));
  const useMonth = async () => {
    const events = makeEvents(random, customers, month.toString(), usage);
    eventCount += events.length;
    await moveClock(
      Temporal.Instant.from(`${month.add({ months: 1 }).toString()}-01T00:00:00Z`).subtract({ seconds: 1 }),
    );
    return { month: month.toString(), events };
  };
  const endMonth = async () => {
    month = month.add({ months: 1 });
    await moveClock(clockOf(month));
    months += 1;
  };
  const send = async (events: readonly object[]) => void (await client.post("/v1/events", { events }));
  const startRun: BilledTenant["startRun"] = async (only = {}) =>
    void (await client.post("/v1/billing_runs", only));
  return {
    ...{ tenantId, before, client, customers, usage, useMonth, endMonth, send, startRun },
    expectedEvents: () => eventCount,
    // In advance: one at the start and one each month; in arrears: one each month.
    expectedInvoices: () =>
      customers.reduce((sum, _, at) => sum + months + (isInAdvance(at) && months > 0 ? 1 : 0), 0) + added,
    billNextMonth: async () => {
      const used = await useMonth();
      for (let times = 0; times < 2; times++) await send(used.events);
      await endMonth();
      await startRun({ month: used.month });
    },
    addCustomer: async (name) => {
      await load(customerRecords(name, "arrears", month.subtract({ months: 1 }).toString()));
      added += 1;
    },
  };
}

function clockOf(month: Temporal.PlainYearMonth): Temporal.Instant {
  return Temporal.Instant.from(`${month.toString()}-01T12:00:00Z`);
}

async function openTenant(
  stack: BillingStack,
  clockNow: Temporal.Instant,
): Promise<{ tenantId: string; client: StackClient }> {
  const { tenantId } = await createTenant(stack.database, {
    ...{ name: "Stack Ltd", mode: "test", actor: "stack", clockNow },
  });
  const { secret } = await withTenant(stack.database, { tenantId, actor: "stack" }, (tx) =>
    createApiKey(tx, { name: "stack", role: "admin" }),
  );
  return { tenantId, client: createStackClient(stack.apiUrl, secret) };
}

function makeEvents(
  random: SeededRandom,
  names: readonly string[],
  month: string,
  usage: Wanted[],
): object[] {
  return names.flatMap((customer) => {
    const wanted: Wanted = { customer, month, quantity: 0 };
    usage.push(wanted);
    return Array.from({ length: 10 + random(20) }, (_, at) => {
      const value = 1 + random(50);
      wanted.quantity += value;
      const [day, hour] = [1 + random(28), random(24)].map((part) => String(part).padStart(2, "0"));
      const timestamp = `${month}-${day}T${hour}:30:00Z`;
      return {
        id: `${customer}/${month}/${at}`,
        event_type: "calls",
        customer,
        timestamp,
        value: String(value),
        properties: { value },
      };
    });
  });
}
