import { DomainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { lockSealedSecrets, type SealedSecret, saveSealedSecret } from "#libs/data/sealed-secrets.ts";
import { type SecretBox, type SecretOwner, sealingKeyId } from "#libs/platform/secret-box.ts";
import { stripeAccountSecretOwner } from "../payment/stripe-account.ts";
import { endpointSecretOwner } from "../webhook/webhook-endpoint.ts";

export type ResealedSecrets = {
  readonly resealed: number;
  /** Sealed with the newest key already. */
  readonly current: number;
  /** Sealed with a key that is not there; they stay as they are. */
  readonly unreadable: readonly {
    readonly kind: SealedSecret["kind"];
    readonly id: string;
    readonly keyId: string;
  }[];
};

/** Seals every secret of a tenant with the newest key that was sealed with an older one. A second time changes nothing. */
export async function resealSecrets(tx: TenantTx, box: SecretBox): Promise<ResealedSecrets> {
  const [newest] = box.keyIds;
  const unreadable: ResealedSecrets["unreadable"][number][] = [];
  let resealed = 0;
  let current = 0;
  for (const secret of await lockSealedSecrets(tx)) {
    const keyId = sealingKeyId(secret.sealed);
    if (keyId === newest) {
      current += 1;
      continue;
    }
    const owner = ownerOf(tx, secret);
    const plain = openOrNull(box, secret, owner);
    if (plain === null) {
      unreadable.push({ kind: secret.kind, id: secret.id, keyId });
      continue;
    }
    await saveSealedSecret(tx, { ...secret, sealed: box.seal(plain, owner) });
    resealed += 1;
  }
  if (resealed > 0) {
    await writeAudit(tx, {
      ...{ action: "secrets.reseal", targetType: "tenant", targetId: tx.tenantId },
      after: { resealed, keyId: newest ?? null },
    });
  }
  return { resealed, current, unreadable };
}

function ownerOf(tx: TenantTx, { kind, id }: SealedSecret): SecretOwner {
  return kind === "webhook_endpoint"
    ? endpointSecretOwner(tx.tenantId, id)
    : stripeAccountSecretOwner(tx.tenantId);
}

function openOrNull(box: SecretBox, { sealed }: SealedSecret, owner: SecretOwner): string | null {
  try {
    return box.open(sealed, owner);
  } catch (error) {
    if (error instanceof DomainError && error.code === "master_key_missing") return null;
    throw error;
  }
}
