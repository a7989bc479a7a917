import { domainError } from "#libs/core/errors.ts";
import { type ApiKeyRow, findApiKey, revokeApiKeyRow } from "#libs/data/api-keys.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";

/** Ends a key at once and for good. A second time changes nothing. Throws `api_key_not_found`. */
export async function revokeApiKey(tx: TenantTx, input: { readonly keyId: string }): Promise<ApiKeyRow> {
  const before = await findApiKey(tx, input.keyId);
  if (before === null) throw domainError("api_key_not_found", "there is no such API key");
  if (before.revoked_at !== null) return before;
  await revokeApiKeyRow(tx, before.id);
  const after = await findApiKey(tx, before.id);
  if (after === null) throw domainError("internal", `API key ${before.id} vanished while it was revoked`);
  await writeAudit(tx, {
    action: "api_key.revoke",
    targetType: "api_key",
    targetId: before.id,
    before,
    after,
  });
  return after;
}
