import { domainError } from "#libs/core/errors.ts";
import { findApiKeyByHash, insertApiKey, lockBootstrap } from "#libs/data/api-keys.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { type Database, withSystem, withTenant } from "#libs/data/database.ts";
import { newId } from "#libs/data/new-id.ts";
import { insertTenant, listTenants } from "#libs/data/tenants.ts";
import { hashApiKey, modeOfSecret } from "./api-key-secret.ts";

export type Bootstrapped = {
  readonly tenantId: string;
  readonly keyId: string;
  /** False when the key was there already. */
  readonly isNew: boolean;
};

/**
 * Makes the given secret an admin key: of the oldest tenant of its mode, or of a new one when there is none. Several
 * processes may call it at once, again and again: one key comes of it. A key that was revoked stays revoked.
 * Throws `fields_invalid` when the text is no secret of ours.
 */
export async function bootstrapApiKey(database: Database, secret: string): Promise<Bootstrapped> {
  const mode = modeOfSecret(secret);
  if (mode === null) {
    const message =
      "must be bw_live_ or bw_test_ followed by 32 to 128 letters and digits (the value given is not shown)";
    throw domainError("fields_invalid", `BOOTSTRAP_API_KEY ${message}`, {
      errors: [{ path: "BOOTSTRAP_API_KEY", code: "value_invalid", message }],
    });
  }
  const hash = hashApiKey(secret);
  const made = await withSystem(database, async (db): Promise<Bootstrapped> => {
    await lockBootstrap(db);
    const known = await findApiKeyByHash(db, hash);
    if (known !== null) return { tenantId: known.tenant_id, keyId: known.id, isNew: false };
    const [oldest] = await listTenants(db, { mode });
    const tenantId = oldest?.id ?? newId();
    if (oldest === undefined) {
      await insertTenant(db, { id: tenantId, name: `Default (${mode})`, mode, clockNow: null });
    }
    const keyId = newId();
    const lastFour = secret.slice(-4);
    await insertApiKey(db, {
      ...{ tenantId, id: keyId, name: "bootstrap", role: "admin" },
      ...{ hash, lastFour, expiresAt: null },
    });
    return { tenantId, keyId, isNew: true };
  });
  if (made.isNew) {
    await withTenant(database, { tenantId: made.tenantId, actor: "bootstrap" }, (tx) =>
      writeAudit(tx, {
        action: "api_key.bootstrap",
        targetType: "api_key",
        targetId: made.keyId,
        after: { name: "bootstrap", role: "admin" },
      }),
    );
  }
  return made;
}
