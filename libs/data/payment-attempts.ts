import type { Db, TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";

export type AttemptState = "open" | "processing" | "succeeded" | "failed" | "canceled";

/** A payer who has not confirmed for this long has left; what was opened is withdrawn. */
const abandonedAfterMs = 3_600_000;

export type AttemptRow = {
  readonly id: string;
  readonly invoice_id: string;
  readonly provider: string;
  readonly method: string;
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly state: AttemptState;
  readonly provider_id: string | null;
  readonly failure_code: string | null;
  readonly failure_message: string | null;
  /** The link that a payer opened it through, who confirms it; null: it charges a saved method. */
  readonly payment_link_id: string | null;
  /** Which try of its invoice at this provider it is, from 1. */
  readonly attempt_no: number;
};

/**
 * Opens the one attempt of an invoice for what is left to pay, as the database says now. Null when another one is
 * open, or nothing is left. Answers earlier attempts that waited for a retry; behind a payer's own try they only wait
 * longer, since that one may be abandoned.
 */
export async function openAttempt(
  tx: TenantTx,
  input: {
    readonly invoiceId: string;
    readonly provider: string;
    readonly method: string;
    /** The link through which a payer opens it. */
    readonly paymentLinkId?: string;
  },
): Promise<string | null> {
  const paymentLinkId = input.paymentLinkId ?? null;
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    insert into payment_attempt (tenant_id, id, invoice_id, provider, method, amount_minor, currency, state, payment_link_id)
    select tenant_id, ${newId()}::uuid, id, ${input.provider}, ${input.method}, amount_due_minor - amount_paid_minor - amount_offset_minor, currency, 'open', ${paymentLinkId}::uuid
    from invoice where tenant_id = ${tx.tenantId}::uuid and id = ${input.invoiceId}::uuid
      and invoice_status = 'finalized' and amount_due_minor > amount_paid_minor + amount_offset_minor
    on conflict (tenant_id, invoice_id) where state in ('open', 'processing') do nothing
    returning id`;
  const id = rows[0]?.id ?? null;
  if (id !== null) {
    await tx.db.$executeRaw`
      update payment_attempt set next_attempt_at = case when ${paymentLinkId}::uuid is not null
        then greatest(next_attempt_at, now() + 2 * ${abandonedAfterMs}::int * interval '1 millisecond') end
      where tenant_id = ${tx.tenantId}::uuid and invoice_id = ${input.invoiceId}::uuid and next_attempt_at is not null`;
  }
  return id;
}

/** Keeps a try that ended before it began: a failure that somebody reports from outside. */
export async function insertEndedAttempt(
  tx: TenantTx,
  input: {
    readonly invoiceId: string;
    readonly amountMinor: bigint;
    readonly currency: string;
    readonly state: "failed" | "canceled";
    readonly failureMessage: string | null;
  },
): Promise<string> {
  const id = newId();
  await tx.db.$executeRaw`
    insert into payment_attempt (tenant_id, id, invoice_id, provider, method, amount_minor, currency, state, failure_message, closed_at)
    values (${tx.tenantId}::uuid, ${id}::uuid, ${input.invoiceId}::uuid, 'manual', 'manual', ${input.amountMinor}, ${input.currency},
            ${input.state}, ${input.failureMessage}::text, now())`;
  return id;
}

/** The open or processing attempt of an invoice, or null. */
export async function findOpenAttempt(tx: TenantTx, invoiceId: string): Promise<AttemptRow | null> {
  const rows = await tx.db.$queryRaw<AttemptRow[]>`
    select id, invoice_id, provider, method, amount_minor, currency, state, provider_id, failure_code, failure_message, payment_link_id, 0 as attempt_no
    from payment_attempt
    where tenant_id = ${tx.tenantId}::uuid and invoice_id = ${invoiceId}::uuid and state in ('open', 'processing')`;
  return rows[0] ?? null;
}

/**
 * The attempt that a provider's object belongs to, by our id or by its own; null when there is none. To lock it, lock
 * its invoice first: everybody locks in this order.
 */
export async function findAttempt(
  tx: TenantTx,
  by: { readonly provider: string; readonly attemptId: string | null; readonly providerId: string },
): Promise<AttemptRow | null> {
  const rows = await tx.db.$queryRaw<AttemptRow[]>`
    select a.id, a.invoice_id, a.provider, a.method, a.amount_minor, a.currency, a.state, a.provider_id, a.failure_code, a.failure_message, a.payment_link_id,
      (select count(*)::int from payment_attempt b where b.tenant_id = a.tenant_id and b.invoice_id = a.invoice_id and b.provider = a.provider
         and (b.opened_at, b.id) <= (a.opened_at, a.id)) as attempt_no
    from payment_attempt a
    where a.tenant_id = ${tx.tenantId}::uuid and a.provider = ${by.provider}
      and (a.provider_id = ${by.providerId} or (a.id = ${by.attemptId}::uuid and a.provider_id is null))`;
  return rows[0] ?? null;
}

/** The attempt that an object of the provider names as its own, though another object is on record for it. */
export async function findNamedAttempt(
  tx: TenantTx,
  attemptId: string,
): Promise<Pick<AttemptRow, "id" | "invoice_id" | "method"> | null> {
  const rows = await tx.db.$queryRaw<Pick<AttemptRow, "id" | "invoice_id" | "method">[]>`
    select id, invoice_id, method from payment_attempt where tenant_id = ${tx.tenantId}::uuid and id = ${attemptId}::uuid`;
  return rows[0] ?? null;
}

/** What the provider calls a payer's attempt, which stays open until the payer confirms it. */
export async function nameAttempt(tx: TenantTx, attemptId: string, providerId: string): Promise<void> {
  await tx.db.$executeRaw`
    update payment_attempt set provider_id = ${providerId}
    where tenant_id = ${tx.tenantId}::uuid and id = ${attemptId}::uuid and provider_id is null`;
}

/** Keeps why a payer's last try brought nothing; the attempt is open again for the next one. False when it says so already. */
export async function reopenAttempt(
  tx: TenantTx,
  attemptId: string,
  failure: { readonly code: string; readonly message: string },
): Promise<boolean> {
  const changed = await tx.db.$executeRaw`
    update payment_attempt set state = 'open', failure_code = ${failure.code}, failure_message = ${failure.message.slice(0, 1_000)}
    where tenant_id = ${tx.tenantId}::uuid and id = ${attemptId}::uuid and state in ('open', 'processing')
      and (state, failure_code, failure_message) is distinct from ('open', ${failure.code}::text, ${failure.message.slice(0, 1_000)}::text)`;
  return changed === 1;
}

/** The provider took the attempt in hand. */
export async function markAttemptProcessing(
  tx: TenantTx,
  attemptId: string,
  providerId: string,
): Promise<boolean> {
  const changed = await tx.db.$executeRaw`
    update payment_attempt set state = 'processing', provider_id = ${providerId}
    where tenant_id = ${tx.tenantId}::uuid and id = ${attemptId}::uuid and state = 'open'`;
  return changed === 1;
}

/** Ends an attempt; `retryAfterMs` of database time, or null for no retry by itself. */
export async function closeAttempt(
  tx: TenantTx,
  attemptId: string,
  end: {
    readonly state: "succeeded" | "failed" | "canceled";
    readonly providerId: string | null;
    readonly failure: { readonly code: string; readonly message: string } | null;
    readonly retryAfterMs: number | null;
  },
): Promise<void> {
  await tx.db.$executeRaw`
    update payment_attempt set state = ${end.state}, provider_id = coalesce(provider_id, ${end.providerId}::text), closed_at = now(),
      failure_code = ${end.failure?.code ?? null}::text, failure_message = ${end.failure?.message.slice(0, 1_000) ?? null}::text,
      next_attempt_at = now() + ${end.retryAfterMs}::int * interval '1 millisecond'
    where tenant_id = ${tx.tenantId}::uuid and id = ${attemptId}::uuid`;
}

/** Whether this attempt still waits for its retry, and its time has come. */
export async function isRetryDue(tx: TenantTx, attemptId: string): Promise<boolean> {
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    select id from payment_attempt
    where tenant_id = ${tx.tenantId}::uuid and id = ${attemptId}::uuid and state = 'failed' and next_attempt_at <= now()`;
  return rows.length === 1;
}

export type AttemptRef = {
  readonly tenant_id: string;
  readonly id: string;
  readonly invoice_id: string;
  readonly provider_id: string | null;
  /** A payer opened it and has not confirmed for too long. */
  readonly is_abandoned: boolean;
};

/** Failed attempts whose retry is due, of every tenant. System role. */
export async function listDueRetries(db: Db, limit: number): Promise<AttemptRef[]> {
  return db.$queryRaw<AttemptRef[]>`
    select tenant_id, id, invoice_id, provider_id, false as is_abandoned from payment_attempt
    where next_attempt_at <= now() and state = 'failed' order by next_attempt_at limit ${limit}`;
}

/**
 * Attempts that the provider has had in hand for longer than `olderThanMs`, of every tenant: those asked after longest ago
 * first, and each more rarely the older it is (a bank debit takes days). Also those that a payer opened: whether they
 * were confirmed is known to the provider alone. System role.
 */
export async function listSlowAttempts(
  db: Db,
  provider: string,
  olderThanMs: number,
  limit: number,
): Promise<AttemptRef[]> {
  return db.$queryRaw<AttemptRef[]>`
    select tenant_id, id, invoice_id, provider_id,
      state = 'open' and opened_at <= now() - ${abandonedAfterMs}::int * interval '1 millisecond' as is_abandoned
    from payment_attempt
    where provider = ${provider}
      and (state = 'processing' and provider_id is not null
        or state = 'open' and payment_link_id is not null
           and (provider_id is not null or opened_at <= now() - ${abandonedAfterMs}::int * interval '1 millisecond'))
      and coalesce(polled_at, opened_at) <= now() - greatest(${olderThanMs} * interval '1 millisecond', (now() - opened_at) / 20)
    order by coalesce(polled_at, opened_at) limit ${limit}`;
}

/** The provider is asked after it now. */
export async function markPolled(tx: TenantTx, attemptId: string): Promise<void> {
  await tx.db.$executeRaw`
    update payment_attempt set polled_at = now() where tenant_id = ${tx.tenantId}::uuid and id = ${attemptId}::uuid`;
}

/** No further try is due by itself. */
export async function clearRetry(tx: TenantTx, attemptId: string): Promise<void> {
  await tx.db.$executeRaw`
    update payment_attempt set next_attempt_at = null where tenant_id = ${tx.tenantId}::uuid and id = ${attemptId}::uuid`;
}
