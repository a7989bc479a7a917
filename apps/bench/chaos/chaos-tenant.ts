import { Temporal } from "temporal-polyfill";
import { advanceClock } from "#libs/billing/catalog/advance-clock.ts";
import { createApiKey } from "#libs/billing/catalog/create-api-key.ts";
import { createTenant } from "#libs/billing/catalog/create-tenant.ts";
import { loadCatalog } from "#libs/billing/catalog/load-catalog.ts";
import { withTenant } from "#libs/data/database.ts";
import { type SeededRandom, seededRandom } from "#prisma/sample/seeded-random.ts";
import type { ChaosStack } from "./start-stack.ts";

type Wanted = { readonly customer: string; readonly month: string; quantity: number };

/** The company that is billed, and what its invoices must come to. */
export type ChaosTenant = {
  readonly tenantId: string;
  /** Usage by customer and month, each event counted once. */
  readonly usage: readonly Wanted[];
  /** How many invoices there must be by now. */
  readonly expectedInvoices: () => number;
  /** Ends the next month by the tenant's clock, sends its usage and asks for its run. */
  readonly billNextMonth: () => Promise<void>;
  /** Adds one customer in arrears from the last month on: one invoice, which `startRun` asks for. */
  readonly addCustomer: (name: string) => Promise<void>;
  readonly startRun: (customers?: readonly string[]) => Promise<void>;
};

const customers = 30;
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
    brand: { name: "Chaos Ltd", address: { city: "Bristol", country: "GB" } },
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
    ...{ kind: "customer", external_id: name, name: `Customer ${name}`, email: `${name}@chaos.example` },
    ...{ currency: "USD", timezone: "UTC" },
  },
  { kind: "payment_method", customer: name, type: "card", provider_id: "pm_card_visa" },
  {
    ...{ kind: "subscription", customer: name, plan: planCode, starts_at: `${from}-01T00:00:00Z` },
    ...{ anchor: "calendar", timezone: "UTC", collection: "charge_automatically" },
  },
];

/** Makes the tenant on a test clock in its first month, with its customers: a third in advance, the others in arrears. */
export async function makeChaosTenant(stack: ChaosStack, seed: number): Promise<ChaosTenant> {
  const random = seededRandom(seed);
  let month = Temporal.PlainYearMonth.from(firstMonth);
  const clockOf = (of: Temporal.PlainYearMonth) => Temporal.Instant.from(`${of.toString()}-01T12:00:00Z`);
  const { tenantId } = await createTenant(stack.database, {
    ...{ name: "Chaos Ltd", mode: "test", actor: "chaos", clockNow: clockOf(month) },
  });
  const { secret } = await withTenant(stack.database, { tenantId, actor: "chaos" }, (tx) =>
    createApiKey(tx, { name: "chaos", role: "admin" }),
  );
  const names = Array.from({ length: customers }, (_, at) => `customer-${String(at + 1).padStart(2, "0")}`);
  const isInAdvance = (at: number) => at % 3 === 0;
  const load = (records: readonly unknown[]) => loadCatalog(stack.database, { tenantId, records });
  await load([
    ...catalog,
    ...names.flatMap((name, at) =>
      customerRecords(name, isInAdvance(at) ? "advance" : "arrears", firstMonth),
    ),
  ]);
  const post = (path: string, body: unknown) => postJson(`${stack.apiUrl}${path}`, secret, body);
  const usage: Wanted[] = [];
  let months = 0;
  let added = 0;
  return {
    tenantId,
    usage,
    // In advance: one at the start and one each month; in arrears: one each month.
    expectedInvoices: () =>
      names.reduce((sum, _, at) => sum + months + (isInAdvance(at) && months > 0 ? 1 : 0), 0) + added,
    billNextMonth: async () => {
      const events = makeEvents(random, names, month.toString(), usage);
      month = month.add({ months: 1 });
      await withTenant(stack.database, { tenantId, actor: "chaos" }, (tx) =>
        advanceClock(tx, clockOf(month)),
      );
      months += 1;
      // Sent twice, as a sender does who did not hear the answer.
      for (let times = 0; times < 2; times++) await post("/v1/events", { events });
      await post("/v1/billing_runs", { month: month.subtract({ months: 1 }).toString() });
    },
    addCustomer: async (name) => {
      await load(customerRecords(name, "arrears", month.subtract({ months: 1 }).toString()));
      added += 1;
    },
    startRun: async (only) => {
      await post("/v1/billing_runs", only === undefined ? {} : { customers: only });
    },
  };
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

async function postJson(url: string, secret: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Readonly<Record<string, unknown>>;
  const refused = Array.isArray(answer.rejected) && answer.rejected.length > 0;
  if (!response.ok || refused)
    throw new Error(`${url} answered ${response.status}: ${JSON.stringify(answer).slice(0, 500)}`);
  return answer;
}
