import { Temporal } from "temporal-polyfill";
import type { LineKind } from "#libs/core/invoice/invoice-document.ts";
import type { BilledBefore, BilledLimit, CountedLine } from "#libs/core/rating/plan-limits.ts";
import { toDate, toInstant, type TenantTx } from "./database.ts";

type LineRow = {
  readonly subscription_id: string;
  readonly item_id: string | null;
  readonly kind: LineKind;
  readonly start_at: Date;
  readonly end_at: Date;
  readonly claim_start: string | null;
  readonly limit: BilledLimit["limit"] | null;
  readonly grid: string | null;
  readonly settlement_no: number | null;
  readonly gross: bigint;
  readonly discount: bigint;
  readonly taken_back: bigint;
  readonly is_void: boolean;
  readonly is_waived: boolean;
};

/**
 * What stands on invoices around periods of plans, by subscription, as limits look at it: amounts before discounts, summed
 * by item, kind and period; void invoices only where nobody bills their periods any more, or where they have a limit's
 * line. Of what was given back net of its discount, the amount before it. One statement.
 * @param exceptInvoiceIds invoices that are decided again
 */
export async function loadBilledBefore(
  tx: TenantTx,
  ranges: readonly {
    readonly subscriptionId: string;
    readonly start: Temporal.Instant;
    /** Inclusive. */
    readonly end: Temporal.Instant;
  }[],
  exceptInvoiceIds: readonly string[],
): Promise<Map<string, BilledBefore>> {
  if (ranges.length === 0) return new Map();
  const rows = await tx.db.$queryRaw<LineRow[]>`
    select i.subscription_id, l.subscription_item_id as item_id, l.kind, l.period_start as start_at, max(l.period_end) as end_at,
      case when l.kind = 'proration_credit' then l.inputs->'period'->>'start' end as claim_start,
      l.inputs->>'limit' as limit, l.inputs->>'grid' as grid, (l.inputs->>'settlementNo')::int as settlement_no,
      sum(coalesce(-(l.inputs->'credit'->>'amountMinor')::bigint, l.amount_minor - c.discount))::bigint as gross,
      sum(coalesce(-(l.inputs->'credit'->>'discountMinor')::bigint, l.discount_minor - c.discount))::bigint as discount,
      sum(case when l.subscription_item_id is null then (select coalesce(sum(n.amount_minor), 0) from invoice_line n join invoice ni
          on ni.tenant_id = n.tenant_id and ni.id = n.invoice_id and ni.invoice_status <> 'voided'
        where n.tenant_id = l.tenant_id and n.corrects_line_id = l.id) else 0 end)::bigint as taken_back,
      i.invoice_status = 'voided' as is_void, coalesce(p.state = 'voided', l.inputs ? 'limit' and not exists (
        select from invoice r where r.tenant_id = i.tenant_id and r.replaces_invoice_id = i.id)) as is_waived
    from unnest(${ranges.map((r) => r.subscriptionId)}::uuid[], ${ranges.map((r) => toDate(r.start))}::timestamptz[],
                ${ranges.map((r) => toDate(r.end))}::timestamptz[]) as r (subscription_id, start_at, end_at)
    join invoice i on i.tenant_id = ${tx.tenantId}::uuid and i.subscription_id = r.subscription_id and i.invoice_type <> 'credit'
      and i.id <> all(${[...exceptInvoiceIds]}::uuid[])
    join invoice_line l on l.tenant_id = i.tenant_id and l.invoice_id = i.id and l.period_start between r.start_at and r.end_at
      and l.kind in ('recurring', 'usage', 'late_usage', 'proration_charge', 'proration_credit', 'minimum_commitment', 'adjustment')
    left join billing_period p on p.tenant_id = l.tenant_id and p.id = l.billing_period_id
    cross join lateral (select case when l.inputs ? 'limit' then (l.inputs->>'discountMinor')::bigint else 0 end as discount) c
    where i.invoice_status <> 'voided' or p.state = 'voided' or l.inputs ? 'limit'
    group by i.subscription_id, l.subscription_item_id, l.kind, l.period_start, claim_start, l.inputs->>'limit', l.inputs->>'grid', settlement_no, is_void, is_waived`;
  const found = new Map<string, { lines: CountedLine[]; limits: BilledLimit[] }>();
  for (const row of rows) {
    const known = found.get(row.subscription_id) ?? { lines: [], limits: [] };
    found.set(row.subscription_id, known);
    if (row.limit !== null && row.grid !== null) known.limits.push(billedLimit(row, row.limit, row.grid));
    else if (row.item_id !== null) known.lines.push(countedLine(row, row.item_id));
  }
  return found;
}

function countedLine(row: LineRow, itemId: string): CountedLine {
  return {
    ...{ itemId, kind: row.kind, start: toInstant(row.start_at), isWaived: row.is_void && row.is_waived },
    claimStart: row.claim_start === null ? null : Temporal.Instant.from(row.claim_start),
    ...{ grossMinor: row.gross, discountMinor: row.discount },
  };
}

function billedLimit(row: LineRow, limit: BilledLimit["limit"], grid: string): BilledLimit {
  return {
    ...{
      limit,
      grid: Temporal.Instant.from(grid),
      end: toInstant(row.end_at),
      settlementNo: row.settlement_no ?? 1,
    },
    ...{
      grossMinor: row.gross,
      discountMinor: row.discount,
      takenBackMinor: row.taken_back,
      isVoid: row.is_void,
      isWaived: row.is_void && row.is_waived,
    },
  };
}

/**
 * The number of the latest invoice that takes off what is above a maximum in a period of which this one bills something;
 * null when there is none. Void ones take off nothing, nor do those whose lines add up to nothing.
 */
export async function findMaximumOver(
  tx: TenantTx,
  invoiceId: string,
): Promise<{ readonly number: string | null } | null> {
  const rows = await tx.db.$queryRaw<{ number: string | null }[]>`
    select (array_agg(i.number order by i.billing_sequence desc))[1] as number
    from invoice v
    join invoice i on i.tenant_id = v.tenant_id and i.subscription_id = v.subscription_id and i.id <> v.id and i.invoice_status <> 'voided'
    join invoice_line m on m.tenant_id = i.tenant_id and m.invoice_id = i.id and m.kind = 'adjustment' and m.inputs->>'limit' = 'maximum_amount'
    where v.tenant_id = ${tx.tenantId}::uuid and v.id = ${invoiceId}::uuid and exists (
      select from invoice_line l where l.tenant_id = v.tenant_id and l.invoice_id = v.id and l.amount_minor > 0
        and l.kind in ('recurring', 'usage', 'late_usage', 'proration_charge')
        and l.period_start >= (m.inputs->>'grid')::timestamptz and l.period_start < m.period_end)
    group by m.inputs->>'grid' having sum(m.amount_minor) < 0 limit 1`;
  return rows[0] ?? null;
}
