import { createHash } from "node:crypto";
import type { Request } from "express";
import { domainError } from "#libs/core/errors.ts";
import {
  claimApiIdempotency,
  completeApiIdempotency,
  type IdempotencyKey,
  releaseApiIdempotency,
  type StoredAnswer,
} from "#libs/data/api-idempotency.ts";
import { type Database, type TenantScope, withTenant } from "#libs/data/database.ts";
import type { Tx } from "#libs/billing/work/tx.ts";

/** Longer than any verb's transaction may last. */
const leaseMs = 60_000;

/** What the verb's transaction calls before it commits. */
export type Complete = (tx: Tx, answer: StoredAnswer) => Promise<void>;

const unstoredStatuses: ReadonlySet<number> = new Set([401, 409, 429]);

/** The key of a request, scoped to tenant and route; null when none was sent. @throws request_malformed */
export function idempotencyKeyOf(request: Request, route: string, body: unknown): IdempotencyKey | null {
  const key = request.get("idempotency-key");
  if (key === undefined) return null;
  if (key.length < 1 || key.length > 255) {
    throw domainError("request_malformed", "Idempotency-Key takes 1 to 255 characters.", {
      errors: [{ path: "Idempotency-Key", code: "out_of_range", message: "takes 1 to 255 characters" }],
    });
  }
  const content = JSON.stringify([
    request.originalUrl,
    body instanceof Buffer ? body.toString("base64") : canonical(body),
  ]);
  return { route, key, bodyHash: createHash("sha256").update(content).digest("hex") };
}

/** The same value whatever the order of its fields. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== "object") return value ?? null;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, item]) => [name, canonical(item)]);
}

/**
 * Runs a request under its key: claim in its own commit, completion in the verb's transaction, replay of what is
 * stored. An answer of the server's (5xx), 401, 409 and 429 is not stored: the key is free again.
 * @throws idempotency_key_reused, idempotency_key_in_progress
 */
export async function withIdempotency(
  database: Database,
  scope: TenantScope,
  key: IdempotencyKey,
  run: (complete: Complete) => Promise<StoredAnswer>,
  describe: (thrown: unknown) => StoredAnswer,
): Promise<StoredAnswer> {
  const claim = await withTenant(database, scope, (tx) => claimApiIdempotency(tx, key, leaseMs));
  switch (claim.outcome) {
    case "completed":
      return { ...claim.answer, headers: { ...claim.answer.headers, "Idempotency-Replayed": "true" } };
    case "reused":
      throw domainError(
        "idempotency_key_reused",
        `Idempotency-Key "${key.key}" was used with another body on this route; choose a new key.`,
      );
    case "running":
      throw domainError("idempotency_key_in_progress");
    case "claimed":
  }
  const { fence } = claim;
  try {
    return await run((tx, answer) => completeApiIdempotency(tx, key, fence, answer));
  } catch (error) {
    const answer = describe(error);
    const isStored = answer.status < 500 && !unstoredStatuses.has(answer.status);
    await withTenant(database, { ...scope, keyId: undefined }, (tx) =>
      isStored ? completeApiIdempotency(tx, key, fence, answer) : releaseApiIdempotency(tx, key, fence),
    ).catch(() => undefined); // the lease ends by itself; the first error is the one to tell
    throw error;
  }
}
