import { creditExpiryPostings } from "#libs/core/ledger/postings.ts";
import { expireGrants, lockExpiredGrants } from "#libs/data/credits.ts";
import { type Db, type TenantTx, withSystem, withTenant } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { postLedger } from "#libs/data/ledger.ts";
import { listTenantIds } from "#libs/data/tenants.ts";
import type { Deps } from "../deps.ts";

/**
 * Takes what is left of grants that have expired by the tenant's clock: it becomes revenue. What a void invoice gives back
 * to an expired grant expires the next time. Until then it is not usable either: finalization looks at the clock.
 * @returns how many grants lost something
 */
export async function expireCredits(tx: TenantTx): Promise<number> {
  const expired = await lockExpiredGrants(tx);
  await expireGrants(
    tx,
    expired.map((grant) => ({ id: grant.id, amountMinor: grant.left_minor })),
  );
  await postLedger(
    tx,
    expired.map((grant) => ({
      kind: "credit.expired",
      // one grant may lose something more than once: each time after another amount
      ref: `${grant.id}/${grant.expired_minor}`,
      customerId: grant.customer_id,
      invoiceId: null,
      postings: creditExpiryPostings({ currency: grant.currency, amountMinor: grant.left_minor }),
    })),
  );
  await emitEvents(
    tx,
    expired.map((grant) => ({
      ...{ type: "credit.expired" as const, subjectType: "credit_grant" as const, subjectId: grant.id },
      data: { customer_id: grant.customer_id },
    })),
  );
  return expired.length;
}

/** The sweep over all tenants; one that fails is logged and keeps no other waiting. */
export async function sweepExpiredCredits(deps: Pick<Deps, "database" | "logger">): Promise<number> {
  let expired = 0;
  for (const tenantId of await withSystem(deps.database, (db: Db) => listTenantIds(db))) {
    try {
      expired += await withTenant(deps.database, { tenantId, actor: "scheduler" }, expireCredits);
    } catch (error) {
      deps.logger.error("credits of a tenant could not expire", { tenant_id: tenantId, error });
    }
  }
  return expired;
}
