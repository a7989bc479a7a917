import type { Settlement } from "#libs/core/credit-note/decide-credit-note.ts";
import { arrayLiteral } from "./array-literal.ts";
import { toDate, type TenantTx } from "./database.ts";

export type DraftLineRow = {
  readonly id: string;
  readonly kind: string;
  readonly description: string;
  readonly group_key: string;
  readonly quantity: string;
  readonly unit: string | null;
  readonly unit_amount: string | null;
  readonly exact_amount: string;
  readonly amount_minor: string;
  readonly discount_minor: string;
  readonly tax_minor: string;
  readonly period_start: string;
  readonly period_end: string;
  readonly ratio_numerator: string;
  readonly ratio_denominator: string;
  readonly tiers: unknown;
  readonly steps: unknown;
  readonly input_hash: string;
};

export type DraftTaxRow = {
  readonly name: string;
  readonly percentage: string;
  readonly inclusive: boolean;
  readonly taxable_minor: string;
  readonly amount_minor: string;
};

/** Everything a draft's document is made of; amounts as text of minor units. */
export type DraftInvoiceRow = {
  readonly id: string;
  readonly invoice_type: "subscription" | "one_off" | "credit";
  readonly currency: string;
  readonly customer_id: string;
  readonly subscription_id: string | null;
  readonly billing_sequence: number | null;
  readonly period_start: Date | null;
  readonly period_end: Date | null;
  readonly subtotal_minor: bigint;
  readonly discount_total_minor: bigint;
  readonly tax_total_minor: bigint;
  readonly credit_total_minor: bigint;
  readonly total_minor: bigint;
  readonly amount_due_minor: bigint;
  readonly timezone: string | null;
  /** Of a credit note: where what it takes back goes, which invoice it corrects, and why. */
  readonly settlement: Settlement | null;
  readonly corrects: { readonly id: string; readonly number: string } | null;
  readonly description: string | null;
  readonly customer: {
    readonly external_id: string | null;
    readonly name: string;
    readonly email: string | null;
    readonly billing_address: Readonly<Record<string, string>>;
    readonly tax_ids: readonly unknown[];
    readonly tax_status: "taxable" | "exempt" | "reverse_charge";
    readonly locale: string | null;
    readonly timezone: string | null;
    readonly invoice_number_prefix: string | null;
    readonly payment_terms_days: number | null;
  };
  readonly lines: readonly DraftLineRow[];
  readonly taxes: readonly DraftTaxRow[];
  readonly discounts: readonly { readonly name: string; readonly amount_minor: string }[];
};

/**
 * Locks those of the invoices that are still drafts and reads what their documents are made of: one statement. The customer is
 * as it is now, but for its tax status: that is the one which their taxes were computed by.
 */
export async function lockDraftInvoices(tx: TenantTx, ids: readonly string[]): Promise<DraftInvoiceRow[]> {
  return tx.db.$queryRaw<DraftInvoiceRow[]>`
    with drafts as (
      select * from invoice where tenant_id = ${tx.tenantId}::uuid and id = any(${arrayLiteral(ids)}::uuid[]) and invoice_status = 'draft'
      order by id for update
    )
    select d.id, d.invoice_type, d.currency, d.customer_id, d.subscription_id, d.billing_sequence, d.period_start, d.period_end,
      d.subtotal_minor, d.discount_total_minor, d.tax_total_minor, d.credit_total_minor, d.total_minor, d.amount_due_minor,
      s.timezone, d.settlement, d.description,
      (select jsonb_build_object('id', o.id, 'number', o.number) from invoice o where o.tenant_id = d.tenant_id and o.id = d.corrects_invoice_id) as corrects,
      jsonb_build_object('external_id', c.external_id, 'name', c.name, 'email', c.email, 'billing_address', c.billing_address,
        'tax_ids', c.tax_ids, 'tax_status', coalesce(d.tax_status,
          (select o.tax_status from invoice o where o.tenant_id = d.tenant_id and o.id = d.corrects_invoice_id), c.tax_status), 'locale', c.locale, 'timezone', c.timezone,
        'invoice_number_prefix', c.invoice_number_prefix, 'payment_terms_days', c.payment_terms_days) as customer,
      (select coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'kind', l.kind, 'description', l.description, 'group_key', l.group_key,
          'quantity', trim_scale(l.quantity)::text, 'unit', l.unit, 'unit_amount', trim_scale(l.unit_amount)::text,
          'exact_amount', trim_scale(l.exact_amount)::text, 'amount_minor', l.amount_minor::text, 'discount_minor', l.discount_minor::text,
          'tax_minor', l.tax_minor::text,
          'period_start', to_char(l.period_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'period_end', to_char(l.period_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'ratio_numerator', l.ratio_numerator::text, 'ratio_denominator', l.ratio_denominator::text, 'tiers', l.tiers, 'steps', l.steps,
          'input_hash', l.input_hash) order by l.position), '[]')
        from invoice_line l where l.tenant_id = d.tenant_id and l.invoice_id = d.id) as lines,
      (select coalesce(jsonb_agg(jsonb_build_object('name', t.name, 'percentage', trim_scale(t.percentage)::text, 'inclusive', t.inclusive,
          'taxable_minor', t.taxable_minor::text, 'amount_minor', t.amount_minor::text) order by t.id), '[]')
        from invoice_tax t where t.tenant_id = d.tenant_id and t.invoice_id = d.id) as taxes,
      (select coalesce(jsonb_agg(jsonb_build_object('name', k.name, 'amount_minor', k.amount_minor::text) order by k.id), '[]')
        from invoice_discount k where k.tenant_id = d.tenant_id and k.invoice_id = d.id and k.amount_minor <> 0) as discounts
    from drafts d
    join customer c on c.tenant_id = d.tenant_id and c.id = d.customer_id
    left join subscription s on s.tenant_id = d.tenant_id and s.id = d.subscription_id
    order by d.id`;
}

export type Finalization = {
  readonly invoiceId: string;
  /** Key of the counter: document type, prefix and reset period. */
  readonly series: string;
  readonly prefix: string;
  readonly pad: number;
  readonly suffix: string;
  readonly termsDays: number;
  /** The document but for number, issue and due instant, which this statement gives. */
  readonly document: object;
};

export type FinalizedRow = {
  readonly id: string;
  readonly number: string;
  readonly issued_at: Date;
  readonly due_at: Date;
};

/**
 * The last statement of a finalizing transaction: reads the documents, then locks the counters in sorted order, takes a block of numbers,
 * issues the invoices with it in the order given, and freezes their documents with their hashes. Gapless: what is
 * locked here rolls back together. issued_at = greatest(now, the counter's last).
 */
export async function issueInvoices(tx: TenantTx, list: readonly Finalization[]): Promise<FinalizedRow[]> {
  if (list.length === 0) return [];
  const now = toDate(tx.now);
  // By their ids first: without the list a young table is read whole, while the counters are locked.
  const ids = arrayLiteral(list.map(({ invoiceId }) => invoiceId));
  return tx.db.$queryRaw<FinalizedRow[]>`
    with wanted as (
      select id, series, prefix, pad, suffix, terms_days, document::jsonb as document, ord from unnest(${ids}::uuid[], ${arrayLiteral(list.map((f) => f.series))}::text[], ${arrayLiteral(list.map((f) => f.prefix))}::text[],
        ${arrayLiteral(list.map((f) => f.pad))}::int[], ${arrayLiteral(list.map((f) => f.suffix))}::text[], ${arrayLiteral(list.map((f) => f.termsDays))}::int[],
        ${arrayLiteral(list.map((f) => JSON.stringify(f.document)))}::text[]) with ordinality
        as w (id, series, prefix, pad, suffix, terms_days, document, ord)
    ), counters as (
      insert into document_counter as c (tenant_id, series, last_number, last_issued_at)
      select ${tx.tenantId}::uuid, series, count(*), ${now} from wanted group by series order by series
      on conflict (tenant_id, series) do update set last_number = c.last_number + excluded.last_number,
        last_issued_at = greatest(c.last_issued_at, excluded.last_issued_at)
      returning c.series, c.last_number, c.last_issued_at
    ), numbered as (
      select w.*, c.last_issued_at as issued_at,
        (c.last_number - count(*) over (partition by w.series) + row_number() over (partition by w.series order by w.ord))::text as seq
      from wanted w join counters c on c.series = w.series
    ), issued as (
      update invoice i set invoice_status = 'finalized', series = n.series, issued_at = n.issued_at, finalized_at = now(),
        due_at = coalesce(i.due_at, n.issued_at + n.terms_days * interval '1 day'),
        number = n.prefix || case when length(n.seq) < n.pad then lpad(n.seq, n.pad, '0') else n.seq end || n.suffix
      from numbered n
      where i.tenant_id = ${tx.tenantId}::uuid and i.id = any(${ids}::uuid[]) and i.id = n.id
      returning i.id, i.number, i.issued_at, i.due_at, n.document
    ), documents as (
      select id, number, issued_at, due_at, document || jsonb_build_object('number', number,
        'issuedAt', to_char(issued_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'dueAt', to_char(due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as document
      from issued
    ), frozen as (
      insert into invoice_document (tenant_id, invoice_id, document, sha256)
      select ${tx.tenantId}::uuid, id, document, encode(sha256(convert_to(document::text, 'UTF8')), 'hex') from documents
    )
    select id, number, issued_at, due_at from documents order by number`;
}
