import type { DisputeState } from "#libs/core/payment/dispute-state.ts";
import { Prisma } from "#prisma/generated/client.ts";
import { toDate, type TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";

export type DisputeRow = {
  readonly id: string;
  readonly payment_id: string;
  /** Of the payment. */
  readonly invoice_id: string;
  readonly customer_id: string;
  readonly currency: string;
  readonly provider: string;
  readonly provider_id: string;
  readonly state: DisputeState;
  readonly amount_minor: bigint;
  readonly reason: string | null;
  readonly evidence_due_at: Date | null;
  readonly closed_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
};

const columns = Prisma.sql`d.id, d.payment_id, p.invoice_id, p.customer_id, p.currency, d.provider, d.provider_id, d.state, d.amount_minor, d.reason,
  d.evidence_due_at, d.closed_at, d.created_at, d.updated_at`;

/** By the provider's id; to change it, lock its invoice first. */
export async function findDispute(tx: TenantTx, providerId: string): Promise<DisputeRow | null> {
  const rows = await tx.db.$queryRaw<DisputeRow[]>`
    select ${columns} from dispute d join payment p on p.tenant_id = d.tenant_id and p.id = d.payment_id
    where d.tenant_id = ${tx.tenantId}::uuid and d.provider_id = ${providerId}`;
  return rows[0] ?? null;
}

/** Writes what is known of a dispute; its state is the caller's decision. */
export async function saveDispute(
  tx: TenantTx,
  dispute: {
    readonly paymentId: string;
    readonly providerId: string;
    readonly state: DisputeState;
    readonly amountMinor: bigint;
    readonly reason: string | null;
    readonly evidenceDueAt: Date | null;
    readonly isClosed: boolean;
  },
): Promise<void> {
  const closedAt = dispute.isClosed ? toDate(tx.now) : null;
  await tx.db.$executeRaw`
    insert into dispute (tenant_id, id, payment_id, provider_id, state, amount_minor, reason, evidence_due_at, closed_at)
    values (${tx.tenantId}::uuid, ${newId()}::uuid, ${dispute.paymentId}::uuid, ${dispute.providerId}, ${dispute.state}, ${dispute.amountMinor},
            ${dispute.reason}::text, ${dispute.evidenceDueAt}::timestamptz, ${closedAt}::timestamptz)
    on conflict (tenant_id, provider_id) do update set state = excluded.state, reason = excluded.reason,
      evidence_due_at = excluded.evidence_due_at, closed_at = coalesce(dispute.closed_at, excluded.closed_at), updated_at = now()`;
}

export type DisputeFilters = {
  readonly customerId?: string;
  readonly invoiceId?: string;
  readonly paymentId?: string;
  readonly state?: DisputeState;
};

/** Newest first. */
export async function listDisputes(
  tx: TenantTx,
  query: PageQuery<DisputeFilters>,
): Promise<Page<DisputeRow>> {
  const { customerId = null, invoiceId = null, paymentId = null, state = null } = query.filters ?? {};
  const rows = await tx.db.$queryRaw<DisputeRow[]>`
    select ${columns} from dispute d join payment p on p.tenant_id = d.tenant_id and p.id = d.payment_id
    where d.tenant_id = ${tx.tenantId}::uuid and (${query.cursor}::uuid is null or d.id < ${query.cursor}::uuid)
      and (${customerId}::uuid is null or p.customer_id = ${customerId}::uuid)
      and (${invoiceId}::uuid is null or p.invoice_id = ${invoiceId}::uuid)
      and (${paymentId}::uuid is null or ${paymentId}::uuid in (p.id, p.payment_attempt_id))
      and (${state}::text is null or d.state = ${state}::text)
    order by d.id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}
