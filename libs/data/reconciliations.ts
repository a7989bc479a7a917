import { Prisma } from "#prisma/generated/client.ts";
import type { TenantTx } from "./database.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";

export const reconciliationChecks = ["ledger", "periods", "usage", "effects", "storage", "stripe"] as const;
export type ReconciliationCheck = (typeof reconciliationChecks)[number];

/** One thing that does not agree, as it is kept; field names are those of core. */
export type ReconciliationFinding = {
  readonly check: ReconciliationCheck;
  /** `I3`, or `noun_reason` of what is outside. */
  readonly code: string;
  readonly severity: "critical" | "error" | "warning";
  readonly subjectType: string;
  readonly subjectId: string | null;
  readonly detail: string;
  readonly repair: string;
};

/** How a check went: `objects` were looked at, unless it is `off` here or `failed`. */
export type LookedAt = {
  readonly check: ReconciliationCheck;
  readonly outcome: "done" | "off" | "failed";
  readonly objects: number;
  readonly reason: string | null;
};

export type ReconciliationRow = {
  readonly id: string;
  readonly state: "pending" | "completed";
  readonly checks: readonly ReconciliationCheck[];
  readonly since: Date | null;
  readonly looked: readonly LookedAt[];
  readonly findings: readonly ReconciliationFinding[];
  readonly job_id: string | null;
  readonly created_at: Date;
  readonly completed_at: Date | null;
};

const columns = Prisma.sql`id, state, checks, since, looked, findings, job_id, created_at, completed_at`;

export async function insertReconciliation(
  tx: TenantTx,
  given: Pick<ReconciliationRow, "id" | "checks" | "since">,
): Promise<void> {
  await tx.db.$executeRaw`
    insert into reconciliation (tenant_id, id, state, checks, since)
    values (${tx.tenantId}::uuid, ${given.id}::uuid, 'pending', ${JSON.stringify(given.checks)}::jsonb, ${given.since})`;
}

export async function setReconciliationJob(tx: TenantTx, id: string, jobId: string): Promise<void> {
  await tx.db.$executeRaw`
    update reconciliation set job_id = ${jobId}::uuid where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid`;
}

/** Keeps a report, once: a later try finds it there. */
export async function completeReconciliation(
  tx: TenantTx,
  id: string,
  report: Pick<ReconciliationRow, "looked" | "findings">,
): Promise<boolean> {
  const changed = await tx.db.$executeRaw`
    update reconciliation set state = 'completed', looked = ${JSON.stringify(report.looked)}::jsonb, findings = ${JSON.stringify(report.findings)}::jsonb,
      completed_at = now()
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid and state = 'pending'`;
  return changed === 1;
}

export async function findReconciliation(tx: TenantTx, id: string): Promise<ReconciliationRow | null> {
  const rows = await tx.db.$queryRaw<ReconciliationRow[]>`
    select ${columns} from reconciliation where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid`;
  return rows[0] ?? null;
}

/** Newest first. */
export async function listReconciliations(tx: TenantTx, query: PageQuery): Promise<Page<ReconciliationRow>> {
  const rows = await tx.db.$queryRaw<ReconciliationRow[]>`
    select ${columns} from reconciliation
    where tenant_id = ${tx.tenantId}::uuid and (${query.cursor}::uuid is null or id < ${query.cursor}::uuid)
    order by id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}

/** What we say of our invoices with a mirror, or of those that Stripe names. */
export type MirroredInvoice = {
  readonly id: string;
  readonly number: string | null;
  readonly invoice_status: "draft" | "finalized" | "voided";
  readonly currency: string;
  readonly amount_due_minor: bigint;
  readonly is_paid: boolean;
  /** Money and credit notes settled it once, whatever was given back since. */
  readonly was_paid: boolean;
  readonly mirror_id: string | null;
  readonly mirrored_at: Date | null;
};

/** Invoices whose mirror was noted since then, and those with these ids. */
export async function listMirroredInvoices(
  tx: TenantTx,
  query: { readonly since: Date; readonly ids: readonly string[] },
): Promise<MirroredInvoice[]> {
  return tx.db.$queryRaw<MirroredInvoice[]>`
    select i.id, i.number, i.invoice_status, i.currency, i.amount_due_minor, i.payment_status = 'succeeded' as is_paid,
      i.amount_paid_minor + i.amount_offset_minor + coalesce((select sum(f.reopened_minor) from refund f join payment p on p.tenant_id = f.tenant_id and p.id = f.payment_id
        where f.tenant_id = i.tenant_id and p.invoice_id = i.id and f.state in ('processing', 'succeeded')), 0) >= i.amount_due_minor as was_paid,
      o.provider_id as mirror_id, o.created_at as mirrored_at
    from invoice i
    left join provider_object o on o.tenant_id = i.tenant_id and o.provider = 'stripe' and o.kind = 'invoice' and o.local_id = i.id
    where i.tenant_id = ${tx.tenantId}::uuid and (o.created_at >= ${query.since} or i.id = any(${[...query.ids]}::uuid[]))
    order by i.id`;
}

export type StripePaymentRow = {
  readonly id: string;
  readonly provider_id: string;
  readonly amount_minor: bigint;
  readonly currency: string;
};

/** Payments that came through Stripe since then, and those of these PaymentIntents. */
export async function listStripePayments(
  tx: TenantTx,
  query: { readonly since: Date; readonly providerIds: readonly string[] },
): Promise<StripePaymentRow[]> {
  return tx.db.$queryRaw<StripePaymentRow[]>`
    select id, provider_id, amount_minor, currency from payment
    where tenant_id = ${tx.tenantId}::uuid and provider = 'stripe' and provider_id is not null
      and (created_at >= ${query.since} or provider_id = any(${[...query.providerIds]}::text[])) order by id`;
}

export type StoredFile = {
  readonly invoice_id: string;
  readonly number: string | null;
  readonly object_key: string;
  readonly sha256: string;
  readonly size_bytes: number;
};

/** Files that the store holds: the newest ones, and as many of the older ones by chance. */
export async function sampleStoredFiles(
  tx: TenantTx,
  query: { readonly since: Date | null; readonly limit: number },
): Promise<StoredFile[]> {
  const half = Math.ceil(query.limit / 2);
  return tx.db.$queryRaw<StoredFile[]>`
    with stored as (
      select a.invoice_id, i.number, a.object_key, a.sha256, a.size_bytes, a.id from artifact a
      join invoice i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
      where a.tenant_id = ${tx.tenantId}::uuid and a.stored_at is not null and a.object_key is not null
        and (${query.since}::timestamptz is null or a.stored_at >= ${query.since}::timestamptz)
    ), newest as (select * from stored order by id desc limit ${half})
    select invoice_id, number, object_key, sha256, size_bytes from newest
    union select invoice_id, number, object_key, sha256, size_bytes from (
      select * from stored where id not in (select id from newest) order by random() limit ${query.limit - half}) older
    order by object_key`;
}

/** Which of these keys no file of the tenant has. */
export async function findOrphanKeys(tx: TenantTx, keys: readonly string[]): Promise<string[]> {
  const rows = await tx.db.$queryRaw<{ key: string }[]>`
    select k.key from unnest(${[...keys]}::text[]) as k (key)
    where not exists (select from artifact a where a.tenant_id = ${tx.tenantId}::uuid and a.object_key = k.key) order by k.key`;
  return rows.map((row) => row.key);
}

export type StripeRefundRow = {
  readonly id: string;
  /** Null: Stripe has not told us yet. */
  readonly provider_id: string | null;
  readonly payment_provider_id: string | null;
  readonly state: "pending" | "processing" | "succeeded" | "failed";
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly created_at: Date;
};

/** Refunds that go through Stripe made since then, and those with these names there or here. */
export async function listStripeRefunds(
  tx: TenantTx,
  query: { readonly since: Date; readonly providerIds: readonly string[]; readonly ids: readonly string[] },
): Promise<StripeRefundRow[]> {
  return tx.db.$queryRaw<StripeRefundRow[]>`
    select r.id, r.provider_id, p.provider_id as payment_provider_id, r.state, r.amount_minor, p.currency, r.created_at
    from refund r join payment p on p.tenant_id = r.tenant_id and p.id = r.payment_id
    where r.tenant_id = ${tx.tenantId}::uuid and r.provider = 'stripe'
      and (r.created_at >= ${query.since} or r.provider_id = any(${[...query.providerIds]}::text[]) or r.id = any(${[...query.ids]}::uuid[])) order by r.id`;
}

/** Which of these PaymentIntents brought payments of the tenant, with the payments. */
export async function findPaymentsOfIntents(
  tx: TenantTx,
  intentIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx.db.$queryRaw<{ id: string; provider_id: string }[]>`
    select id, provider_id from payment where tenant_id = ${tx.tenantId}::uuid and provider = 'stripe' and provider_id = any(${[...intentIds]}::text[])`;
  return new Map(rows.map((row) => [row.provider_id, row.id]));
}

/** Whether a comparison of everything was asked for since then; locks out another asker until the transaction ends. */
export async function hasReconciliationSince(tx: TenantTx, since: Date): Promise<boolean> {
  await tx.db
    .$executeRaw`select pg_advisory_xact_lock(hashtextextended('billwright.reconciliation/' || ${tx.tenantId}, 0))`;
  const rows = await tx.db.$queryRaw<object[]>`
    select from reconciliation where tenant_id = ${tx.tenantId}::uuid and created_at >= ${since}
      and jsonb_array_length(checks) = ${reconciliationChecks.length} limit 1`;
  return rows.length > 0;
}
