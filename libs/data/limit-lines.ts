import type { Temporal } from "temporal-polyfill";
import { toDate, type TenantTx } from "./database.ts";

/**
 * What was billed before for periods of plans, before discounts, on invoices that are not void, by subscription: the sum
 * of the lines that core's `countsTowards` counts. Set-based; subscriptions without such lines are left out.
 * @param exceptInvoiceId an invoice that is decided again
 */
export async function sumLinesInPeriods(
  tx: TenantTx,
  periods: readonly {
    readonly subscriptionId: string;
    readonly start: Temporal.Instant;
    /** Exclusive. */
    readonly end: Temporal.Instant;
  }[],
  exceptInvoiceId: string | null,
): Promise<Map<string, bigint>> {
  if (periods.length === 0) return new Map();
  const rows = await tx.db.$queryRaw<{ subscription_id: string; minor: bigint }[]>`
    select i.subscription_id, sum(l.amount_minor)::bigint as minor
    from unnest(${periods.map((p) => p.subscriptionId)}::uuid[], ${periods.map((p) => toDate(p.start))}::timestamptz[],
                ${periods.map((p) => toDate(p.end))}::timestamptz[]) as p (subscription_id, start_at, end_at)
    join invoice i on i.tenant_id = ${tx.tenantId}::uuid and i.subscription_id = p.subscription_id and i.invoice_status <> 'voided'
      and i.invoice_type <> 'credit' and (${exceptInvoiceId}::uuid is null or i.id <> ${exceptInvoiceId}::uuid)
    join invoice_line l on l.tenant_id = i.tenant_id and l.invoice_id = i.id and case when l.kind = 'proration_credit' then l.period_start > p.start_at and l.period_start <= p.end_at
        else l.kind in ('recurring', 'usage', 'proration_charge') and l.period_start >= p.start_at and l.period_start < p.end_at end
    group by i.subscription_id`;
  return new Map(rows.map((row) => [row.subscription_id, row.minor]));
}
