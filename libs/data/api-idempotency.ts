import { domainError } from "#libs/core/errors.ts";
import type { TenantTx } from "./database.ts";
import type { Retention } from "./retention.ts";

/** An answer as it is given again: the body's text, byte for byte. */
export type StoredAnswer = {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

export type IdempotencyKey = { readonly route: string; readonly key: string; readonly bodyHash: string };

export type IdempotencyClaim =
  | { readonly outcome: "claimed"; readonly fence: Date }
  | { readonly outcome: "completed"; readonly answer: StoredAnswer }
  | { readonly outcome: "running" }
  | { readonly outcome: "reused" };

/**
 * Claims a key for one request. A key older than 30 days is free again; one whose lease ran out is taken over by
 * a request with the same body, and `fence` stops whoever held it before. Commit before the verb begins.
 */
export async function claimApiIdempotency(
  tx: TenantTx,
  input: IdempotencyKey,
  leaseMs: number,
): Promise<IdempotencyClaim> {
  const claimed = await tx.db.$queryRaw<{ locked_until: Date }[]>`
    insert into api_idempotency as k (tenant_id, route, key, body_hash, state, locked_until)
    values (${tx.tenantId}::uuid, ${input.route}, ${input.key}, ${input.bodyHash}, 'running', clock_timestamp() + ${leaseMs} * interval '1 millisecond')
    on conflict (tenant_id, route, key) do update set
      body_hash = excluded.body_hash, state = 'running', status = null, response = null, locked_until = excluded.locked_until,
      created_at = case when k.created_at < now() - interval '30 days' then now() else k.created_at end
    where k.created_at < now() - interval '30 days'
       or (k.state = 'running' and k.locked_until < clock_timestamp() and k.body_hash = excluded.body_hash)
    returning locked_until`;
  if (claimed[0]) return { outcome: "claimed", fence: claimed[0].locked_until };
  const [held] = await tx.db.$queryRaw<
    {
      body_hash: string;
      state: string;
      status: number | null;
      response: Omit<StoredAnswer, "status"> | null;
    }[]
  >`
    select body_hash, state, status, response from api_idempotency
    where tenant_id = ${tx.tenantId}::uuid and route = ${input.route} and key = ${input.key}`;
  if (!held) return { outcome: "running" }; // released between the two statements: the caller comes again
  if (held.body_hash !== input.bodyHash) return { outcome: "reused" };
  if (held.state === "running" || held.response === null) return { outcome: "running" };
  return { outcome: "completed", answer: { status: held.status ?? 200, ...held.response } };
}

/**
 * Stores the answer in the verb's own transaction.
 * @throws `idempotency_key_in_progress` when another request has taken the key over; the verb must roll back
 */
export async function completeApiIdempotency(
  tx: TenantTx,
  input: IdempotencyKey,
  fence: Date,
  answer: StoredAnswer,
): Promise<void> {
  const { status, ...response } = answer;
  const changed = await tx.db.$executeRaw`
    update api_idempotency set state = 'completed', status = ${status}, response = ${JSON.stringify(response)}::jsonb
    where tenant_id = ${tx.tenantId}::uuid and route = ${input.route} and key = ${input.key}
      and state = 'running' and locked_until = ${fence}`;
  if (changed !== 1) throw domainError("idempotency_key_in_progress");
}

/** Gives a key back after an answer that is not stored, so that the next try may run at once. */
export async function releaseApiIdempotency(tx: TenantTx, input: IdempotencyKey, fence: Date): Promise<void> {
  await tx.db.$executeRaw`
    delete from api_idempotency
    where tenant_id = ${tx.tenantId}::uuid and route = ${input.route} and key = ${input.key}
      and state = 'running' and locked_until = ${fence}`;
}

/** Deletes keys that are kept no longer. Returns how many. */
export async function pruneApiIdempotency(tx: TenantTx, retention: Retention): Promise<number> {
  return tx.db.$executeRaw`
    delete from api_idempotency where tenant_id = ${tx.tenantId}::uuid and created_at < ${retention.before} and (route, key) in (
      select route, key from api_idempotency where tenant_id = ${tx.tenantId}::uuid and created_at < ${retention.before}
      order by created_at limit ${retention.limit})`;
}
