import type { Temporal } from "temporal-polyfill";
import type { Deps } from "#libs/billing/deps.ts";
import { type CheckOptions, checkInvariants } from "#libs/billing/invariant/check-invariants.ts";
import { readCoverage } from "#libs/billing/subscription/read-coverage.ts";
import { ingestEvents } from "#libs/billing/usage/ingest-events.ts";
import { sealEvent } from "#libs/billing/usage/usage-event-input.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { publicId } from "#libs/core/public-id.ts";
import { readTrialBalance } from "#libs/data/ledger-reads.ts";
import type { TestTenant } from "./factories.ts";
import type { WorkWorld } from "./work-world.ts";

type InvoiceFact = {
  readonly issued: string;
  readonly kind: string;
  readonly total_minor: string;
  readonly amount_due_minor: string;
  readonly currency: string;
  readonly lines: readonly { readonly text: string; readonly minor: string }[];
};

/**
 * Every issued invoice of a tenant in the order of numbers, as one readable line each:
 * `2026-02-01 cycle 10.00 USD: Base fee 10.00`. What is due is said when it is not the total, and a void when there is one.
 */
export async function invoicesOf(world: WorkWorld, tenant: TestTenant): Promise<string[]> {
  const facts = await world.rows<InvoiceFact>(
    `select to_char(i.issued_at at time zone 'UTC', 'YYYY-MM-DD') as issued,
       coalesce(i.kind, i.invoice_type) || case when i.invoice_status = 'voided' then ' (void)' else '' end as kind,
       i.total_minor, i.amount_due_minor, i.currency,
       (select coalesce(jsonb_agg(jsonb_build_object('text', l.description, 'minor', l.amount_minor::text) order by l.position), '[]')
          from invoice_line l where l.tenant_id = i.tenant_id and l.invoice_id = i.id) as lines
     from invoice i where i.tenant_id = $1 and i.number is not null order by i.issued_at, i.number`,
    [tenant.tenantId],
  );
  return facts.map((fact) => {
    const amount = (minor: string) => formatMoney({ minor: BigInt(minor), currency: fact.currency });
    const lines = fact.lines.map((line) => `${line.text} ${amount(line.minor)}`).join(", ");
    const due = fact.amount_due_minor === fact.total_minor ? "" : ` (due ${amount(fact.amount_due_minor)})`;
    return `${fact.issued} ${fact.kind} ${amount(fact.total_minor)} ${fact.currency}${due}: ${lines}`;
  });
}

/** The balance of every account that moved, debits above credits positive: `receivable USD 10.00`. Sorted by account. */
export async function balancesOf(tenant: TestTenant): Promise<string[]> {
  const balances = await tenant.inTenant(readTrialBalance);
  return balances
    .map(({ account, currency, debit_minor, credit_minor }) => {
      return `${account} ${currency} ${formatMoney({ minor: debit_minor - credit_minor, currency })}`;
    })
    .sort();
}

/** Of each subscription whether every period that fell due is billed, once; all true when nothing is missing. */
export async function coverageOf(world: WorkWorld, tenant: TestTenant): Promise<boolean[]> {
  const subscriptions = await world.rows<{ id: string }>(
    "select id from subscription where tenant_id = $1 order by id",
    [tenant.tenantId],
  );
  const complete: boolean[] = [];
  for (const { id } of subscriptions)
    complete.push((await tenant.inTenant((tx) => readCoverage(tx, id))).complete);
  return complete;
}

/** Every breach of an invariant in the whole database, as `I3: what is wrong`; empty when the books are in order. */
export async function breachesIn(
  world: { readonly deps: Deps; readonly rows: WorkWorld["rows"] },
  options: CheckOptions = {},
): Promise<string[]> {
  const breaches: string[] = [];
  for (const { id } of await world.rows<{ id: string }>("select id from tenant order by id")) {
    for (const { invariant, breaches: found, failure } of await checkInvariants(world.deps, {
      tenantId: id,
      ...options,
    })) {
      breaches.push(...found.map(({ detail }) => `${invariant.code}: ${detail}`));
      if (failure !== null) breaches.push(`${invariant.code} failed: ${failure.message}`);
    }
  }
  return breaches;
}

let sent = 0;

/** Sends one event of a meter whose event type is its code. */
export async function use(
  tenant: TestTenant,
  event: {
    readonly customer: string;
    readonly meter: string;
    readonly at: Temporal.Instant;
    readonly value: string;
  },
): Promise<void> {
  sent += 1;
  const { meter, value } = event;
  const customer = publicId("customer", event.customer);
  const timestamp = event.at.toString({ smallestUnit: "millisecond" });
  const answer = await tenant.inTenant((tx) =>
    ingestEvents(tx, [
      sealEvent({
        ...{ index: 0, id: `life-${sent}`, source: "", meter, customer, timestamp, value },
        properties: {},
      }),
    ]),
  );
  if (answer.accepted !== 1 || answer.unresolved > 0)
    throw new Error(`not counted: ${JSON.stringify(answer)}`);
}
