import { z } from "zod";
import { verifyAudit } from "#libs/billing/audit/verify-audit.ts";
import {
  auditEntryWire,
  auditVerdictWire,
  presentAuditEntry,
  presentAuditVerdict,
} from "#libs/billing/wire/audit-wire.ts";
import { timestamp } from "#libs/billing/wire/wire-values.ts";
import { defined } from "#libs/core/defined.ts";
import { readPublicId } from "#libs/core/public-id.ts";
import { listAudit } from "#libs/data/audit-log.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";

const tag = "Audit log";
const filter = z.string().min(1).max(500).optional();

const list = defineRoute({
  method: "get",
  path: "/v1/audit_log",
  tag,
  summary: "List what was done",
  description: "Who changed what, why, from where, and how it was before and after; newest first.",
  access: "read",
  query: z.strictObject({
    ...pageFields,
    actor: filter,
    action: filter,
    target_type: filter,
    target_id: filter.describe("Id of what was changed, such as cus_..."),
    request_id: filter,
    from: timestamp.optional().describe("Written at or after"),
    to: timestamp.optional().describe("Written before"),
  }),
  response: { status: 200, schema: listOf(auditEntryWire) },
  errors: [],
  example: { query: { action: "invoice.void" } },
  transaction: async (tx, { query }) => {
    const target = query.target_id;
    const filters = defined({
      actor: query.actor,
      action: query.action,
      targetType: query.target_type,
      targetId: target === undefined ? undefined : (readPublicId(target)?.uuid ?? target),
      requestId: query.request_id,
      from: query.from === undefined ? undefined : new Date(query.from),
      to: query.to === undefined ? undefined : new Date(query.to),
    });
    return listAnswer(
      "audit_log",
      await listAudit(tx, pageQuery("audit_log", query, filters)),
      presentAuditEntry,
    );
  },
});

const verify = defineRoute({
  method: "get",
  path: "/v1/audit_log/verify",
  tag,
  summary: "Verify the audit log",
  description:
    "Computes the chain again from its first entry. With a head that was noted earlier, also says whether the chain still holds it.",
  access: "read",
  query: z
    .strictObject({
      sequence: z.coerce.number().int().min(1).optional().describe("Of a head that was noted earlier"),
      hash: z
        .string()
        .regex(/^[0-9a-f]{64}$/, { error: "must be 64 hexadecimal digits" })
        .optional()
        .describe("Of the same head"),
    })
    .refine((query) => (query.sequence === undefined) === (query.hash === undefined), {
      error: "sequence and hash of a noted head go together",
    }),
  response: { status: 200, schema: auditVerdictWire },
  errors: [],
  example: {},
  transaction: async (tx, { query }) => {
    const { sequence, hash } = query;
    const noted = sequence === undefined || hash === undefined ? null : { sequence: BigInt(sequence), hash };
    return { body: presentAuditVerdict(await verifyAudit(tx, noted)) };
  },
});

export const auditLogRoutes: readonly Route[] = [list, verify];
