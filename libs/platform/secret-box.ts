import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { domainError } from "#libs/core/errors.ts";

/** Keeps secrets that must be readable again: encrypted at rest, bound to their tenant and purpose. */
export type SecretBox = {
  /** With the newest key. */
  readonly seal: (plain: string, owner: SecretOwner) => Buffer;
  /** With the key it was sealed with. Throws `master_key_missing` when that key is gone, and when anything was changed or moved. */
  readonly open: (sealed: Uint8Array, owner: SecretOwner) => string;
  /** Of its keys, the newest first: eight hexadecimal digits that say nothing of the key. */
  readonly keyIds: readonly string[];
};

export type SecretOwner = { readonly tenantId: string; readonly purpose: string };

const format = 1;
const keyIdBytes = 4;
const ivBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM; format: version, key id, nonce, tag, text. Several keys allow a change: the first seals, all open.
 * @param masterKeys 64 hexadecimal digits each, the newest first
 */
export function createSecretBox(masterKeys: readonly [string, ...string[]]): SecretBox {
  const keys = masterKeys.map((hex) => {
    const key = Buffer.from(hex, "hex");
    return { key, id: createHash("sha256").update(key).digest().subarray(0, keyIdBytes) };
  });
  const [newest] = keys;
  if (newest === undefined) throw new Error("a secret box needs a key");
  return {
    keyIds: keys.map(({ id }) => id.toString("hex")),
    seal: (plain, owner) => {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv("aes-256-gcm", newest.key, iv).setAAD(boundTo(owner));
      const text = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
      return Buffer.concat([Buffer.of(format), newest.id, iv, cipher.getAuthTag(), text]);
    },
    open: (sealed, owner) => {
      const bytes = Buffer.from(sealed);
      const part = (start: number, length?: number) =>
        bytes.subarray(start, length === undefined ? undefined : start + length);
      const id = part(1, keyIdBytes);
      const found = keys.find((key) => key.id.equals(id));
      if (bytes[0] !== format || found === undefined)
        throw domainError(
          "master_key_missing",
          `a secret was sealed with a key (${id.toString("hex")}) that MASTER_KEY does not hold`,
        );
      const ivAt = 1 + keyIdBytes;
      const decipher = createDecipheriv("aes-256-gcm", found.key, part(ivAt, ivBytes))
        .setAAD(boundTo(owner))
        .setAuthTag(part(ivAt + ivBytes, tagBytes));
      const text = part(ivAt + ivBytes + tagBytes);
      return Buffer.concat([decipher.update(text), decipher.final()]).toString("utf8");
    },
  };
}

/** The id of the key that a secret was sealed with. */
export function sealingKeyId(sealed: Uint8Array): string {
  return Buffer.from(sealed)
    .subarray(1, 1 + keyIdBytes)
    .toString("hex");
}

function boundTo({ tenantId, purpose }: SecretOwner): Buffer {
  return Buffer.from(`${tenantId}/${purpose}`);
}
