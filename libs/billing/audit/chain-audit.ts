import { type AuditHead, auditGenesis, linkAudit } from "#libs/core/audit/audit-chain.ts";
import {
  findAuditTail,
  insertAuditLinks,
  listUnchainedAudit,
  lockAuditChain,
} from "#libs/data/audit-chain.ts";
import { type TenantTx, withSystem, withTenant } from "#libs/data/database.ts";
import { listTenantIds } from "#libs/data/tenants.ts";
import type { Deps } from "../deps.ts";

const rowsAtOnce = 500;

/**
 * Binds the tenant's audit rows that no link binds yet, oldest first. One process chains a tenant at a time; another
 * one leaves at once.
 * @returns how many rows were bound; a full batch means there may be more
 */
export async function chainAudit(tx: TenantTx, limit = rowsAtOnce): Promise<number> {
  if (!(await lockAuditChain(tx))) return 0;
  let previous: AuditHead = (await findAuditTail(tx)) ?? auditGenesis;
  const links = (await listUnchainedAudit(tx, limit)).map((facts) => {
    const link = linkAudit(previous, facts);
    previous = link;
    return { ...link, auditLogId: facts.id };
  });
  if (links.length > 0) await insertAuditLinks(tx, links);
  return links.length;
}

/** Chains every tenant's rows. A tenant that fails is logged and keeps no other waiting. */
export async function sweepAuditChains(deps: Pick<Deps, "database" | "logger">): Promise<number> {
  let bound = 0;
  for (const tenantId of await withSystem(deps.database, listTenantIds)) {
    try {
      let more: number;
      do {
        more = await withTenant(deps.database, { tenantId, actor: "scheduler" }, (tx) => chainAudit(tx));
        bound += more;
      } while (more === rowsAtOnce);
    } catch (error) {
      deps.logger.error("audit chaining failed for a tenant", { tenant_id: tenantId, error });
    }
  }
  return bound;
}
