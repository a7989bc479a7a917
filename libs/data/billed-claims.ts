import type { Temporal } from "temporal-polyfill";
import type { TaxRate } from "#libs/core/invoice/tax-lines.ts";
import { Decimal } from "#libs/core/money/decimal.ts";
import type { BilledAmounts, BilledClaim } from "#libs/core/subscription/change-credit.ts";
import { Prisma } from "#prisma/generated/client.ts";
import { negatedTaxes } from "./credit-notes.ts";
import { toDate, toInstant, type TenantTx } from "./database.ts";

type TaxTexts = Readonly<Record<string, string>>;
type ClaimData = {
  id: string;
  subscription_item_id: string;
  schedule_no: number;
  index: number;
  start_at: Date;
  end_at: Date;
  exact_amount: string | null;
  amount_minor: bigint | null;
  discount_minor: bigint | null;
  taxes: TaxTexts | null;
  quantity: string | null;
  unit_amount: string | null;
  tax_rates: TaxRate[];
  credited: { amount: string; taxes: TaxTexts; discount: string; note?: boolean }[];
};

/**
 * Periods of these items that are claimed beyond an instant, with what was billed for each on invoices that are not void
 * and what was credited of it since, by changes and credit notes: one statement, however many. By item id.
 * @param exceptInvoiceId an invoice that is decided again: what it credited does not count
 */
export async function loadBilledClaims(
  tx: TenantTx,
  cuts: readonly { readonly itemId: string; readonly at: Temporal.Instant }[],
  exceptInvoiceId: string | null = null,
): Promise<Map<string, BilledClaim[]>> {
  const found = new Map<string, BilledClaim[]>();
  if (cuts.length === 0) return found;
  const rows = await tx.db.$queryRaw<ClaimData[]>`
    select p.id, p.subscription_item_id, p.schedule_no, p.index, p.start_at, p.end_at, l.exact_amount::text, l.amount_minor, l.discount_minor,
      l.taxes, trim_scale(l.quantity)::text as quantity, trim_scale(l.unit_amount)::text as unit_amount,
      (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'percentage', trim_scale(t.percentage)::text, 'inclusive', coalesce(l.tax_behavior = 'inclusive', t.inclusive))), '[]')
         from tax_rate t where t.tenant_id = p.tenant_id and l.taxes ? t.id::text) as tax_rates,
      (select coalesce(jsonb_agg(case when c.corrects_line_id is null
            then jsonb_build_object('amount', c.inputs->'credit'->>'amountMinor', 'discount', c.inputs->'credit'->>'discountMinor', 'taxes', c.taxes)
            else jsonb_build_object('amount', c.amount_minor::text, 'discount', c.discount_minor::text, 'note', true, 'taxes', ${negatedTaxes(Prisma.sql`c.taxes`)}) end), '[]')
         from invoice_line c join invoice ci on ci.tenant_id = c.tenant_id and ci.id = c.invoice_id and ci.invoice_status <> 'voided'
          and ci.id is distinct from ${exceptInvoiceId}::uuid
        where c.tenant_id = p.tenant_id and (c.billing_period_id = p.id and c.kind = 'proration_credit' or c.corrects_line_id = l.id)) as credited
    from billing_period p
    join unnest(${cuts.map((cut) => cut.itemId)}::uuid[], ${cuts.map((cut) => toDate(cut.at))}::timestamptz[]) as q (item_id, at)
      on q.item_id = p.subscription_item_id and p.end_at > q.at
    left join (invoice_line l join invoice i on i.tenant_id = l.tenant_id and i.id = l.invoice_id and i.invoice_status <> 'voided')
      on l.tenant_id = p.tenant_id and l.invoice_id = p.invoice_id and l.billing_period_id = p.id and l.kind in ('recurring', 'proration_charge')
    where p.tenant_id = ${tx.tenantId}::uuid and p.state = 'billed'
    order by p.subscription_item_id, p.start_at`;
  for (const row of rows) {
    const claim = {
      ...{ itemId: row.subscription_item_id, scheduleNo: row.schedule_no, index: row.index, claimId: row.id },
      ...{ start: toInstant(row.start_at), end: toInstant(row.end_at), billed: billedOf(row) },
    };
    const known = found.get(claim.itemId);
    if (known) known.push(claim);
    else found.set(claim.itemId, [claim]);
  }
  return found;
}

function billedOf(row: ClaimData): BilledAmounts | null {
  if (row.exact_amount === null) return null;
  const total = (amounts: readonly string[]) => amounts.reduce((sum, amount) => sum + BigInt(amount), 0n);
  const creditedTaxes = row.credited.flatMap((credit) => taxList(credit.taxes));
  return {
    exactAmount: new Decimal(row.exact_amount),
    amounts: {
      ...{ amountMinor: row.amount_minor ?? 0n, discountMinor: row.discount_minor ?? 0n },
      taxes: taxList(row.taxes ?? {}),
    },
    credited: {
      amountMinor: total(row.credited.map((credit) => credit.amount)),
      discountMinor: total(row.credited.map((credit) => credit.discount)),
      taxes: [...new Set(creditedTaxes.map((tax) => tax.taxRateId))].map((taxRateId) => ({
        taxRateId,
        amountMinor: -creditedTaxes.reduce(
          (sum, tax) => (tax.taxRateId === taxRateId ? sum + tax.amountMinor : sum),
          0n,
        ),
      })),
    },
    creditedByNotesMinor: total(row.credited.filter((credit) => credit.note).map((credit) => credit.amount)),
    taxRates: row.tax_rates,
    quantity: new Decimal(row.quantity ?? "1"),
    unitAmount: row.unit_amount === null ? null : new Decimal(row.unit_amount),
  };
}

function taxList(taxes: TaxTexts) {
  return Object.entries(taxes).map(([taxRateId, amount]) => ({ taxRateId, amountMinor: BigInt(amount) }));
}
