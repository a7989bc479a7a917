import { Temporal } from "temporal-polyfill";
import { type GenerateResult, generateInvoices } from "#libs/billing/run/generate-invoices.ts";
import { parseEventJson } from "#libs/billing/usage/event-wire.ts";
import { ingestEvents } from "#libs/billing/usage/ingest-events.ts";
import type { Causes } from "#libs/core/events.ts";
import type { Plan } from "#libs/core/price/plan.ts";
import type { Meter } from "#libs/core/usage/meter.ts";
import {
  flatPrice,
  makeCustomer,
  makeMeter,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
  usagePrice,
} from "./factories.ts";
import { openTestDatabase, type TestDatabase } from "./test-database.ts";

/** A customer `acme` with usage of the meter `calls`, on a plan of a fee and tiers, in a tenant on a test clock. */
export type MeteredTenant = TestTenant & {
  readonly customerId: string;
  readonly subscriptionId: string;
  /** Sends calls at an instant; ids are made of it unless one is given. */
  readonly send: (
    calls: string,
    at: string,
    id?: string,
    properties?: Readonly<Record<string, string>>,
  ) => Promise<void>;
  readonly moveClock: (to: string) => Promise<void>;
  /** Bills every boundary that is due by the clock. */
  readonly bill: () => Promise<GenerateResult>;
};

export type MeteredWorld = {
  readonly test: TestDatabase;
  /** A tenant at `now`, subscribed from 2026-01-01 by calendar months in UTC. */
  readonly start: (now: string, options?: MeteredOptions) => Promise<MeteredTenant>;
  /** Rows as the owner sees them. */
  readonly rows: <T>(sql: string, values?: readonly unknown[]) => Promise<T[]>;
  /** How many rows every table holds. */
  readonly countRows: () => Promise<Record<string, string>>;
  readonly close: () => Promise<void>;
};

export type MeteredOptions = {
  /** Default: 10.00 in advance, and 0.50 a call up to 10, then 0.25 with 1.00 on top, in arrears. */
  readonly plan?: Partial<Plan>;
  /** Default: a sum without groups. */
  readonly meter?: Partial<Meter>;
  readonly endsAt?: string;
  readonly timezone?: string;
};

export async function openMeteredWorld(causes?: Causes): Promise<MeteredWorld> {
  const test = await openTestDatabase(causes);
  const rows = async <T>(sql: string, values: readonly unknown[] = []) =>
    (await test.owner.query(sql, [...values])).rows as T[];
  return {
    test,
    rows,
    start: (now, options) => startTenant(test, now, options ?? {}),
    countRows: async () => {
      const tables = await rows<{ name: string }>(
        "select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1",
      );
      const counts: Record<string, string> = {};
      for (const { name } of tables) {
        const [row] = await rows<{ n: string }>(`select count(*) as n from "${name}"`);
        counts[name] = row?.n ?? "";
      }
      return counts;
    },
    close: () => test.close(),
  };
}

const callTiers = [
  { upTo: "10", unitAmount: "0.50", flatAmount: "0" },
  { upTo: null, unitAmount: "0.25", flatAmount: "1.00" },
];

async function startTenant(test: TestDatabase, now: string, options: MeteredOptions): Promise<MeteredTenant> {
  const tenant = await makeTenant(test, { clockNow: Temporal.Instant.from(now) });
  const { id: customerId } = await makeCustomer(tenant, { externalId: "acme" });
  await makeMeter(tenant, { code: "calls", ...options.meter });
  const plan = await makePlan(tenant, {
    prices: [
      flatPrice({ billing: "in_advance" }),
      usagePrice("calls", { chargeModel: { model: "graduated", tiers: callTiers } }),
    ],
    ...options.plan,
  });
  const { id: subscriptionId } = await makeSubscription(tenant, {
    customer: { id: customerId },
    plan: { id: plan.id },
    startsAt: Temporal.Instant.from("2026-01-01T00:00:00Z"),
    timezone: options.timezone ?? "UTC",
    ...(options.endsAt === undefined ? {} : { endsAt: Temporal.Instant.from(options.endsAt) }),
  });
  return {
    ...tenant,
    customerId,
    subscriptionId,
    send: async (calls, at, id, properties = {}) => {
      const event = {
        id: id ?? `${at}/${calls}`,
        event_type: "calls",
        customer: "acme",
        timestamp: at,
        properties,
      };
      const { events } = parseEventJson([{ ...event, value: calls }]);
      const answer = await tenant.inTenant((tx) => ingestEvents(tx, events));
      if (answer.accepted !== 1) throw new Error(`the event was not accepted: ${JSON.stringify(answer)}`);
    },
    moveClock: async (to) => {
      await test.owner.query("update tenant set clock_now = $2 where id = $1", [tenant.tenantId, to]);
    },
    bill: () =>
      tenant.inTenant((tx) =>
        generateInvoices(tx, {
          subscriptionIds: [subscriptionId],
          cutoffs: new Map([[options.timezone ?? "UTC", tx.now]]),
          dryRun: false,
        }),
      ),
  };
}
