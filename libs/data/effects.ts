import { createHash } from "node:crypto";
import type { TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";

export type EffectState = "planned" | "inflight" | "succeeded" | "failed" | "unknown";

export type EffectError = { readonly code: string; readonly message: string };

/** One external call and what became of it, as a claimant sees it. */
export type EffectRow = {
  readonly id: string;
  readonly state: EffectState;
  readonly fence: bigint;
  readonly epoch: number;
  readonly attempts: number;
  readonly idempotency_key: string;
  readonly external_id: string | null;
  readonly result: unknown;
  readonly error: EffectError | null;
  readonly first_at: Date;
};

/** What the row said before this claim. */
export type EffectClaim = EffectRow & {
  /** Null: another worker holds it, nothing was claimed. */
  readonly claimed: boolean;
  readonly previous_state: EffectState;
  /** Whether a call under the present key was ever started. */
  readonly call_started: boolean;
  /** The present key is so old that the provider may have forgotten it. */
  readonly key_expired: boolean;
};

/** Providers keep idempotency keys for about a day; after 23 hours a key is no longer relied on. */
const keyLifeHours = 23;

/** What the provider sees as the same request: the effect and its epoch. */
export function effectKey(kind: string, businessKey: string, epoch: number): string {
  const hash = createHash("sha256").update(`${kind}|${businessKey}|${epoch}`).digest("hex");
  return `bw-${hash.slice(0, 40)}`;
}

/**
 * Claims an effect: makes its row when there is none, and takes a lease on database time with the next fence.
 * A succeeded or unknown effect, and one that another worker holds, is returned unclaimed.
 */
export async function claimEffect(
  tx: TenantTx,
  input: {
    readonly kind: string;
    readonly businessKey: string;
    readonly requestHash: string | null;
    readonly leaseMs: number;
    readonly owner: string;
  },
): Promise<EffectClaim> {
  await tx.db.$executeRaw`
    insert into effect (tenant_id, id, kind, business_key, idempotency_key, request_hash)
    values (${tx.tenantId}::uuid, ${newId()}::uuid, ${input.kind}, ${input.businessKey}, ${effectKey(input.kind, input.businessKey, 0)}, ${input.requestHash})
    on conflict (tenant_id, kind, business_key) do nothing`;
  const [row] = await tx.db.$queryRaw<EffectClaim[]>`
    with before as (
      select id, state, epoch_started_at is not null as call_started,
        coalesce(epoch_started_at < now() - ${keyLifeHours} * interval '1 hour', false) as key_expired,
        state in ('planned', 'failed') or (state = 'inflight' and lease_until < clock_timestamp()) as is_free
      from effect
      where tenant_id = ${tx.tenantId}::uuid and kind = ${input.kind} and business_key = ${input.businessKey}
      for update
    )
    update effect e set
      state = case when b.is_free then 'inflight' else e.state end,
      fence = case when b.is_free then e.fence + 1 else e.fence end,
      attempts = case when b.is_free then e.attempts + 1 else e.attempts end,
      lease_until = case when b.is_free then clock_timestamp() + ${input.leaseMs} * interval '1 millisecond' else e.lease_until end,
      owner = case when b.is_free then ${input.owner} else e.owner end,
      request_hash = case when b.is_free then coalesce(${input.requestHash}, e.request_hash) else e.request_hash end,
      updated_at = now()
    from before b
    where e.tenant_id = ${tx.tenantId}::uuid and e.id = b.id
    returning e.id, e.state, e.fence, e.epoch, e.attempts, e.idempotency_key, e.external_id, e.result, e.error, e.first_at,
      b.is_free as claimed, b.state as previous_state, b.call_started, b.key_expired`;
  if (row === undefined) throw new Error(`effect ${input.kind} ${input.businessKey} was not written`);
  return row;
}

/** What an effect made is gone at the provider: the next claim makes it anew, under a new key. */
export async function forgetEffect(
  tx: TenantTx,
  effect: { readonly kind: string; readonly businessKey: string },
): Promise<void> {
  const error = JSON.stringify({ code: "gone", message: "deleted at the provider" });
  await tx.db.$executeRaw`
    update effect set state = 'failed', result = null, external_id = null, error = ${error}::jsonb, updated_at = now()
    where tenant_id = ${tx.tenantId}::uuid and kind = ${effect.kind} and business_key = ${effect.businessKey} and state = 'succeeded'`;
}

/** An effect that nobody moves: planned, or in flight under a lease that ran out. */
export type StuckEffect = {
  readonly id: string;
  readonly kind: string;
  readonly business_key: string;
  readonly state: "planned" | "inflight";
  readonly lease_until: Date | null;
  /** The invoice that it is for: named by its key, or that of its attempt or payment. */
  readonly invoice_id: string | null;
};

/** Effects after an id, in its order, that were touched `olderThanMs` ago, and within the last 60 days, and did not end. */
export async function listStuckEffects(
  tx: TenantTx,
  query: { readonly after: string | null; readonly olderThanMs: number; readonly limit: number },
): Promise<StuckEffect[]> {
  return tx.db.$queryRaw<StuckEffect[]>`
    select e.id, e.kind, e.business_key, e.state, e.lease_until, coalesce(i.id, a.invoice_id, p.invoice_id) as invoice_id
    from effect e
    left join invoice i on i.tenant_id = e.tenant_id and i.id::text = split_part(e.business_key, '/', 1)
    left join payment_attempt a on a.tenant_id = e.tenant_id and a.id::text = e.business_key
    left join payment p on p.tenant_id = e.tenant_id and p.id::text = e.business_key
    where e.tenant_id = ${tx.tenantId}::uuid and (${query.after}::uuid is null or e.id > ${query.after}::uuid)
      and (e.state = 'planned' or e.state = 'inflight' and e.lease_until < now())
      and e.updated_at < now() - ${query.olderThanMs} * interval '1 millisecond' and e.updated_at > now() - interval '60 days'
    order by e.id limit ${query.limit}`;
}

type Held = { readonly id: string; readonly fence: bigint };

/** Lengthens the lease of the holder; false when it was taken over. */
export async function extendEffectLease(tx: TenantTx, held: Held, leaseMs: number): Promise<boolean> {
  const changed = await tx.db.$executeRaw`
    update effect set lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    where tenant_id = ${tx.tenantId}::uuid and id = ${held.id}::uuid and fence = ${held.fence} and state = 'inflight'`;
  return changed === 1;
}

/**
 * Says before the call that it starts, under which key: from here on a crash leaves it open whether it happened.
 * A new epoch starts the life of a new key. False when the claim was taken over.
 */
export async function startEffectCall(
  tx: TenantTx,
  held: Held,
  call: { readonly epoch: number; readonly idempotencyKey: string },
): Promise<boolean> {
  const changed = await tx.db.$executeRaw`
    update effect set epoch_started_at = case when epoch = ${call.epoch} then coalesce(epoch_started_at, now()) else now() end,
      epoch = ${call.epoch}, idempotency_key = ${call.idempotencyKey}, updated_at = now()
    where tenant_id = ${tx.tenantId}::uuid and id = ${held.id}::uuid and fence = ${held.fence} and state = 'inflight'`;
  return changed === 1;
}

/** Ends a claim with what is known now, under its fence; false when the claim was taken over meanwhile. */
export async function recordEffect(
  tx: TenantTx,
  held: Held,
  outcome:
    | { readonly state: "succeeded"; readonly externalId: string; readonly result: unknown }
    | { readonly state: "unknown" | "failed"; readonly error: EffectError }
    /** `notStarted`: surely nothing happened, so the next try need not ask. */
    | { readonly state: "planned"; readonly error: EffectError; readonly notStarted: boolean },
): Promise<boolean> {
  const succeeded = outcome.state === "succeeded";
  const changed = await tx.db.$executeRaw`
    update effect set state = ${outcome.state}, lease_until = null, updated_at = now(),
      external_id = ${succeeded ? outcome.externalId : null}::text,
      result = ${succeeded ? JSON.stringify(outcome.result) : null}::jsonb,
      error = ${succeeded ? null : JSON.stringify(outcome.error)}::jsonb,
      epoch_started_at = case when ${outcome.state === "planned" && outcome.notStarted} then null else epoch_started_at end
    where tenant_id = ${tx.tenantId}::uuid and id = ${held.id}::uuid and fence = ${held.fence} and state = 'inflight'`;
  return changed === 1;
}
