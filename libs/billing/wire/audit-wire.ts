import { z } from "zod";
import { isIdKind, publicId } from "#libs/core/public-id.ts";
import type { AuditView } from "#libs/data/audit-log.ts";
import type { AuditVerdict } from "../audit/verify-audit.ts";
import { nullableTimestamp, timestampToWire } from "./wire-values.ts";

const sequence = z.int().describe("Place in the chain, from 1 without gaps");
const hash = z.string().describe("SHA-256, hex, over the link before and the entry");

export const auditEntryWire = z
  .object({
    id: z.string(),
    actor: z
      .string()
      .describe("X-Actor with the key that sent it, a command's user, or a part of Billwright"),
    action: z.string().describe("What was done, such as customer.update"),
    target_type: z.string(),
    target_id: z.string(),
    reason: z.string().nullable(),
    request_id: z.string().nullable(),
    address: z.string().nullable(),
    before: z.unknown().describe("What the change replaced, as it was stored"),
    after: z.unknown(),
    created_at: z.iso.datetime(),
    chain: z
      .object({ sequence, hash })
      .nullable()
      .describe("Null for the seconds until the entry is bound to those before it"),
  })
  .meta({ id: "AuditEntry" });

export function presentAuditEntry(row: AuditView): z.infer<typeof auditEntryWire> {
  const { id, target_type, target_id, created_at, sequence: place, hash: digest, ...rest } = row;
  return {
    ...rest,
    id: publicId("audit_log", id),
    target_type,
    target_id: isIdKind(target_type) ? publicId(target_type, target_id) : target_id,
    created_at: timestampToWire(created_at),
    chain: place === null || digest === null ? null : { sequence: Number(place), hash: digest },
  };
}

export const auditVerdictWire = z
  .object({
    intact: z.boolean(),
    links: z.int().describe("How many links hold, counted from the first"),
    head: z
      .object({ sequence, hash })
      .describe(
        "The last link that holds. Keep it elsewhere: it proves later that nothing before it was rewritten",
      ),
    breach: z
      .object({
        sequence,
        audit_log_id: z.string().nullable(),
        reason: z
          .enum(["gap", "order", "content", "head"])
          .describe(
            "gap: a link is missing. order: it stands on another link. content: its entry was changed. head: it is not the one that was noted",
          ),
      })
      .nullable(),
    unchained: z.object({ entries: z.int(), oldest: z.iso.datetime().nullable() }),
  })
  .meta({ id: "AuditVerdict" });

export function presentAuditVerdict(verdict: AuditVerdict): z.infer<typeof auditVerdictWire> {
  const { intact, head, breach, unchained } = verdict;
  return {
    intact,
    links: Number(head.sequence),
    head: { sequence: Number(head.sequence), hash: head.hash },
    breach:
      breach === null
        ? null
        : {
            sequence: Number(breach.sequence),
            audit_log_id: breach.auditLogId === null ? null : publicId("audit_log", breach.auditLogId),
            reason: breach.reason,
          },
    unchained: { entries: unchained.rows, oldest: nullableTimestamp(unchained.oldest) },
  };
}
