import { inputHash } from "../rating/input-hash.ts";

/** An audit row as it is hashed: text only, JSON columns and times as the database prints them. */
export type AuditFacts = {
  readonly id: string;
  readonly actor: string;
  readonly action: string;
  readonly target_type: string;
  readonly target_id: string;
  readonly reason: string | null;
  readonly request_id: string | null;
  readonly address: string | null;
  readonly before: string | null;
  readonly after: string | null;
  /** RFC 3339, UTC, milliseconds. */
  readonly created_at: string;
};

export type AuditLink = {
  /** 1 for the first link of a tenant, then without gaps. */
  readonly sequence: bigint;
  readonly previousHash: string;
  readonly hash: string;
};

/** Where a chain has got to. */
export type AuditHead = Pick<AuditLink, "sequence" | "hash">;

/** What the first link stands on. */
export const auditGenesis: AuditHead = { sequence: 0n, hash: "0".repeat(64) };

/** The link that binds an audit row to all rows before it: SHA-256, in hex, over the previous link's hash and the row's facts. */
export function linkAudit(previous: AuditHead, facts: AuditFacts): AuditLink {
  return {
    sequence: previous.sequence + 1n,
    previousHash: previous.hash,
    hash: inputHash({ previous_hash: previous.hash, facts }),
  };
}

/** Why a chain cannot be believed from a link on. */
export type AuditBreach = {
  readonly sequence: bigint;
  /** Null when the link itself is missing. */
  readonly auditLogId: string | null;
  /**
   * `gap`: a link is missing. `order`: it does not stand on the link before. `content`: its row was changed.
   * `head`: it is not the one that was noted.
   */
  readonly reason: "gap" | "order" | "content" | "head";
};

/**
 * Follows links, in order of their sequence, from `previous` to the first that does not follow from the one before, or is
 * not the one that was `noted` outside under its sequence.
 * @returns the last link that holds, and what is wrong with the next; null when all hold
 */
export function followAuditLinks(
  previous: AuditHead,
  links: readonly (AuditLink & { readonly facts: AuditFacts })[],
  noted: AuditHead | null,
): { readonly head: AuditHead; readonly breach: AuditBreach | null } {
  let head = previous;
  for (const link of links) {
    const reason = breachOf(head, link, noted);
    if (reason !== null) {
      return { head, breach: { sequence: link.sequence, auditLogId: link.facts.id, reason } };
    }
    head = { sequence: link.sequence, hash: link.hash };
  }
  return { head, breach: null };
}

function breachOf(
  previous: AuditHead,
  link: AuditLink & { readonly facts: AuditFacts },
  noted: AuditHead | null,
): AuditBreach["reason"] | null {
  if (link.sequence !== previous.sequence + 1n) return "gap";
  if (link.previousHash !== previous.hash) return "order";
  if (link.hash !== linkAudit(previous, link.facts).hash) return "content";
  if (noted?.sequence === link.sequence && noted.hash !== link.hash) return "head";
  return null;
}
