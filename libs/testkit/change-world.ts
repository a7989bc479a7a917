import { Temporal } from "temporal-polyfill";
import { createTaxRate } from "#libs/billing/catalog/create-tax-rate.ts";
import { updateCustomer } from "#libs/billing/catalog/update-customer.ts";
import { type GenerateResult, generateInvoices } from "#libs/billing/run/generate-invoices.ts";
import type { NewSubscription } from "#libs/billing/subscription/create-subscription.ts";
import { parseEventJson } from "#libs/billing/usage/event-wire.ts";
import { ingestEvents } from "#libs/billing/usage/ingest-events.ts";
import type { Plan } from "#libs/core/price/plan.ts";
import type { NewInvoice } from "#libs/data/invoices.ts";
import {
  makeCustomer,
  makeMeter,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
} from "./factories.ts";
import type { TestDatabase } from "./test-database.ts";

/** A tenant with the customer `acme`, the meter `calls` and plans `small` and `big`, on a test clock. */
export type ChangeTenant = TestTenant & {
  readonly customerId: string;
  readonly subscribe: (fields?: Partial<NewSubscription>) => Promise<string>;
  readonly moveClock: (to: string) => Promise<void>;
  /** Bills every boundary that is due by the clock. */
  readonly bill: (subscriptionId: string, timezone?: string) => Promise<GenerateResult>;
  /** Sends calls at an instant, and moves the clock there when it has not come yet. */
  readonly send: (calls: string, at: string) => Promise<void>;
  /** Invoices of a subscription in order, each as its kind, total and lines. */
  readonly invoices: (subscriptionId: string) => Promise<string[][]>;
  /** Gives the customer an exclusive tax of so many percent. */
  readonly tax: (percentage: string) => Promise<void>;
};

export async function startChangeTenant(
  test: TestDatabase,
  now: string,
  plans: { readonly small: Partial<Plan>; readonly big: Partial<Plan> },
): Promise<ChangeTenant> {
  const tenant = await makeTenant(test, { clockNow: Temporal.Instant.from(now) });
  const customer = await makeCustomer(tenant, { externalId: "acme" });
  await makeMeter(tenant, { code: "calls" });
  await makePlan(tenant, { code: "small", ...plans.small });
  await makePlan(tenant, { code: "big", ...plans.big });
  return {
    ...tenant,
    customerId: customer.id,
    subscribe: async (fields = {}) => {
      const known = { customer: { id: customer.id }, plan: { code: "small" } };
      return (await makeSubscription(tenant, { ...known, ...fields })).id;
    },
    moveClock: async (to) => {
      await test.owner.query("update tenant set clock_now = $2 where id = $1", [tenant.tenantId, to]);
    },
    bill: (subscriptionId, timezone = "UTC") =>
      tenant.inTenant((tx) =>
        generateInvoices(tx, {
          subscriptionIds: [subscriptionId],
          cutoffs: new Map([[timezone, tx.now]]),
          dryRun: false,
        }),
      ),
    send: async (calls, at) => {
      await test.owner.query("update tenant set clock_now = greatest(clock_now, $2) where id = $1", [
        tenant.tenantId,
        at,
      ]);
      const event = { id: `${at}/${calls}`, event_type: "calls", customer: "acme", timestamp: at };
      const { events } = parseEventJson([{ ...event, value: calls }]);
      const answer = await tenant.inTenant((tx) => ingestEvents(tx, events));
      if (answer.accepted !== 1) throw new Error(`the event was not accepted: ${JSON.stringify(answer)}`);
    },
    invoices: async (subscriptionId) => {
      const { rows } = await test.owner.query(
        `select i.kind, i.total_minor, (select coalesce(array_agg(l.kind || ' ' || coalesce(p.code, '') || ' ' || l.amount_minor
             || ' ' || l.ratio_numerator || '/' || l.ratio_denominator || case when l.tax_minor = 0 then '' else ' tax ' || l.tax_minor end
             order by l.position), '{}') from invoice_line l left join price p on p.id = l.price_id where l.invoice_id = i.id) as lines
         from invoice i where i.subscription_id = $1 order by i.billing_sequence`,
        [subscriptionId],
      );
      return rows.map((row) => [`${row.kind} ${row.total_minor}`, ...row.lines]);
    },
    tax: (percentage) =>
      tenant.inTenant(async (tx) => {
        const rate = await createTaxRate(tx, {
          ...{ code: `vat-${percentage}`, name: "VAT", percentage, inclusive: false },
        });
        await updateCustomer(tx, { customer: { id: customer.id }, taxRates: [{ id: rate.id }] });
      }),
  };
}

/** A decided invoice in the same words as `invoices` of a tenant. */
export function describeInvoice(invoice: NewInvoice | null): string[] {
  if (invoice === null) return [];
  const lines = invoice.lines.map((line) => {
    const amounts = invoice.assembled.lines.find((each) => each.key === line.sourceKey);
    const tax = amounts?.taxMinor ? ` tax ${amounts.taxMinor}` : "";
    const { numerator, denominator } = line.ratio;
    return `${line.kind} ${line.priceCode ?? ""} ${amounts?.amountMinor} ${numerator}/${denominator}${tax}`;
  });
  return [`${invoice.boundary?.kind} ${invoice.assembled.totalMinor}`, ...lines];
}
