import type { TenantTx } from "./database.ts";

/** An invoice as the verbs that change it see it, under its lock. */
export type StoredInvoice = {
  readonly id: string;
  readonly customer_id: string;
  readonly subscription_id: string | null;
  readonly invoice_type: "subscription" | "one_off" | "credit";
  readonly invoice_status: "draft" | "finalized" | "voided";
  readonly currency: string;
  readonly kind: "start" | "cycle" | "change" | "final" | "late" | null;
  readonly schedule_no: number | null;
  readonly boundary_index: number | null;
  readonly billing_sequence: number | null;
  readonly billing_reason: string;
  readonly description: string | null;
  readonly idempotency_key: string | null;
  readonly metadata: Readonly<Record<string, string | number | boolean | null>>;
  readonly period_start: Date | null;
  readonly period_end: Date | null;
  readonly total_minor: bigint;
  readonly amount_due_minor: bigint;
  readonly amount_paid_minor: bigint;
  readonly amount_offset_minor: bigint;
  readonly number: string | null;
  readonly due_at: Date | null;
  readonly uncollectible_at: Date | null;
  readonly version: number;
  readonly imported_at: Date | null;
};

/** Locks an invoice until the transaction ends: every verb that changes one, and every payment, begins with it. */
export async function lockInvoice(tx: TenantTx, id: string): Promise<StoredInvoice | null> {
  const rows = await tx.db.$queryRaw<StoredInvoice[]>`
    select id, customer_id, subscription_id, invoice_type, invoice_status, currency, kind, schedule_no, boundary_index, billing_sequence,
      billing_reason, description, idempotency_key, metadata, period_start, period_end, total_minor, amount_due_minor, amount_paid_minor, amount_offset_minor,
      number, due_at, uncollectible_at, version, imported_at
    from invoice where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid and record_status = 'published' for update`;
  return rows[0] ?? null;
}

/** The invoice that was asked for by this key; null when there is none. */
export async function findInvoiceByKey(tx: TenantTx, key: string): Promise<{ readonly id: string } | null> {
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    select id from invoice where tenant_id = ${tx.tenantId}::uuid and idempotency_key = ${key}`;
  return rows[0] ?? null;
}
