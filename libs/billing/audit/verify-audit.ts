import {
  type AuditBreach,
  type AuditHead,
  auditGenesis,
  followAuditLinks,
} from "#libs/core/audit/audit-chain.ts";
import { countUnchainedAudit, listAuditLinks } from "#libs/data/audit-chain.ts";
import type { TenantTx } from "#libs/data/database.ts";

export type AuditVerdict = {
  readonly intact: boolean;
  /** The last link that holds: whoever notes it elsewhere can prove later that nothing before it was rewritten. */
  readonly head: AuditHead;
  readonly breach: AuditBreach | null;
  /** Rows that are not bound yet, which nothing proves so far. */
  readonly unchained: { readonly rows: number; readonly oldest: Date | null };
};

const linksAtOnce = 1_000;

/**
 * Computes the tenant's whole chain again, from its first row, and stops at the first link that does not hold. A chain
 * that was rewritten as a whole holds in itself: only a `noted` head, kept elsewhere, shows that (breach `head`).
 */
export async function verifyAudit(tx: TenantTx, noted: AuditHead | null = null): Promise<AuditVerdict> {
  const unchained = await countUnchainedAudit(tx);
  let head = auditGenesis;
  for (;;) {
    const links = await listAuditLinks(tx, head.sequence, linksAtOnce);
    const followed = followAuditLinks(head, links, noted);
    head = followed.head;
    if (followed.breach !== null) return { intact: false, head, breach: followed.breach, unchained };
    if (links.length < linksAtOnce) break;
  }
  if (noted === null || noted.sequence <= head.sequence)
    return { intact: true, head, breach: null, unchained };
  const breach = { sequence: noted.sequence, auditLogId: null, reason: "gap" as const };
  return { intact: false, head, breach, unchained };
}
