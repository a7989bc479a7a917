import { Prisma } from "#prisma/generated/client.ts";
import { toDate, type TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";

export type CreditGrantRow = {
  readonly id: string;
  readonly customer_id: string;
  readonly currency: string;
  readonly amount_minor: bigint;
  readonly left_minor: bigint;
  readonly expired_minor: bigint;
  /** Given back as money. */
  readonly refunded_minor: bigint;
  readonly priority: number;
  readonly cost_basis: string | null;
  readonly expires_at: Date | null;
  readonly reason: string | null;
  readonly source_invoice_id: string | null;
  readonly created_at: Date;
};

/** What is left of a grant: what a void invoice used is free again, and a void invoice grants nothing. */
const left = Prisma.sql`
  case when exists (select 1 from invoice s where s.tenant_id = g.tenant_id and s.id = g.source_invoice_id and s.invoice_status = 'voided') then 0
  else g.amount_minor - g.expired_minor - g.refunded_minor - coalesce((select sum(u.amount_minor) from credit_use u
    join invoice i on i.tenant_id = u.tenant_id and i.id = u.invoice_id
    where u.tenant_id = g.tenant_id and u.credit_grant_id = g.id and i.invoice_status <> 'voided'), 0) end::bigint`;

const columns = Prisma.sql`g.id, g.customer_id, g.currency, g.amount_minor, ${left} as left_minor, g.expired_minor, g.refunded_minor, g.priority,
  trim_scale(g.cost_basis)::text as cost_basis, g.expires_at, g.reason, g.source_invoice_id, g.created_at`;

const inOrderOfUse = Prisma.sql`order by g.priority, g.expires_at nulls last, g.created_at, g.id`;

/** A customer's grants that have not expired by `tx.now`, as `lockOpenGrants` reads them, without a lock: for a preview. */
export async function listOpenGrants(tx: TenantTx, customerId: string): Promise<CreditGrantRow[]> {
  return tx.db.$queryRaw<CreditGrantRow[]>`
    select ${columns} from credit_grant g where g.tenant_id = ${tx.tenantId}::uuid and g.customer_id = ${customerId}::uuid
      and g.amount_minor > g.expired_minor and (g.expires_at is null or g.expires_at > ${toDate(tx.now)}) ${inOrderOfUse}`;
}

/**
 * Locks the customers' grants that have not expired by `tx.now`, then looks what is left of them: in the order in which they
 * are used, by priority (lowest first), expiry (none last) and age.
 */
export async function lockOpenGrants(
  tx: TenantTx,
  customerIds: readonly string[],
): Promise<CreditGrantRow[]> {
  const ids = [...new Set(customerIds)];
  const locked = await tx.db.$queryRaw<{ id: string }[]>`
    select id from credit_grant where tenant_id = ${tx.tenantId}::uuid and customer_id = any(${ids}::uuid[])
      and amount_minor > expired_minor + refunded_minor and (expires_at is null or expires_at > ${toDate(tx.now)})
    order by id for update`;
  if (locked.length === 0) return [];
  return tx.db.$queryRaw<CreditGrantRow[]>`
    select ${columns} from credit_grant g
    where g.tenant_id = ${tx.tenantId}::uuid and g.id = any(${locked.map(({ id }) => id)}::uuid[]) ${inOrderOfUse}`;
}

export type NewCreditGrant = {
  readonly id: string;
  readonly customerId: string;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly priority: number;
  readonly costBasis: string | null;
  readonly expiresAt: Date | null;
  readonly reason: string | null;
  readonly sourceInvoiceId: string | null;
};

export async function insertCreditGrants(tx: TenantTx, grants: readonly NewCreditGrant[]): Promise<void> {
  if (grants.length === 0) return;
  await tx.db.$executeRaw`
    insert into credit_grant (tenant_id, id, customer_id, currency, amount_minor, priority, cost_basis, expires_at, reason, source_invoice_id)
    select ${tx.tenantId}::uuid, n.* from unnest(${grants.map((g) => g.id)}::uuid[], ${grants.map((g) => g.customerId)}::uuid[],
      ${grants.map((g) => g.currency)}::text[], ${grants.map((g) => g.amountMinor)}::bigint[], ${grants.map((g) => g.priority)}::int[],
      ${grants.map((g) => g.costBasis)}::numeric[], ${grants.map((g) => g.expiresAt)}::timestamptz[], ${grants.map((g) => g.reason)}::text[],
      ${grants.map((g) => g.sourceInvoiceId)}::uuid[]) as n`;
}

/** Uses of locked grants; the database refuses more than a grant holds. */
export async function insertCreditUses(
  tx: TenantTx,
  uses: readonly { readonly grantId: string; readonly invoiceId: string; readonly amountMinor: bigint }[],
): Promise<void> {
  if (uses.length === 0) return;
  await tx.db.$executeRaw`
    insert into credit_use (tenant_id, id, credit_grant_id, invoice_id, amount_minor)
    select ${tx.tenantId}::uuid, n.* from unnest(${uses.map(() => newId())}::uuid[], ${uses.map((u) => u.grantId)}::uuid[],
      ${uses.map((u) => u.invoiceId)}::uuid[], ${uses.map((u) => u.amountMinor)}::bigint[]) as n`;
}

/** Writes the credits of drafts, and what is due after them. */
export async function saveDraftCredits(
  tx: TenantTx,
  list: readonly { readonly id: string; readonly creditMinor: bigint }[],
): Promise<void> {
  if (list.length === 0) return;
  await tx.db.$executeRaw`
    update invoice i set credit_total_minor = c.credit, amount_due_minor = i.total_minor - c.credit
    from unnest(${list.map((c) => c.id)}::uuid[], ${list.map((c) => c.creditMinor)}::bigint[]) as c (id, credit)
    where i.tenant_id = ${tx.tenantId}::uuid and i.id = c.id and i.invoice_status = 'draft'`;
}

/** Locks the grant that an invoice's surplus made, and tells how much of it was used or has expired. */
export async function lockSurplusUsed(tx: TenantTx, invoiceId: string): Promise<bigint> {
  await tx.db
    .$queryRaw`select id from credit_grant where tenant_id = ${tx.tenantId}::uuid and source_invoice_id = ${invoiceId}::uuid for update`;
  const [row] = await tx.db.$queryRaw<{ used: bigint | null }[]>`
    select sum(g.amount_minor - ${left})::bigint as used from credit_grant g
    where g.tenant_id = ${tx.tenantId}::uuid and g.source_invoice_id = ${invoiceId}::uuid`;
  return row?.used ?? 0n;
}

/** Locks the credit that a payment's surplus became, and tells what is left of it now; null when there is none. */
export async function lockGrantOfPayment(
  tx: TenantTx,
  paymentId: string,
): Promise<{ readonly id: string; readonly left_minor: bigint } | null> {
  await tx.db
    .$queryRaw`select id from credit_grant where tenant_id = ${tx.tenantId}::uuid and source_payment_id = ${paymentId}::uuid for update`;
  const rows = await tx.db.$queryRaw<{ id: string; left_minor: bigint }[]>`
    select g.id, ${left} as left_minor from credit_grant g
    where g.tenant_id = ${tx.tenantId}::uuid and g.source_payment_id = ${paymentId}::uuid`;
  return rows[0] ?? null;
}

/** Takes a part of the credit that a payment's surplus became; below zero: gives it again. */
export async function takeGrantOfPayment(
  tx: TenantTx,
  paymentId: string,
  amountMinor: bigint,
): Promise<void> {
  await tx.db.$executeRaw`
    update credit_grant set refunded_minor = refunded_minor + ${amountMinor}
    where tenant_id = ${tx.tenantId}::uuid and source_payment_id = ${paymentId}::uuid`;
}

/** Newest first. */
export async function listCreditGrants(tx: TenantTx, customerId: string): Promise<CreditGrantRow[]> {
  return tx.db.$queryRaw<CreditGrantRow[]>`
    select ${columns} from credit_grant g where g.tenant_id = ${tx.tenantId}::uuid and g.customer_id = ${customerId}::uuid order by g.id desc`;
}

/** Locks grants that have expired by `tx.now` and still hold something, with what is left of each. */
export async function lockExpiredGrants(tx: TenantTx): Promise<CreditGrantRow[]> {
  const locked = await tx.db.$queryRaw<{ id: string }[]>`
    select id from credit_grant where tenant_id = ${tx.tenantId}::uuid and expires_at <= ${toDate(tx.now)} and amount_minor > expired_minor + refunded_minor
    order by id for update`;
  if (locked.length === 0) return [];
  const rows = await tx.db.$queryRaw<CreditGrantRow[]>`
    select ${columns} from credit_grant g where g.tenant_id = ${tx.tenantId}::uuid and g.id = any(${locked.map(({ id }) => id)}::uuid[])`;
  return rows.filter((row) => row.left_minor > 0n);
}

/** Adds what was left of grants to what has expired of them. */
export async function expireGrants(
  tx: TenantTx,
  list: readonly { readonly id: string; readonly amountMinor: bigint }[],
): Promise<void> {
  if (list.length === 0) return;
  await tx.db.$executeRaw`
    update credit_grant g set expired_minor = g.expired_minor + e.amount
    from unnest(${list.map((e) => e.id)}::uuid[], ${list.map((e) => e.amountMinor)}::bigint[]) as e (id, amount)
    where g.tenant_id = ${tx.tenantId}::uuid and g.id = e.id`;
}

export type CustomerBalance = {
  readonly currency: string;
  /** What may still be used by the clock. */
  readonly credit_minor: bigint;
  /** What is left to pay on issued invoices. */
  readonly receivable_minor: bigint;
  /** What credit notes promised to pay out and nobody has. */
  readonly refunds_payable_minor: bigint;
};

/** By currency; currencies in which the customer neither holds nor owes anything are left out. */
export async function readBalances(tx: TenantTx, customerId: string): Promise<CustomerBalance[]> {
  return tx.db.$queryRaw<CustomerBalance[]>`
    select currency, sum(credit)::bigint as credit_minor, sum(receivable)::bigint as receivable_minor, sum(refunds)::bigint as refunds_payable_minor from (
      select g.currency, ${left} as credit, 0 as receivable, 0 as refunds from credit_grant g
      where g.tenant_id = ${tx.tenantId}::uuid and g.customer_id = ${customerId}::uuid and (g.expires_at is null or g.expires_at > ${toDate(tx.now)})
      union all
      select currency, 0, amount_due_minor - amount_paid_minor - amount_offset_minor, 0 from invoice
      where tenant_id = ${tx.tenantId}::uuid and customer_id = ${customerId}::uuid and invoice_status = 'finalized' and invoice_type <> 'credit'
        and uncollectible_at is null
      union all
      select currency, 0, 0, total_minor from invoice
      where tenant_id = ${tx.tenantId}::uuid and customer_id = ${customerId}::uuid and invoice_status = 'finalized' and settlement = 'refund'
      union all
      select p.currency, 0, 0, -r.note_minor from refund r join payment p on p.tenant_id = r.tenant_id and p.id = r.payment_id
      where p.tenant_id = ${tx.tenantId}::uuid and p.customer_id = ${customerId}::uuid and r.state in ('processing', 'succeeded')) b
    group by currency having sum(credit) <> 0 or sum(receivable) <> 0 or sum(refunds) <> 0 order by currency`;
}
