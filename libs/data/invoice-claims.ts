import type { TenantTx } from "./database.ts";

/** A period that an invoice bills. */
export type InvoiceClaim = {
  readonly id: string;
  readonly subscription_item_id: string;
  readonly schedule_no: number;
  readonly index: number;
  readonly start_at: Date;
  readonly end_at: Date;
  readonly state: "claimed" | "billed" | "dropped" | "voided";
};

/** The claims that an invoice holds, in no order. */
export async function listInvoiceClaims(tx: TenantTx, invoiceId: string): Promise<InvoiceClaim[]> {
  return tx.db.$queryRaw<InvoiceClaim[]>`
    select id, subscription_item_id, schedule_no, index, start_at, end_at, state from billing_period
    where tenant_id = ${tx.tenantId}::uuid and invoice_id = ${invoiceId}::uuid`;
}

/** A line about a period that an earlier invoice bills: it gives a part of it back, or settles its late usage. */
export type AmendingLine = {
  readonly kind: "proration_credit" | "late_usage";
  readonly billing_period_id: string;
  readonly subscription_item_id: string;
  /** Of a credit: from when on it gives back. */
  readonly period_start: Date;
};

/** What an invoice credits or settles of earlier ones, in the order in which it is printed. */
export async function listAmendingLines(tx: TenantTx, invoiceId: string): Promise<AmendingLine[]> {
  return tx.db.$queryRaw<AmendingLine[]>`
    select kind, billing_period_id, subscription_item_id, period_start from invoice_line
    where tenant_id = ${tx.tenantId}::uuid and invoice_id = ${invoiceId}::uuid and kind in ('proration_credit', 'late_usage')
      and billing_period_id is not null order by position`;
}

/** The invoice that took the place of another one, the first; null when none did. */
export async function findReplacement(
  tx: TenantTx,
  invoiceId: string,
): Promise<{ readonly id: string; readonly number: string | null } | null> {
  const rows = await tx.db.$queryRaw<{ id: string; number: string | null }[]>`
    select id, number from invoice where tenant_id = ${tx.tenantId}::uuid and replaces_invoice_id = ${invoiceId}::uuid order by id limit 1`;
  return rows[0] ?? null;
}

/** An invoice that is not void and credits or settles a period that this one bills, the latest; null when there is none. */
export async function findAmendment(
  tx: TenantTx,
  invoiceId: string,
): Promise<{ readonly number: string | null; readonly kind: "proration_credit" | "late_usage" } | null> {
  const rows = await tx.db.$queryRaw<{ number: string | null; kind: "proration_credit" | "late_usage" }[]>`
    select i.number, l.kind from billing_period p
    join invoice_line l on l.tenant_id = p.tenant_id and l.billing_period_id = p.id and l.kind in ('proration_credit', 'late_usage')
    join invoice i on i.tenant_id = l.tenant_id and i.id = l.invoice_id and i.invoice_status <> 'voided'
    where p.tenant_id = ${tx.tenantId}::uuid and p.invoice_id = ${invoiceId}::uuid and i.id <> ${invoiceId}::uuid
    order by i.billing_sequence desc limit 1`;
  return rows[0] ?? null;
}

/** Leaves the periods of an invoice visibly unbilled. */
export async function voidClaims(tx: TenantTx, invoiceId: string): Promise<void> {
  await tx.db.$executeRaw`
    update billing_period set state = 'voided'
    where tenant_id = ${tx.tenantId}::uuid and invoice_id = ${invoiceId}::uuid and state <> 'voided'`;
}

/** Takes the next number of a subscription's invoices, and locks the subscription. */
export async function takeBillingSequence(tx: TenantTx, subscriptionId: string): Promise<number> {
  const rows = await tx.db.$queryRaw<{ billing_sequence: number }[]>`
    update subscription set billing_sequence = billing_sequence + 1
    where tenant_id = ${tx.tenantId}::uuid and id = ${subscriptionId}::uuid returning billing_sequence`;
  const [row] = rows;
  if (row === undefined) throw new Error(`subscription ${subscriptionId} is gone`);
  return row.billing_sequence;
}

/** How many invoices were made for the boundary of this one before, itself among them. */
export async function countEditions(tx: TenantTx, invoiceId: string): Promise<number> {
  const rows = await tx.db.$queryRaw<{ n: bigint }[]>`
    select count(*) as n from invoice i join invoice o on o.tenant_id = i.tenant_id and o.subscription_id = i.subscription_id
      and o.kind = i.kind and o.schedule_no = i.schedule_no and o.boundary_index = i.boundary_index
    where i.tenant_id = ${tx.tenantId}::uuid and i.id = ${invoiceId}::uuid`;
  return Number(rows[0]?.n ?? 0n);
}
