import { hostname } from "node:os";
import { DomainError, domainError, isRetryable } from "#libs/core/errors.ts";
import { type TenantTx, withTenant } from "#libs/data/database.ts";
import {
  claimEffect,
  type EffectClaim,
  effectKey,
  extendEffectLease,
  recordEffect,
  startEffectCall,
} from "#libs/data/effects.ts";
import type { Deps } from "../deps.ts";
import { describeFailure } from "../work/run-work.ts";

/** What an effect keeps of an answer: ids and words, amounts as strings. */
export type EffectValue = Readonly<Record<string, string | number | boolean | null>>;

/**
 * What became of an external call. `unknown`: it may or may not have happened and nobody can be asked; it is kept
 * and never repeated by itself. `stored`: the provider repeats an old failure for this key.
 */
export type EffectResult<T extends EffectValue> =
  | { readonly outcome: "done"; readonly value: T }
  | { readonly outcome: "unknown"; readonly reason: string };

export type ActResult<T extends EffectValue> =
  | EffectResult<T>
  | { readonly outcome: "stored"; readonly error: DomainError };

export type EffectDeps = Pick<Deps, "database" | "failpoint" | "leaseMs">;

export type EffectInput<T extends EffectValue> = {
  readonly tenantId: string;
  /** `noun.verb` of the outside, such as `stripe.invoice_create`. */
  readonly kind: string;
  /** What makes it this effect and no other, made of our ids. */
  readonly businessKey: string;
  readonly requestHash?: string;
  readonly leaseMs?: number;
  /**
   * Asks the provider whether an earlier try succeeded; null = surely not. `wasInFlight`: the earlier try ended
   * without a word (crash, stall), so whoever cannot ask must answer `unknown`.
   */
  readonly probe: (earlier: {
    readonly wasInFlight: boolean;
    readonly firstAt: Date;
  }) => Promise<EffectResult<T> | null>;
  /** Makes the call, once. What it throws decides: `unavailable`, `limit`, `internal` may be tried again, the rest ends the effect. */
  readonly act: (handle: {
    readonly idempotencyKey: string;
    readonly epoch: number;
    readonly fence: bigint;
  }) => Promise<ActResult<T>>;
  /** The provider's name for what was made. */
  readonly externalId: (value: T) => string;
  /** True when whatever `act` throws says that surely nothing happened: the next try need not ask. */
  readonly isRefusalCertain?: boolean;
};

const owner = `${hostname()}/${process.pid}`;

/**
 * Does one thing in the outside world, at most once as far as the provider can be asked. The row is claimed in its
 * own commit (lease on database time, next fence), the start of the call is noted under its key, and the outcome is
 * recorded under the same fence. What succeeded before is returned without a call. A key serves 23 hours; after
 * that, after a failure for good, and after a stored failure the provider is asked first and then a new epoch begins.
 * @throws DomainError effect_in_progress when another worker holds it or took over; whatever `act` threw
 */
export async function runEffect<T extends EffectValue>(
  deps: EffectDeps,
  input: EffectInput<T>,
): Promise<EffectResult<T>> {
  const leaseMs = input.leaseMs ?? deps.leaseMs;
  const inTenant = <R>(work: (tx: TenantTx) => Promise<R>): Promise<R> =>
    withTenant(deps.database, { tenantId: input.tenantId, actor: `effect:${input.kind}` }, work);
  const claim = await inTenant((tx) =>
    claimEffect(tx, {
      kind: input.kind,
      businessKey: input.businessKey,
      requestHash: input.requestHash ?? null,
      leaseMs,
      owner,
    }),
  );
  if (!claim.claimed) return settledResult<T>(input, claim);
  deps.failpoint(`effect.${input.kind}:claimed`);
  const heartbeat = setInterval(() => {
    inTenant((tx) => extendEffectLease(tx, claim, leaseMs)).catch(() => undefined);
  }, leaseMs / 3);
  try {
    const result = await perform(deps, input, claim, inTenant);
    await record(input, claim, inTenant, result);
    deps.failpoint(`effect.${input.kind}:recorded`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}

type InTenant = <R>(work: (tx: TenantTx) => Promise<R>) => Promise<R>;

/** What is already known of an effect that could not be claimed. */
function settledResult<T extends EffectValue>(input: EffectInput<T>, claim: EffectClaim): EffectResult<T> {
  if (claim.state === "succeeded") {
    // The row was written from a value of this kind's own type.
    return { outcome: "done", value: claim.result as T };
  }
  if (claim.state === "unknown") return { outcome: "unknown", reason: claim.error?.message ?? "unknown" };
  throw inProgress(input);
}

function inProgress(input: { readonly kind: string; readonly businessKey: string }): DomainError {
  return domainError(
    "effect_in_progress",
    `${input.kind} for ${input.businessKey} is being done by another worker`,
  );
}

async function perform<T extends EffectValue>(
  deps: EffectDeps,
  input: EffectInput<T>,
  claim: EffectClaim,
  inTenant: InTenant,
): Promise<EffectResult<T>> {
  try {
    const found = await askFirst(deps, input, claim);
    if (found !== null) return found;
    const needsNewKey = claim.key_expired || claim.previous_state === "failed";
    const epoch = needsNewKey ? claim.epoch + 1 : claim.epoch;
    const first = await callOnce(deps, input, claim, inTenant, epoch);
    if (first.outcome !== "stored") return first;
    const happened = await input.probe({ wasInFlight: false, firstAt: claim.first_at });
    if (happened !== null) return happened;
    const second = await callOnce(deps, input, claim, inTenant, epoch + 1);
    if (second.outcome !== "stored") return second;
    throw second.error;
  } catch (error) {
    await recordFailure(input, claim, inTenant, error);
    throw error;
  }
}

/** Whoever is not the first to call asks the provider before calling. */
async function askFirst<T extends EffectValue>(
  deps: EffectDeps,
  input: EffectInput<T>,
  claim: EffectClaim,
): Promise<EffectResult<T> | null> {
  if (!claim.call_started) return null;
  const found = await input.probe({
    wasInFlight: claim.previous_state === "inflight",
    firstAt: claim.first_at,
  });
  deps.failpoint(`effect.${input.kind}:probed`);
  return found;
}

async function callOnce<T extends EffectValue>(
  deps: EffectDeps,
  input: EffectInput<T>,
  claim: EffectClaim,
  inTenant: InTenant,
  epoch: number,
): Promise<ActResult<T>> {
  const idempotencyKey = effectKey(input.kind, input.businessKey, epoch);
  deps.failpoint(`effect.${input.kind}:before-call`);
  if (!(await inTenant((tx) => startEffectCall(tx, claim, { epoch, idempotencyKey })))) {
    throw inProgress(input);
  }
  const result = await input.act({ idempotencyKey, epoch, fence: claim.fence });
  deps.failpoint(`effect.${input.kind}:after-call`);
  return result;
}

async function record<T extends EffectValue>(
  input: EffectInput<T>,
  claim: EffectClaim,
  inTenant: InTenant,
  result: EffectResult<T>,
): Promise<void> {
  const outcome =
    result.outcome === "done"
      ? ({
          state: "succeeded",
          externalId: input.externalId(result.value),
          result: result.value,
        } as const)
      : ({ state: "unknown", error: { code: "outcome_unknown", message: result.reason } } as const);
  if (!(await inTenant((tx) => recordEffect(tx, claim, outcome)))) throw inProgress(input);
}

/** Notes a failed try; when even that fails, the lease runs out and the next try asks first. */
async function recordFailure<T extends EffectValue>(
  input: EffectInput<T>,
  claim: EffectClaim,
  inTenant: InTenant,
  thrown: unknown,
): Promise<void> {
  const isTerminal = thrown instanceof DomainError && !isRetryable(thrown.kind);
  const error = describeFailure(thrown);
  const notStarted = input.isRefusalCertain === true && thrown instanceof DomainError;
  await inTenant((tx) =>
    recordEffect(
      tx,
      claim,
      isTerminal ? { state: "failed", error } : { state: "planned", error, notStarted },
    ),
  ).catch(() => undefined);
}
