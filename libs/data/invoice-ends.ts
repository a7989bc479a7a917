import type { LedgerAccount, Posting } from "#libs/core/ledger/postings.ts";
import { Prisma } from "#prisma/generated/client.ts";
import { toDate, type TenantTx } from "./database.ts";

/** Voids an invoice; number, document and amounts stay. */
export async function markVoided(tx: TenantTx, invoiceId: string, reason: string): Promise<void> {
  await tx.db.$executeRaw`
    update invoice set invoice_status = 'voided', voided_at = ${toDate(tx.now)}, void_reason = ${reason}
    where tenant_id = ${tx.tenantId}::uuid and id = ${invoiceId}::uuid`;
}

export async function markUncollectible(tx: TenantTx, invoiceId: string): Promise<void> {
  await tx.db.$executeRaw`
    update invoice set uncollectible_at = ${toDate(tx.now)} where tenant_id = ${tx.tenantId}::uuid and id = ${invoiceId}::uuid`;
}

/** What was written off came in after all. */
export async function clearUncollectible(tx: TenantTx, invoiceId: string): Promise<void> {
  await tx.db.$executeRaw`
    update invoice set uncollectible_at = null where tenant_id = ${tx.tenantId}::uuid and id = ${invoiceId}::uuid`;
}

/** Everything that was posted for an invoice, in the order in which it was. */
export function listInvoicePostings(tx: TenantTx, invoiceId: string): Promise<Posting[]> {
  return listPosted(tx, invoiceId, Prisma.sql`true`);
}

/**
 * What ends with an invoice: everything but the surplus of its payments, which is the customer's credit whatever becomes of
 * the invoice.
 */
export function listPostingsToVoid(tx: TenantTx, invoiceId: string): Promise<Posting[]> {
  return listPosted(
    tx,
    invoiceId,
    Prisma.sql`t.kind <> 'refund.loss' and not (t.kind in ('payment.succeeded', 'refund.paid_out', 'refund.failed')
      and 'customer_credit' in (p.debit_account, p.credit_account))`,
  );
}

async function listPosted(tx: TenantTx, invoiceId: string, which: Prisma.Sql): Promise<Posting[]> {
  const rows = await tx.db.$queryRaw<
    {
      debit_account: LedgerAccount;
      credit_account: LedgerAccount;
      amount_minor: bigint;
      currency: string;
    }[]
  >`
    select p.debit_account, p.credit_account, p.amount_minor, p.currency
    from ledger_transaction t join ledger_posting p on p.tenant_id = t.tenant_id and p.ledger_transaction_id = t.id
    where t.tenant_id = ${tx.tenantId}::uuid and t.invoice_id = ${invoiceId}::uuid
      and ${which}
    order by t.created_at, t.id, p.position`;
  return rows.map((row) => ({
    debit: row.debit_account,
    credit: row.credit_account,
    amountMinor: row.amount_minor,
    currency: row.currency,
  }));
}

/** Number of a document that corrects this invoice and is not void; null when there is none. */
export async function findCorrection(
  tx: TenantTx,
  invoiceId: string,
): Promise<{ readonly number: string | null } | null> {
  const rows = await tx.db.$queryRaw<{ number: string | null }[]>`
    select number from invoice
    where tenant_id = ${tx.tenantId}::uuid and corrects_invoice_id = ${invoiceId}::uuid and invoice_status <> 'voided' limit 1`;
  return rows[0] ?? null;
}
