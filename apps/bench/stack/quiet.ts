import type { BilledTenant } from "./make-billed-tenant.ts";
import type { BillingStack } from "./start-stack.ts";

type Unrest = {
  readonly jobs: number;
  readonly unpaid: number;
  readonly runs: number;
  readonly inbox: number;
  readonly invoices: number;
};

/** What still moves: work, unpaid invoices, open runs, messages and webhooks. Null = nothing, all is quiet. */
export async function unrestOf(stack: BillingStack, tenant: BilledTenant): Promise<string | null> {
  const [row] = await stack.rows<Unrest>(
    `select (select count(*)::int from job where tenant_id = $1 and state not in ('succeeded', 'dead')) as jobs,
       (select count(*)::int from invoice where tenant_id = $1 and invoice_status <> 'voided' and payment_status <> 'succeeded') as unpaid,
       (select count(*)::int from billing_run where tenant_id = $1 and state not in ('completed', 'completed_with_errors')) as runs,
       (select count(*)::int from webhook_inbox where state = 'received') as inbox,
       (select count(*)::int from invoice where tenant_id = $1) as invoices`,
    [tenant.tenantId],
  );
  if (row === undefined) return "no answer";
  const missing = Math.max(0, tenant.expectedInvoices() - row.invoices);
  const response = await fetch(`${stack.sandboxUrl}/_sandbox/webhooks`);
  const { pending } = (await response.json()) as { pending: number };
  const moving = {
    "jobs not ended": row.jobs,
    "invoices unpaid": row.unpaid,
    "runs open": row.runs,
    "webhooks waiting": row.inbox + pending,
    "invoices missing": missing,
  };
  const told = Object.entries(moving).filter(([, count]) => count > 0);
  return told.length === 0 ? null : told.map(([what, count]) => `${count} ${what}`).join(", ");
}

/** However slow the machine is, nothing takes longer: work that goes in circles also changes its counts. */
const BOUNDS_MAX = 4;

/** Waits until nothing moves any more; null, or what was left when nothing had changed for the bound. */
export async function waitForQuiet(
  stack: BillingStack,
  tenant: BilledTenant,
  boundMs: number,
): Promise<string | null> {
  const start = Date.now();
  let unrest = await unrestOf(stack, tenant);
  let changedAt = start;
  while (unrest !== null && Date.now() - changedAt < boundMs && Date.now() - start < BOUNDS_MAX * boundMs) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const now = await unrestOf(stack, tenant);
    if (now !== unrest) changedAt = Date.now();
    unrest = now;
  }
  return unrest;
}
