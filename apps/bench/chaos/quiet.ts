import type { ChaosTenant } from "./chaos-tenant.ts";
import type { ChaosStack } from "./start-stack.ts";
import { until } from "./until.ts";

type Unrest = {
  readonly jobs: number;
  readonly unpaid: number;
  readonly runs: number;
  readonly inbox: number;
  readonly invoices: number;
};

/** What still moves: work, unpaid invoices, open runs, messages and webhooks. Null = nothing, all is quiet. */
export async function unrestOf(stack: ChaosStack, tenant: ChaosTenant): Promise<string | null> {
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

/** Waits until nothing moves any more; what still did at the end of the bound, or null. */
export async function waitForQuiet(
  stack: ChaosStack,
  tenant: ChaosTenant,
  boundMs: number,
): Promise<string | null> {
  let unrest: string | null = null;
  const quiet = await until(
    async () => {
      unrest = await unrestOf(stack, tenant);
      return unrest === null ? true : null;
    },
    boundMs,
    200,
  );
  return quiet === null ? unrest : null;
}
