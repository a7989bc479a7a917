import { writeSystemAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import type { Breach } from "#libs/data/invariants/breach.ts";
import { breachCode, parkAccounts } from "#libs/data/subscription-progress.ts";
import type { Invariant } from "./invariant.ts";

/**
 * Puts every live subscription of the accounts aside whose money is in doubt: nothing is billed or charged there until a person
 * takes it back. Safe to repeat: one that is put aside stays as it is.
 * @returns the subscriptions that are put aside by this call
 */
export async function parkBreachedAccounts(
  tx: TenantTx,
  checked: readonly {
    readonly invariant: Pick<Invariant, "code" | "parks">;
    readonly breaches: readonly Breach[];
  }[],
): Promise<readonly { readonly id: string; readonly customer_id: string }[]> {
  const reasons = new Map<string, string>();
  for (const { invariant, breaches } of checked) {
    for (const { customer_id, detail } of breaches) {
      if (!invariant.parks || customer_id === null || reasons.has(customer_id)) continue;
      reasons.set(customer_id, `${invariant.code}: ${detail}`);
    }
  }
  const list = [...reasons].map(([customerId, reason]) => ({ customerId, reason }));
  const parked = await parkAccounts(tx, list);
  await emitEvents(
    tx,
    parked.map(({ id, customer_id, parked_reason }) => ({
      ...{ type: "subscription.parked" as const, subjectType: "subscription" as const, subjectId: id },
      data: { customer_id, code: breachCode, reason: parked_reason },
    })),
  );
  await writeSystemAudit(
    tx,
    parked.map(({ id, parked_reason }) => ({
      ...{ action: "subscription.park", targetType: "subscription", targetId: id, reason: breachCode },
      after: { parked_code: breachCode, parked_reason },
    })),
  );
  return parked;
}
