import { toDate, type TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";

/** What there is to pay on an invoice, read under its lock. */
export type PayableInvoice = {
  readonly id: string;
  readonly customer_id: string;
  readonly number: string | null;
  readonly invoice_type: "subscription" | "one_off" | "credit";
  readonly invoice_status: "draft" | "finalized" | "voided";
  readonly payment_status: "pending" | "succeeded" | "failed";
  readonly currency: string;
  readonly amount_due_minor: bigint;
  readonly amount_paid_minor: bigint;
  readonly amount_offset_minor: bigint;
  /** Set: what is left of it was written off. */
  readonly uncollectible_at: Date | null;
};

/** Locks an invoice against other payments until the transaction ends; null when there is none. */
export async function lockPayableInvoice(tx: TenantTx, invoiceId: string): Promise<PayableInvoice | null> {
  const rows = await tx.db.$queryRaw<PayableInvoice[]>`
    select id, customer_id, number, invoice_type, invoice_status, payment_status, currency, amount_due_minor, amount_paid_minor, amount_offset_minor,
      uncollectible_at
    from invoice where tenant_id = ${tx.tenantId}::uuid and id = ${invoiceId}::uuid for update`;
  return rows[0] ?? null;
}

/** How far an invoice is paid now; the database computes it from payments and attempts. */
export async function readPaymentState(
  tx: TenantTx,
  invoiceId: string,
): Promise<
  Pick<PayableInvoice, "payment_status" | "amount_paid_minor" | "amount_offset_minor" | "amount_due_minor">
> {
  const [row] = await tx.db.$queryRaw<PayableInvoice[]>`
    select payment_status, amount_paid_minor, amount_offset_minor, amount_due_minor from invoice
    where tenant_id = ${tx.tenantId}::uuid and id = ${invoiceId}::uuid`;
  if (row === undefined) throw new Error(`invoice ${invoiceId} is gone`);
  return row;
}

/**
 * Writes money received, in business time; a payment of an attempt has the attempt's id. Null when this payment of the
 * provider is written already.
 */
export async function insertPayment(
  tx: TenantTx,
  payment: {
    readonly invoiceId: string;
    readonly customerId: string;
    readonly attemptId: string | null;
    readonly provider: string;
    readonly providerId: string | null;
    readonly method: string;
    readonly reference: string | null;
    /** All that came. */
    readonly amountMinor: bigint;
    /** The part that the invoice did not ask for. */
    readonly overpaidMinor: bigint;
    readonly currency: string;
  },
): Promise<string | null> {
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    insert into payment (tenant_id, id, invoice_id, customer_id, payment_attempt_id, provider, provider_id, method, reference, amount_minor, overpaid_minor, currency, received_at)
    values (${tx.tenantId}::uuid, ${payment.attemptId ?? newId()}::uuid, ${payment.invoiceId}::uuid, ${payment.customerId}::uuid, ${payment.attemptId}::uuid,
            ${payment.provider}, ${payment.providerId}::text, ${payment.method}, ${payment.reference}::text, ${payment.amountMinor}, ${payment.overpaidMinor}, ${payment.currency}, ${toDate(tx.now)})
    on conflict do nothing
    returning id`;
  return rows[0]?.id ?? null;
}

export type PaymentRow = {
  readonly id: string;
  readonly provider: string;
  readonly provider_id: string | null;
  readonly reference: string | null;
  readonly amount_minor: bigint;
  readonly currency: string;
};

/** Payments of an invoice, oldest first. */
export async function listPayments(tx: TenantTx, invoiceId: string): Promise<PaymentRow[]> {
  return tx.db.$queryRaw<PaymentRow[]>`
    select id, provider, provider_id, reference, amount_minor, currency from payment
    where tenant_id = ${tx.tenantId}::uuid and invoice_id = ${invoiceId}::uuid order by created_at, id`;
}

/** Money that no invoice asked for becomes the customer's credit. */
export async function insertOverpaymentCredit(
  tx: TenantTx,
  credit: {
    readonly customerId: string;
    readonly currency: string;
    readonly amountMinor: bigint;
    readonly reason: string;
    readonly paymentId: string;
  },
): Promise<void> {
  await tx.db.$executeRaw`
    insert into credit_grant (tenant_id, id, customer_id, currency, amount_minor, reason, source_payment_id)
    values (${tx.tenantId}::uuid, ${newId()}::uuid, ${credit.customerId}::uuid, ${credit.currency}, ${credit.amountMinor}, ${credit.reason},
            ${credit.paymentId}::uuid)`;
}
