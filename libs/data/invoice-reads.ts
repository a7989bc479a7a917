import { Prisma } from "#prisma/generated/client.ts";
import type { DisputeState } from "#libs/core/payment/dispute-state.ts";
import type { TenantTx } from "./database.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";

export type InvoiceView = {
  readonly tenant_id: string;
  readonly id: string;
  readonly customer_id: string;
  readonly subscription_id: string | null;
  readonly invoice_type: "subscription" | "one_off" | "credit";
  readonly invoice_status: "draft" | "finalized" | "voided";
  readonly payment_status: "pending" | "succeeded" | "failed";
  readonly currency: string;
  readonly idempotency_key: string | null;
  readonly billing_sequence: number | null;
  readonly billing_reason: string;
  readonly description: string | null;
  readonly period_start: Date | null;
  readonly period_end: Date | null;
  readonly subtotal_minor: bigint;
  readonly discount_total_minor: bigint;
  readonly tax_total_minor: bigint;
  readonly credit_total_minor: bigint;
  readonly total_minor: bigint;
  readonly amount_due_minor: bigint;
  readonly amount_paid_minor: bigint;
  readonly amount_offset_minor: bigint;
  readonly number: string | null;
  readonly issued_at: Date | null;
  readonly finalized_at: Date | null;
  readonly due_at: Date | null;
  readonly paid_at: Date | null;
  readonly sent_at: Date | null;
  readonly voided_at: Date | null;
  readonly void_reason: string | null;
  readonly uncollectible_at: Date | null;
  readonly replaces_invoice_id: string | null;
  readonly metadata: Readonly<Record<string, string | number | boolean | null>>;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  /** Another engine issued it. */
  readonly imported_at: Date | null;
  readonly has_pdf: boolean;
  /** Of its payments' disputes: open ones first, then the latest. */
  readonly dispute_state: DisputeState | null;
};

export type InvoiceLineView = {
  readonly id: string;
  /** What is billed by it, and so billed once. */
  readonly source_key: string;
  readonly kind: string;
  readonly price_id: string | null;
  readonly price_code: string | null;
  readonly subscription_item_id: string | null;
  readonly group_key: string;
  readonly description: string;
  /** Decimals as text, as the column holds them. */
  readonly quantity: string;
  readonly unit: string | null;
  readonly unit_amount: string | null;
  readonly exact_amount: string;
  readonly amount_minor: bigint;
  readonly discount_minor: bigint;
  readonly tax_minor: bigint;
  /** Ids of the rates that applied to it. */
  readonly tax_rate_ids: readonly string[];
  /** Whether its amount contains its taxes; null: as each rate says. */
  readonly tax_behavior: "inclusive" | "exclusive" | null;
  readonly period_start: Date;
  readonly period_end: Date;
  readonly ratio_numerator: bigint;
  readonly ratio_denominator: bigint;
  readonly rounding_mode: string;
  readonly tiers: unknown;
  readonly steps: unknown;
  readonly inputs: unknown;
  readonly input_hash: string;
  readonly event_count: bigint;
};

export type InvoiceFilters = {
  readonly customerId?: string;
  readonly subscriptionId?: string;
  readonly invoiceType?: string;
  readonly invoiceStatus?: string;
  readonly paymentStatus?: string;
  /** The status that is shown; see `invoiceStatus` of core. */
  readonly status?: string;
  readonly number?: string;
  /** Of the issue date, inclusive; drafts by when they were made. */
  readonly startTime?: Date;
  /** Exclusive. */
  readonly endTime?: Date;
};

const columns = Prisma.sql`i.tenant_id, i.id, i.customer_id, i.subscription_id, i.invoice_type, i.invoice_status, i.payment_status, i.currency,
  i.idempotency_key, i.billing_sequence, i.billing_reason, i.description, i.period_start, i.period_end, i.subtotal_minor, i.discount_total_minor,
  i.tax_total_minor, i.credit_total_minor, i.total_minor, i.amount_due_minor, i.amount_paid_minor, i.amount_offset_minor, i.number, i.issued_at, i.finalized_at,
  i.due_at, i.paid_at, i.sent_at, i.voided_at, i.void_reason, i.uncollectible_at, i.replaces_invoice_id, i.metadata, i.version, i.created_at, i.updated_at, i.imported_at,
  exists (select 1 from artifact a where a.tenant_id = i.tenant_id and a.invoice_id = i.id) as has_pdf,
  (select d.state from payment p join dispute d on d.tenant_id = p.tenant_id and d.payment_id = p.id
    where p.tenant_id = i.tenant_id and p.invoice_id = i.id order by d.closed_at is null desc, d.id desc limit 1) as dispute_state`;

export async function findInvoice(tx: TenantTx, id: string): Promise<InvoiceView | null> {
  const rows = await tx.db.$queryRaw<InvoiceView[]>`
    select ${columns} from invoice i
    where i.tenant_id = ${tx.tenantId}::uuid and i.id = ${id}::uuid and i.record_status = 'published'`;
  return rows[0] ?? null;
}

/** Newest first. */
export async function listInvoices(
  tx: TenantTx,
  query: PageQuery<InvoiceFilters>,
): Promise<Page<InvoiceView>> {
  const conditions = Prisma.join(conditionsOf(tx, query.filters ?? {}), " and ");
  const rows = await tx.db.$queryRaw<InvoiceView[]>`
    select ${columns} from invoice i
    where i.tenant_id = ${tx.tenantId}::uuid and (${query.cursor}::uuid is null or i.id < ${query.cursor}::uuid) and ${conditions}
    order by i.id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}

function conditionsOf(tx: TenantTx, filters: InvoiceFilters): Prisma.Sql[] {
  const { customerId, subscriptionId, invoiceType, invoiceStatus, paymentStatus, number } = filters;
  const { startTime, endTime, status } = filters;
  const conditions = [Prisma.sql`i.record_status = 'published'`];
  if (customerId !== undefined) conditions.push(Prisma.sql`i.customer_id = ${customerId}::uuid`);
  if (subscriptionId !== undefined) conditions.push(Prisma.sql`i.subscription_id = ${subscriptionId}::uuid`);
  if (invoiceType !== undefined) conditions.push(Prisma.sql`i.invoice_type = ${invoiceType}`);
  if (invoiceStatus !== undefined) conditions.push(Prisma.sql`i.invoice_status = ${invoiceStatus}`);
  if (paymentStatus !== undefined) conditions.push(Prisma.sql`i.payment_status = ${paymentStatus}`);
  if (number !== undefined) conditions.push(Prisma.sql`i.number = ${number}`);
  if (startTime !== undefined)
    conditions.push(Prisma.sql`coalesce(i.issued_at, i.created_at) >= ${startTime}`);
  if (endTime !== undefined) conditions.push(Prisma.sql`coalesce(i.issued_at, i.created_at) < ${endTime}`);
  if (status !== undefined) conditions.push(Prisma.sql`${shownStatus(tx)} = ${status}`);
  return conditions;
}

/** As `invoiceStatus` of core derives it: the first that holds. */
function shownStatus(tx: TenantTx): Prisma.Sql {
  const now = new Date(tx.now.epochMilliseconds);
  return Prisma.sql`case when i.invoice_status = 'draft' then 'draft' when i.invoice_status = 'voided' then 'void'
    when i.uncollectible_at is not null then 'uncollectible'
    when i.payment_status = 'succeeded' or i.amount_paid_minor + i.amount_offset_minor >= i.amount_due_minor then 'paid'
    when i.due_at < ${now} then 'overdue' when i.amount_paid_minor > 0 then 'partially_paid'
    when i.sent_at is not null then 'sent' else 'open' end`;
}

/** Lines of one invoice, in the order in which they are printed. */
export async function listInvoiceLines(tx: TenantTx, invoiceId: string): Promise<InvoiceLineView[]> {
  return tx.db.$queryRaw<InvoiceLineView[]>`
    select l.id, l.source_key, l.kind, l.price_id, p.code as price_code, l.subscription_item_id, l.group_key, l.description, trim_scale(l.quantity)::text as quantity, l.unit,
      trim_scale(l.unit_amount)::text as unit_amount, trim_scale(l.exact_amount)::text as exact_amount, l.amount_minor, l.discount_minor, l.tax_minor, array(select jsonb_object_keys(l.taxes)) as tax_rate_ids, l.tax_behavior, l.period_start, l.period_end,
      l.ratio_numerator, l.ratio_denominator, l.rounding_mode, l.tiers, l.steps, l.inputs, l.input_hash, l.event_count
    from invoice_line l left join price p on p.tenant_id = l.tenant_id and p.id = l.price_id
    where l.tenant_id = ${tx.tenantId}::uuid and l.invoice_id = ${invoiceId}::uuid order by l.position, l.id`;
}
