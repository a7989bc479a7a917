import { type TenantTx, withTenant } from "#libs/data/database.ts";
import { saveInvariantChecks } from "#libs/data/invariant-checks.ts";
import type { Breach, LookRange } from "#libs/data/invariants/breach.ts";
import { lowestId } from "#libs/data/new-id.ts";
import { readTenantSpan } from "#libs/data/tenants.ts";
import type { Deps } from "../deps.ts";
import { stagesOf } from "../invoice/plan-missing-deliveries.ts";
import { describeFailure } from "../work/run-work.ts";
import type { Invariant } from "./invariant.ts";
import { invariants } from "./invariant-catalog.ts";
import { parkBreachedAccounts } from "./park-breached-accounts.ts";

/** How a look at one invariant of one tenant ended. `failure`: it could not be looked at. */
export type CheckedInvariant = {
  readonly invariant: Invariant;
  readonly breaches: readonly Breach[];
  readonly failure: { readonly code: string; readonly message: string } | null;
};

export type CheckOptions = {
  /** Looks at everything; unset: at what is recent and, by rotation, at a stretch of what is older. */
  readonly deep?: boolean;
  /** Since when things are recent, system time; default: 35 days ago. */
  readonly since?: Date;
  readonly codes?: readonly string[];
  /** Of one invariant. */
  readonly limit?: number;
  readonly timeoutMs?: number;
  /** Ends the look when the process stops. */
  readonly stopping?: AbortSignal | undefined;
};

const dayMs = 86_400_000;
const stretchMs = 35 * dayMs;
const turnMs = 3_600_000;
const first = "00000000-0000-0000-0000-000000000000";
const last = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/**
 * Looks at every invariant of a tenant, each in a transaction of its own, and notes how it ended. Accounts whose money is in
 * doubt are put aside (`park-breached-accounts.ts`). One that cannot be looked at keeps no other from it.
 * @throws the reason of `stopping`
 */
export async function checkInvariants(
  deps: Pick<Deps, "database" | "logger" | "stripe" | "mailer">,
  input: { readonly tenantId: string } & CheckOptions,
): Promise<CheckedInvariant[]> {
  const { tenantId, timeoutMs = 60_000, stopping } = input;
  const scope = { tenantId, actor: "doctor", timeoutMs, stopping };
  const stages = stagesOf(deps);
  const checked: CheckedInvariant[] = [];
  for (const invariant of invariants) {
    if (input.codes !== undefined && !input.codes.includes(invariant.code)) continue;
    try {
      const breaches = await withTenant(deps.database, scope, async (tx) => {
        const found: Breach[] = [];
        for (const range of await rangesOf(tx, invariant, input)) {
          found.push(...(await invariant.find(tx, { range, stages, deep: input.deep === true })));
        }
        return [...new Map(found.map((breach) => [breach.detail, breach])).values()];
      });
      checked.push({ invariant, breaches, failure: null });
    } catch (error) {
      stopping?.throwIfAborted();
      checked.push({ invariant, breaches: [], failure: describeFailure(error) });
      deps.logger.error("an invariant could not be looked at", {
        tenant_id: input.tenantId,
        invariant: invariant.code,
        error,
      });
    }
  }
  const looked = checked.filter(({ failure }) => failure === null);
  const parked = await withTenant(deps.database, scope, async (tx) => {
    await saveInvariantChecks(
      tx,
      checked.map(({ invariant, breaches, failure }) => ({
        code: invariant.code,
        breaches: failure === null ? breaches.length : null,
      })),
    );
    return parkBreachedAccounts(tx, looked);
  });
  for (const { invariant, breaches } of looked) {
    for (const { detail, subject_type, subject_id } of breaches) {
      const told = { tenant_id: input.tenantId, invariant: invariant.code, severity: invariant.severity };
      const level = invariant.severity === "critical" ? "error" : "warn";
      deps.logger[level]("an invariant does not hold", { ...told, subject_type, subject_id, detail });
    }
  }
  for (const { id, customer_id } of parked) {
    deps.logger.error("a subscription was put aside: the books of its account do not add up", {
      ...{ tenant_id: input.tenantId, subscription_id: id, customer_id },
    });
  }
  return checked;
}

/** The ranges of a look: everything; or what is recent and, each hour another one, a stretch of what is older. */
async function rangesOf(tx: TenantTx, { ranged }: Invariant, options: CheckOptions): Promise<LookRange[]> {
  const limit = options.limit ?? 50;
  const everything = { fromId: first, toId: last, from: new Date(0), to: new Date(8.64e15 / 2), limit };
  if (options.deep === true) return [everything];
  const { now, since } = await readTenantSpan(tx);
  // Business time runs beside system time; what is recent is so by either clock.
  const aheadMs = tx.now.epochMilliseconds - now.getTime();
  const rangeOf = (fromMs: number, toMs: number): LookRange => ({
    ...{ fromId: lowestId(new Date(fromMs)), toId: lowestId(new Date(toMs)), limit },
    ...{ from: new Date(fromMs + aheadMs), to: new Date(toMs + aheadMs) },
  });
  const recentMs = (options.since ?? new Date(now.getTime() - stretchMs)).getTime();
  const recent: LookRange = { ...rangeOf(recentMs, now.getTime()), toId: last, to: everything.to };
  const olderMs = recentMs - since.getTime();
  if (!ranged || options.since !== undefined || olderMs <= 0) return [recent];
  const stretches = Math.ceil(olderMs / stretchMs);
  const at = since.getTime() + (Math.floor(now.getTime() / turnMs) % stretches) * stretchMs;
  return [recent, rangeOf(at, Math.min(at + stretchMs, recentMs))];
}
