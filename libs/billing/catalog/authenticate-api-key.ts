import { timingSafeEqual } from "node:crypto";
import { type ApiKeyRole, useApiKey } from "#libs/data/api-keys.ts";
import { type Database, withSystemSql } from "#libs/data/database.ts";
import type { TenantMode } from "#libs/data/tenants.ts";
import { hashApiKey, modeOfSecret } from "./api-key-secret.ts";

export type AuthenticatedKey = {
  readonly tenantId: string;
  readonly keyId: string;
  readonly role: ApiKeyRole;
  readonly mode: TenantMode;
};

/**
 * Whose key this is; null for one that is unknown, revoked, expired or no key at all. Each of these takes the same way
 * through the database, and the secret itself is never compared, only its hash.
 */
export async function authenticateApiKey(
  database: Database,
  secret: string,
): Promise<AuthenticatedKey | null> {
  const mode = modeOfSecret(secret);
  const hash = hashApiKey(secret);
  const key = await withSystemSql(database, (db) => useApiKey(db, hash));
  if (key === null || key.mode !== mode) return null;
  if (!timingSafeEqual(Buffer.from(key.hash), Buffer.from(hash))) return null;
  return { tenantId: key.tenant_id, keyId: key.id, role: key.role, mode: key.mode };
}
