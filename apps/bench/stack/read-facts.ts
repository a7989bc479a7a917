import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { BilledTenant } from "./make-billed-tenant.ts";
import { listStripe, readJournal, type StripeObject } from "./sandbox-facts.ts";
import type { BillingStack } from "./start-stack.ts";

export type InvoiceFacts = {
  readonly id: string;
  readonly number: string | null;
  readonly series: string | null;
  readonly amount_due: string;
  readonly payment_status: string;
  readonly payments: number;
  readonly pdfs: number;
  readonly object_key: string | null;
  readonly sha256: string | null;
  readonly mail_state: string | null;
  readonly mail_error: string | null;
};

/** Everything that the books, the folder of PDFs and the outside world say when all is quiet. */
export type Facts = {
  readonly invoices: readonly InvoiceFacts[];
  readonly doubles: Readonly<
    Record<"boundaries" | "claims" | "lines" | "messages" | "payments" | "jobs", number>
  >;
  /** Claims that do not begin where the one before ends, and subscriptions whose next boundary is past. */
  readonly gaps: Readonly<Record<"claims" | "subscriptions", number>>;
  /** Balance of each account in the smallest unit: debits less credits. */
  readonly balances: ReadonlyMap<string, bigint>;
  readonly totals: { readonly invoiced: bigint; readonly paid: bigint };
  readonly counters: ReadonlyMap<string, number>;
  readonly deadJobs: readonly string[];
  readonly usage: ReadonlyMap<string, bigint>;
  readonly wholePdfs: number;
  /** Files in the folder of this tenant's PDFs. */
  readonly objects: number;
  readonly storedEvents: number;
  readonly stripeInvoices: readonly StripeObject[];
  readonly paymentIntents: readonly StripeObject[];
  /** Charges as the sandbox's journal counts them: requests that made a PaymentIntent. */
  readonly chargeRequests: number;
  /** Accepted mails by invoice. */
  readonly mails: ReadonlyMap<string, number>;
};

export async function readFacts(stack: BillingStack, tenant: BilledTenant): Promise<Facts> {
  const { tenantId, before } = tenant;
  const isNew = (object: StripeObject) => !before.stripeIds.has(object.id);
  const invoices = await readInvoices(stack, tenantId);
  const [journal, smtp] = await Promise.all([
    readJournal(stack.sandboxUrl, "stripe", before.seq),
    readJournal(stack.sandboxUrl, "smtp", before.seq),
  ]);
  const [totals] = await stack.rows<{ invoiced: string; paid: string }>(
    `select (select coalesce(sum(total_minor), 0) from invoice where tenant_id = $1 and invoice_status <> 'voided') as invoiced,
       (select coalesce(sum(amount_minor), 0) from payment where tenant_id = $1) as paid`,
    [tenantId],
  );
  const balances = await stack.rows<{ account: string; balance: string }>(
    `select account, sum(amount) as balance from (
       select debit_account as account, amount_minor as amount from ledger_posting where tenant_id = $1
       union all select credit_account, -amount_minor from ledger_posting where tenant_id = $1) legs group by 1`,
    [tenantId],
  );
  const counters = await stack.rows<{ series: string; last_number: string }>(
    "select series, last_number from document_counter where tenant_id = $1",
    [tenantId],
  );
  const [events] = await stack.rows<{ n: number }>(
    "select count(*)::int as n from usage_event where tenant_id = $1",
    [tenantId],
  );
  const dead = await stack.rows<{ told: string }>(
    "select name || ' ' || coalesce(last_error ->> 'code', '') || ' ' || coalesce(last_error ->> 'message', '') as told from job where tenant_id = $1 and state = 'dead'",
    [tenantId],
  );
  return {
    invoices,
    doubles: await readDoubles(stack, tenantId),
    gaps: await readGaps(stack, tenantId),
    balances: new Map(balances.map((row) => [row.account, BigInt(row.balance)])),
    totals: { invoiced: BigInt(totals?.invoiced ?? 0), paid: BigInt(totals?.paid ?? 0) },
    counters: new Map(counters.map((row) => [row.series, Number(row.last_number)])),
    deadJobs: dead.map((row) => row.told.slice(0, 200)),
    usage: await readUsage(stack, tenantId),
    objects: countFiles(join(stack.objectDir, tenantId)),
    storedEvents: events?.n ?? 0,
    wholePdfs: invoices.filter((invoice) => isWhole(stack, invoice)).length,
    stripeInvoices: (await listStripe(stack.sandboxUrl, "invoices")).filter(isNew),
    paymentIntents: (await listStripe(stack.sandboxUrl, "payment_intents")).filter(isNew),
    chargeRequests: journal.filter(
      ({ method, path, effect, replayed }) =>
        method === "POST" && path.startsWith("/v1/payment_intents") && effect && !replayed,
    ).length,
    mails: countMails(smtp.filter((entry) => entry.effect).map((entry) => entry.summary)),
  };
}

function readInvoices(stack: BillingStack, tenantId: string): Promise<InvoiceFacts[]> {
  return stack.rows<InvoiceFacts>(
    `select i.id, i.number, i.series, i.amount_due_minor as amount_due, i.payment_status,
       (select count(*)::int from payment p where p.tenant_id = i.tenant_id and p.invoice_id = i.id) as payments,
       (select count(*)::int from artifact a where a.tenant_id = i.tenant_id and a.invoice_id = i.id and a.stored_at is not null) as pdfs,
       a.object_key, a.sha256, e.state as mail_state, e.error ->> 'message' as mail_error
     from invoice i
     left join artifact a on a.tenant_id = i.tenant_id and a.invoice_id = i.id and a.kind = 'invoice_pdf'
     left join effect e on e.tenant_id = i.tenant_id and e.kind = 'email.invoice' and e.business_key = i.id::text
     where i.tenant_id = $1 and i.invoice_status <> 'voided' order by i.number`,
    [tenantId],
  );
}

/** How many things are there more than once that must be there once. */
async function readDoubles(stack: BillingStack, tenantId: string): Promise<Facts["doubles"]> {
  const extra = (table: string, columns: string, where: string) =>
    `(select coalesce(sum(n - 1), 0)::int from (select count(*) as n from ${table} where ${where} group by ${columns}) g)`;
  const [row] = await stack.rows<Facts["doubles"]>(
    `select ${extra("invoice", "subscription_id, kind, schedule_no, boundary_index", "tenant_id = $1 and invoice_status <> 'voided'")} as boundaries,
       ${extra("billing_period", "subscription_item_id, schedule_no, index", "tenant_id = $1")} as claims,
       ${extra("invoice_line", "source_key", "tenant_id = $1")} as lines,
       ${extra("webhook_inbox", "provider, account, payload ->> 'id'", "$1::uuid is not null")} as messages,
       ${extra("payment", "provider, split_part(provider_id, '#', 1)", "tenant_id = $1 and provider_id is not null")} as payments,
       ${extra("job", "split_part(key, '#', 1)", "tenant_id = $1")} as jobs`,
    [tenantId],
  );
  if (row === undefined) throw new Error("the database does not answer");
  return row;
}

async function readGaps(stack: BillingStack, tenantId: string): Promise<Facts["gaps"]> {
  const [row] = await stack.rows<Facts["gaps"]>(
    `select (select count(*)::int from (
         select start_at, lag(end_at) over (partition by subscription_item_id order by start_at, index) as before
         from (select distinct subscription_item_id, index, start_at, end_at from billing_period where tenant_id = $1) p) c
       where before is not null and before <> start_at) as claims,
       (select count(*)::int from subscription s join tenant t on t.id = s.tenant_id
        where s.tenant_id = $1 and (s.next_due_at <= t.clock_now or s.parked_at is not null)) as subscriptions`,
    [tenantId],
  );
  if (row === undefined) throw new Error("the database does not answer");
  return row;
}

/** Billed quantity by `customer month`. */
async function readUsage(stack: BillingStack, tenantId: string): Promise<Map<string, bigint>> {
  const rows = await stack.rows<{ key: string; quantity: string }>(
    `select c.external_id || ' ' || to_char(l.period_start at time zone 'UTC', 'YYYY-MM') as key, trunc(sum(l.quantity))::text as quantity
     from invoice_line l
     join invoice i on i.tenant_id = l.tenant_id and i.id = l.invoice_id and i.invoice_status <> 'voided'
     join customer c on c.tenant_id = i.tenant_id and c.id = i.customer_id
     where l.tenant_id = $1 and l.kind in ('usage', 'late_usage') group by 1`,
    [tenantId],
  );
  return new Map(rows.map((row) => [row.key, BigInt(row.quantity)]));
}

/** The stored file is there and has the bytes that were printed. */
function isWhole(stack: BillingStack, invoice: InvoiceFacts): boolean {
  if (invoice.object_key === null) return false;
  const path = join(stack.objectDir, invoice.object_key);
  return existsSync(path) && createHash("sha256").update(readFileSync(path)).digest("hex") === invoice.sha256;
}

function countFiles(dir: string): number {
  if (!existsSync(dir)) return 0;
  return readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
}

/** The Message-ID begins with the invoice's id. */
function countMails(summaries: readonly unknown[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const summary of summaries) {
    const { message_id: messageId } = summary as { readonly message_id?: string | null };
    const invoiceId = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(messageId ?? "")?.[0] ?? "no invoice";
    counts.set(invoiceId, (counts.get(invoiceId) ?? 0) + 1);
  }
  return counts;
}
