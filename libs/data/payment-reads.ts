import { Prisma } from "#prisma/generated/client.ts";
import type { TenantTx } from "./database.ts";
import type { AttemptState } from "./payment-attempts.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";

/** A payment from its first try to its end: an attempt and the money that it brought, or money that came from outside. */
export type PaymentView = {
  readonly id: string;
  readonly invoice_id: string;
  readonly customer_id: string;
  readonly provider: string;
  readonly provider_id: string | null;
  readonly method: string;
  readonly reference: string | null;
  readonly state: AttemptState;
  /** What was asked for, and once it succeeded all that came. */
  readonly amount_minor: bigint;
  /** The part of it that became credit. */
  readonly overpaid_minor: bigint;
  /** Refunds that have not failed. */
  readonly refunded_minor: bigint;
  readonly currency: string;
  readonly failure_code: string | null;
  readonly failure_message: string | null;
  readonly next_attempt_at: Date | null;
  readonly received_at: Date | null;
  readonly created_at: Date;
};

export type PaymentFilters = {
  readonly customerId?: string;
  readonly invoiceId?: string;
  readonly state?: AttemptState;
};

const refunded = Prisma.sql`coalesce((select sum(r.amount_minor) from refund r
  where r.tenant_id = p.tenant_id and r.payment_id = p.id and r.state <> 'failed'), 0)::bigint`;

/** Tries with what they brought. A try that was marked as taken back from outside is no payment. */
const tries = Prisma.sql`select a.id, a.invoice_id, i.customer_id, a.provider, a.provider_id, a.method, p.reference, a.state,
    coalesce(p.amount_minor, a.amount_minor) as amount_minor, coalesce(p.overpaid_minor, 0) as overpaid_minor, ${refunded} as refunded_minor,
    a.currency, a.failure_code, a.failure_message, a.next_attempt_at, p.received_at, a.opened_at as created_at
  from payment_attempt a join invoice i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
  left join payment p on p.tenant_id = a.tenant_id and p.payment_attempt_id = a.id
  where (a.provider <> 'manual' or a.state = 'failed')`;

/** Money that no try of ours brought. */
const others = Prisma.sql`select p.id, p.invoice_id, p.customer_id, p.provider, p.provider_id, p.method, p.reference, 'succeeded' as state,
    p.amount_minor, p.overpaid_minor, ${refunded} as refunded_minor,
    p.currency, null as failure_code, null as failure_message, null::timestamptz as next_attempt_at, p.received_at, p.created_at
  from payment p where p.payment_attempt_id is null`;

/** One payment, by its own id or its attempt's; null when there is none. */
export async function findPaymentView(tx: TenantTx, id: string): Promise<PaymentView | null> {
  const rows = await tx.db.$queryRaw<PaymentView[]>`
    (${tries} and a.tenant_id = ${tx.tenantId}::uuid and (a.id = ${id}::uuid
       or a.id = (select o.payment_attempt_id from payment o where o.tenant_id = ${tx.tenantId}::uuid and o.id = ${id}::uuid)))
    union all
    (${others} and p.tenant_id = ${tx.tenantId}::uuid and p.id = ${id}::uuid)`;
  return rows[0] ?? null;
}

/** Newest first. */
export async function listPaymentViews(
  tx: TenantTx,
  query: PageQuery<PaymentFilters>,
): Promise<Page<PaymentView>> {
  const { customerId = null, invoiceId = null, state = null } = query.filters ?? {};
  const take = query.limit + 1;
  const rows = await tx.db.$queryRaw<PaymentView[]>`
    select * from (
      (${tries} and a.tenant_id = ${tx.tenantId}::uuid and (${query.cursor}::uuid is null or a.id < ${query.cursor}::uuid)
         and (${invoiceId}::uuid is null or a.invoice_id = ${invoiceId}::uuid)
         and (${customerId}::uuid is null or i.customer_id = ${customerId}::uuid)
         and (${state}::text is null or a.state = ${state}::text)
       order by a.id desc limit ${take})
      union all
      (${others} and p.tenant_id = ${tx.tenantId}::uuid and (${query.cursor}::uuid is null or p.id < ${query.cursor}::uuid)
         and (${invoiceId}::uuid is null or p.invoice_id = ${invoiceId}::uuid)
         and (${customerId}::uuid is null or p.customer_id = ${customerId}::uuid)
         and (${state}::text is null or ${state}::text = 'succeeded')
       order by p.id desc limit ${take})
    ) found order by id desc limit ${take}`;
  return toPage(rows, query.limit);
}
