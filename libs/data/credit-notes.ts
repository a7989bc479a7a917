import type { CreditableLine } from "#libs/core/credit-note/credit-amounts.ts";
import type { Settlement } from "#libs/core/credit-note/decide-credit-note.ts";
import type { TaxBehavior, TaxRate } from "#libs/core/invoice/tax-lines.ts";
import { sumOfCredits } from "#libs/core/proration/credit-line.ts";
import { Prisma } from "#prisma/generated/client.ts";
import { toInstant, type TenantTx } from "./database.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";
import type { Temporal } from "temporal-polyfill";

type TaxTexts = Readonly<Record<string, string>>;
type AmountTexts = { readonly amount: string; readonly discount: string; readonly taxes: TaxTexts };

/** A line as a credit note copies it, with what was given back of it so far. */
export type CorrectedLine = CreditableLine & {
  readonly description: string;
  readonly priceId: string | null;
  readonly group: string;
  readonly start: Temporal.Instant;
  /** Exclusive. */
  readonly end: Temporal.Instant;
};

type LineData = {
  readonly id: string;
  readonly description: string;
  readonly price_id: string | null;
  readonly group_key: string;
  readonly period_start: Date;
  readonly period_end: Date;
  readonly amount_minor: bigint;
  readonly discount_minor: bigint;
  readonly taxes: TaxTexts;
  readonly tax_behavior: TaxBehavior | null;
  readonly credited: readonly AmountTexts[];
};

/** A line's taxes as SQL, with the other sign: credits of changes hold theirs below zero, credit notes above. */
export function negatedTaxes(taxes: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(select coalesce(jsonb_object_agg(key, (-value::bigint)::text), '{}') from jsonb_each_text(${taxes}))`;
}

/**
 * The lines of an invoice above zero, in their order, each with what was given back of it by documents that are not void:
 * credit notes, credits of a change for the rest of its period, and settlements of its period below zero.
 */
export async function listCorrectedLines(tx: TenantTx, invoiceId: string): Promise<CorrectedLine[]> {
  const rows = await tx.db.$queryRaw<LineData[]>`
    select l.id, l.description, l.price_id, l.group_key, l.period_start, l.period_end, l.amount_minor, l.discount_minor, l.taxes, l.tax_behavior,
      (select coalesce(jsonb_agg(case
          when c.corrects_line_id = l.id then jsonb_build_object('amount', c.amount_minor::text, 'discount', c.discount_minor::text, 'taxes', c.taxes)
          when c.inputs ? 'credit' then jsonb_build_object('amount', c.inputs->'credit'->>'amountMinor',
            'discount', c.inputs->'credit'->>'discountMinor', 'taxes', ${negatedTaxes(Prisma.sql`c.taxes`)})
          else jsonb_build_object('amount', (-c.amount_minor)::text, 'discount', '0', 'taxes', ${negatedTaxes(Prisma.sql`c.taxes`)}) end), '[]')
         from invoice_line c join invoice ci on ci.tenant_id = c.tenant_id and ci.id = c.invoice_id and ci.invoice_status <> 'voided'
        where c.tenant_id = l.tenant_id and (c.corrects_line_id = l.id
          or c.billing_period_id = l.billing_period_id and c.kind = 'proration_credit' and l.kind in ('recurring', 'proration_charge')
          or c.billing_period_id = l.billing_period_id and c.kind = 'late_usage' and l.kind = 'usage' and c.group_key = l.group_key
             and (c.amount_minor < 0 or c.inputs ? 'credit'))) as credited
    from invoice_line l
    where l.tenant_id = ${tx.tenantId}::uuid and l.invoice_id = ${invoiceId}::uuid and l.amount_minor > 0
    order by l.position, l.id`;
  return rows.map((row) => ({
    id: row.id,
    description: row.description,
    priceId: row.price_id,
    group: row.group_key,
    start: toInstant(row.period_start),
    end: toInstant(row.period_end),
    taxBehavior: row.tax_behavior,
    billed: {
      ...{ amountMinor: row.amount_minor, discountMinor: row.discount_minor },
      taxes: taxList(row.taxes),
    },
    credited: sumOfCredits(
      row.credited.map(({ amount, discount, taxes }) => ({
        ...{ amountMinor: BigInt(amount), discountMinor: BigInt(discount), taxes: taxList(taxes) },
      })),
    ),
  }));
}

function taxList(taxes: TaxTexts) {
  return Object.entries(taxes).map(([taxRateId, amount]) => ({ taxRateId, amountMinor: BigInt(amount) }));
}

/** What of a whole invoice a credit note must know. */
export type CorrectionFacts = {
  /** Totals of its credit notes that are not void: all, those to be refunded, and those that became credit. */
  readonly noted_minor: bigint;
  readonly refunded_minor: bigint;
  readonly credited_minor: bigint;
  readonly tax_rates: readonly TaxRate[];
  readonly discount_names: readonly string[];
  readonly rounding_mode: string;
};

/** The invoice must be locked. */
export async function readCorrectionFacts(tx: TenantTx, invoiceId: string): Promise<CorrectionFacts> {
  const [row] = await tx.db.$queryRaw<CorrectionFacts[]>`
    select coalesce(sum(n.total_minor), 0)::bigint as noted_minor,
      coalesce(sum(n.total_minor) filter (where n.settlement = 'refund'), 0)::bigint as refunded_minor,
      coalesce(sum(n.total_minor) filter (where n.settlement = 'credit'), 0)::bigint as credited_minor,
      (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name, 'percentage', trim_scale(r.percentage)::text,
          'inclusive', r.inclusive) order by r.id), '[]')
        from tax_rate r where r.tenant_id = ${tx.tenantId}::uuid and exists (select from invoice_tax t
          where t.tenant_id = r.tenant_id and t.tax_rate_id = r.id and t.invoice_id = ${invoiceId}::uuid)) as tax_rates,
      (select coalesce(jsonb_agg(d.name order by d.id), '[]')
        from invoice_discount d where d.tenant_id = ${tx.tenantId}::uuid and d.invoice_id = ${invoiceId}::uuid and d.amount_minor <> 0) as discount_names,
      (select coalesce(min(l.rounding_mode), 'half_up')
        from invoice_line l where l.tenant_id = ${tx.tenantId}::uuid and l.invoice_id = ${invoiceId}::uuid) as rounding_mode
    from invoice n
    where n.tenant_id = ${tx.tenantId}::uuid and n.corrects_invoice_id = ${invoiceId}::uuid and n.invoice_status <> 'voided'`;
  if (row === undefined) throw new Error(`invoice ${invoiceId} is gone`);
  return row;
}

export type CreditNoteLineRow = {
  readonly id: string;
  readonly invoice_line_id: string;
  readonly description: string;
  /** Minor units as text. */
  readonly amount_minor: string;
  readonly discount_minor: string;
  readonly tax_minor: string;
};

export type CreditNoteRow = {
  readonly id: string;
  readonly customer_id: string;
  readonly invoice_id: string;
  readonly invoice_number: string;
  readonly number: string;
  readonly invoice_status: "finalized" | "voided";
  readonly settlement: Settlement;
  readonly reason: string | null;
  readonly currency: string;
  readonly subtotal_minor: bigint;
  readonly discount_total_minor: bigint;
  readonly tax_total_minor: bigint;
  readonly total_minor: bigint;
  /** The credit that it gave the customer. */
  readonly credit_grant_id: string | null;
  readonly issued_at: Date;
  readonly voided_at: Date | null;
  readonly void_reason: string | null;
  readonly version: number;
  readonly has_pdf: boolean;
  readonly lines: readonly CreditNoteLineRow[];
};

const columns = Prisma.sql`n.id, n.customer_id, n.corrects_invoice_id as invoice_id, i.number as invoice_number, n.number, n.invoice_status, n.settlement,
  n.description as reason, n.currency, n.subtotal_minor, n.discount_total_minor, n.tax_total_minor, n.total_minor, n.issued_at, n.voided_at, n.void_reason, n.version,
  (select g.id from credit_grant g where g.tenant_id = n.tenant_id and g.customer_id = n.customer_id and g.source_invoice_id = n.id) as credit_grant_id,
  exists (select 1 from artifact a where a.tenant_id = n.tenant_id and a.invoice_id = n.id) as has_pdf,
  (select jsonb_agg(jsonb_build_object('id', l.id, 'invoice_line_id', l.corrects_line_id, 'description', l.description, 'amount_minor', l.amount_minor::text,
      'discount_minor', l.discount_minor::text, 'tax_minor', l.tax_minor::text) order by l.position)
    from invoice_line l where l.tenant_id = n.tenant_id and l.invoice_id = n.id) as lines`;

export async function findCreditNote(tx: TenantTx, id: string): Promise<CreditNoteRow | null> {
  const rows = await tx.db.$queryRaw<CreditNoteRow[]>`
    select ${columns} from invoice n join invoice i on i.tenant_id = n.tenant_id and i.id = n.corrects_invoice_id
    where n.tenant_id = ${tx.tenantId}::uuid and n.id = ${id}::uuid and n.invoice_type = 'credit'`;
  return rows[0] ?? null;
}

export type CreditNoteFilters = { readonly customerId?: string; readonly invoiceId?: string };

/** Newest first. */
export async function listCreditNotes(
  tx: TenantTx,
  query: PageQuery<CreditNoteFilters>,
): Promise<Page<CreditNoteRow>> {
  const { customerId = null, invoiceId = null } = query.filters ?? {};
  const rows = await tx.db.$queryRaw<CreditNoteRow[]>`
    select ${columns} from invoice n join invoice i on i.tenant_id = n.tenant_id and i.id = n.corrects_invoice_id
    where n.tenant_id = ${tx.tenantId}::uuid and n.invoice_type = 'credit' and (${query.cursor}::uuid is null or n.id < ${query.cursor}::uuid)
      and (${customerId}::uuid is null or n.customer_id = ${customerId}::uuid)
      and (${invoiceId}::uuid is null or n.corrects_invoice_id = ${invoiceId}::uuid)
    order by n.id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}
