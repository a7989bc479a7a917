import { withSystem } from "#libs/data/database.ts";
import { listTenantsToCheck } from "#libs/data/invariant-checks.ts";
import type { Deps } from "../deps.ts";
import { checkInvariants } from "./check-invariants.ts";

export type InvariantSweep = (
  deps: Pick<Deps, "database" | "logger" | "stripe" | "mailer">,
) => Promise<number>;

/**
 * A sweep that looks at the invariants of tenants that were not looked at for `restMs`, those that wait longest first, some of
 * them a turn. A tenant that fails is logged, and waits until the others had their turn.
 * @returns how many breaches one turn found
 */
export function invariantSweep(options: {
  readonly restMs: number;
  readonly tenantsAtOnce?: number;
}): InvariantSweep {
  const { restMs, tenantsAtOnce: limit = 20 } = options;
  const failed = new Set<string>();
  return async (deps) => {
    const query = { restMs, except: [...failed], limit };
    const due = await withSystem(deps.database, (db) => listTenantsToCheck(db, query));
    if (due.length === 0) failed.clear();
    let found = 0;
    for (const tenantId of due) {
      try {
        const checked = await checkInvariants(deps, { tenantId });
        found += checked.reduce((sum, { breaches }) => sum + breaches.length, 0);
      } catch (error) {
        failed.add(tenantId);
        deps.logger.error("the invariants of a tenant could not be looked at", {
          tenant_id: tenantId,
          error,
        });
      }
    }
    return found;
  };
}
