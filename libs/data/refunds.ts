import type { RefundablePayment, RefundParts } from "#libs/core/payment/decide-refund.ts";
import type { RefundState } from "#libs/core/payment/refund-state.ts";
import { Prisma } from "#prisma/generated/client.ts";
import { toDate, type TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";

/** A payment that brought money, as a refund needs to know it. */
export type PaidPayment = {
  readonly id: string;
  readonly invoice_id: string;
  readonly customer_id: string;
  readonly provider: string;
  readonly provider_id: string | null;
  readonly currency: string;
};

/** By its own id, its attempt's, or the provider's; null when no money came by it. Lock its invoice before deciding. */
export async function findPaidPayment(
  tx: TenantTx,
  by: { readonly id: string } | { readonly provider: string; readonly providerId: string },
): Promise<PaidPayment | null> {
  const which =
    "id" in by
      ? Prisma.sql`${by.id}::uuid in (id, payment_attempt_id)`
      : Prisma.sql`provider = ${by.provider} and provider_id = ${by.providerId}`;
  const rows = await tx.db.$queryRaw<PaidPayment[]>`
    select id, invoice_id, customer_id, provider, provider_id, currency from payment
    where tenant_id = ${tx.tenantId}::uuid and ${which}`;
  return rows[0] ?? null;
}

/** What can go back of a payment; its invoice, and the credit that it became, must be locked. */
export async function readRefundable(
  tx: TenantTx,
  payment: PaidPayment,
  creditLeftMinor: bigint,
): Promise<RefundablePayment> {
  const [row] = await tx.db.$queryRaw<RefundablePayment[]>`
    select p.currency, p.amount_minor as "amountMinor", p.overpaid_minor as "overpaidMinor",
      (select coalesce(sum(r.amount_minor), 0)::bigint from refund r
        where r.tenant_id = p.tenant_id and r.payment_id = p.id and r.state <> 'failed') as "refundedMinor",
      (select coalesce(sum(r.reopened_minor), 0)::bigint from refund r
        where r.tenant_id = p.tenant_id and r.payment_id = p.id and r.state <> 'failed') as "reopenedMinor",
      (select coalesce(sum(d.amount_minor), 0)::bigint from dispute d
        where d.tenant_id = p.tenant_id and d.payment_id = p.id and d.state in ('needs_response', 'under_review', 'lost')) as "disputedMinor"
    from payment p where p.tenant_id = ${tx.tenantId}::uuid and p.id = ${payment.id}::uuid`;
  if (row === undefined) throw new Error(`payment ${payment.id} is gone`);
  return { ...row, creditLeftMinor, owedMinor: await readOwedByNotes(tx, payment.invoice_id) };
}

/** What the credit notes of an invoice promised to refund, less what was paid out, or is about to be. */
export async function readOwedByNotes(tx: TenantTx, invoiceId: string): Promise<bigint> {
  const [row] = await tx.db.$queryRaw<{ owed: bigint }[]>`
    select ((select coalesce(sum(n.total_minor), 0) from invoice n
        where n.tenant_id = ${tx.tenantId}::uuid and n.corrects_invoice_id = ${invoiceId}::uuid and n.settlement = 'refund' and n.invoice_status = 'finalized')
      - (select coalesce(sum(r.note_minor), 0) from refund r join payment p on p.tenant_id = r.tenant_id and p.id = r.payment_id
        where r.tenant_id = ${tx.tenantId}::uuid and p.invoice_id = ${invoiceId}::uuid and r.state <> 'failed'))::bigint as owed`;
  return row?.owed ?? 0n;
}

/** Payments of an invoice by this provider, newest first. */
export async function listPaidPayments(
  tx: TenantTx,
  invoiceId: string,
  provider: string,
): Promise<PaidPayment[]> {
  return tx.db.$queryRaw<PaidPayment[]>`
    select id, invoice_id, customer_id, provider, provider_id, currency from payment
    where tenant_id = ${tx.tenantId}::uuid and invoice_id = ${invoiceId}::uuid and provider = ${provider}
    order by received_at desc, id desc`;
}

export type RefundRow = {
  readonly id: string;
  readonly payment_id: string;
  /** Of the payment. */
  readonly invoice_id: string;
  readonly customer_id: string;
  readonly currency: string;
  /** The provider's name for the payment; null for money from outside. */
  readonly payment_provider_id: string | null;
  readonly provider: string;
  readonly provider_id: string | null;
  readonly state: RefundState;
  readonly amount_minor: bigint;
  readonly note_minor: bigint;
  readonly credit_minor: bigint;
  readonly reopened_minor: bigint;
  readonly credit_note_id: string | null;
  readonly reason: string | null;
  readonly failure_code: string | null;
  readonly failure_message: string | null;
  readonly paid_out_at: Date | null;
  readonly failed_at: Date | null;
  readonly created_at: Date;
};

const columns = Prisma.sql`r.id, r.payment_id, p.invoice_id, p.customer_id, p.currency, p.provider_id as payment_provider_id, r.provider, r.provider_id,
  r.state, r.amount_minor, r.note_minor, r.credit_minor, r.reopened_minor, r.credit_note_id, r.reason, r.failure_code, r.failure_message,
  r.paid_out_at, r.failed_at, r.created_at`;

/** By our id or the provider's; null when there is none. To change it, lock its invoice first and read it again. */
export async function findRefund(
  tx: TenantTx,
  by: { readonly id: string } | { readonly provider: string; readonly providerId: string },
): Promise<RefundRow | null> {
  const which =
    "id" in by
      ? Prisma.sql`r.id = ${by.id}::uuid`
      : Prisma.sql`r.provider = ${by.provider} and r.provider_id = ${by.providerId}`;
  const rows = await tx.db.$queryRaw<RefundRow[]>`
    select ${columns} from refund r join payment p on p.tenant_id = r.tenant_id and p.id = r.payment_id
    where r.tenant_id = ${tx.tenantId}::uuid and ${which}`;
  return rows[0] ?? null;
}

/** Oldest first. */
export async function listRefunds(tx: TenantTx, paymentId: string): Promise<RefundRow[]> {
  return tx.db.$queryRaw<RefundRow[]>`
    select ${columns} from refund r join payment p on p.tenant_id = r.tenant_id and p.id = r.payment_id
    where r.tenant_id = ${tx.tenantId}::uuid and r.payment_id = ${paymentId}::uuid order by r.id`;
}

/** Writes a refund that nobody has made yet. The database refuses what is more than the payment brought. */
export async function insertRefund(
  tx: TenantTx,
  refund: RefundParts & {
    readonly paymentId: string;
    readonly provider: string;
    readonly providerId: string | null;
    readonly reason: string | null;
    readonly creditNoteId: string | null;
  },
): Promise<string> {
  const id = newId();
  await tx.db.$executeRaw`
    insert into refund (tenant_id, id, payment_id, provider, provider_id, state, amount_minor, note_minor, credit_minor, reopened_minor, reason, credit_note_id)
    values (${tx.tenantId}::uuid, ${id}::uuid, ${refund.paymentId}::uuid, ${refund.provider}, ${refund.providerId}::text, 'pending', ${refund.amountMinor},
            ${refund.noteMinor}, ${refund.creditMinor}, ${refund.reopenedMinor}, ${refund.reason}::text, ${refund.creditNoteId}::uuid)`;
  return id;
}

/** Moves a refund on, in business time. */
export async function moveRefund(
  tx: TenantTx,
  refundId: string,
  to: {
    readonly state: RefundState;
    readonly providerId: string | null;
    readonly failure: { readonly code: string; readonly message: string } | null;
    readonly isPaidOut: boolean;
  },
): Promise<void> {
  const now = toDate(tx.now);
  await tx.db.$executeRaw`
    update refund set state = ${to.state}::text, provider_id = coalesce(provider_id, ${to.providerId}::text),
      failure_code = ${to.failure?.code ?? null}::text, failure_message = ${to.failure?.message.slice(0, 1_000) ?? null}::text,
      paid_out_at = case when ${to.isPaidOut}::boolean then coalesce(paid_out_at, ${now}::timestamptz) else paid_out_at end,
      failed_at = case when ${to.state}::text = 'failed' then ${now}::timestamptz end
    where tenant_id = ${tx.tenantId}::uuid and id = ${refundId}::uuid`;
}
