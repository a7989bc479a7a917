import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { domainError } from "#libs/core/errors.ts";
import { type ApiKeyRole, type ApiKeyRow, findApiKey, insertApiKey } from "#libs/data/api-keys.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { type TenantTx, toDate } from "#libs/data/database.ts";
import { newId } from "#libs/data/new-id.ts";
import { findTenant } from "#libs/data/tenants.ts";
import type { Temporal } from "temporal-polyfill";
import { hashApiKey, newApiKeySecret } from "./api-key-secret.ts";

export type NewApiKeyInput = {
  readonly name: string;
  readonly role: ApiKeyRole;
  /** System time; unset: never. */
  readonly expiresAt?: Temporal.Instant;
};

/** Creates a key of the tenant's mode. The secret is returned here and can never be read again. Throws `fields_invalid`. */
export async function createApiKey(
  tx: TenantTx,
  input: NewApiKeyInput,
): Promise<{ row: ApiKeyRow; secret: string }> {
  assertNoPlaces(
    input.name.trim() === "" ? [{ path: "name", code: "text_empty", message: "must not be empty" }] : [],
  );
  const tenant = await findTenant(tx);
  if (tenant === null) throw domainError("tenant_not_found", `no tenant ${tx.tenantId}`);
  const secret = newApiKeySecret(tenant.mode);
  const id = newId();
  await insertApiKey(tx.db, {
    tenantId: tx.tenantId,
    id,
    name: input.name,
    role: input.role,
    hash: hashApiKey(secret),
    lastFour: secret.slice(-4),
    expiresAt: input.expiresAt ? toDate(input.expiresAt) : null,
  });
  const row = await findApiKey(tx, id);
  if (row === null) throw domainError("internal", `API key ${id} vanished while it was created`);
  assertNoPlaces(
    row.expires_at === null || row.expires_at > row.created_at
      ? []
      : [
          {
            path: "expires_at",
            code: "not_in_future",
            message: `must lie in the future, got ${row.expires_at.toISOString()}`,
          },
        ],
  );
  await writeAudit(tx, { action: "api_key.create", targetType: "api_key", targetId: id, after: row });
  return { row, secret };
}
