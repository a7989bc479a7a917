import { domainError } from "#libs/core/errors.ts";

export type StoredObject = {
  readonly key: string;
  /** Where the object lies: `file:`, `s3:` or the folder's public address. Not a promise that everybody may read it. */
  readonly url: string;
  readonly stored: "created" | "existed";
};

/** An address under which anybody may read one object for a while. */
export type ObjectLink = { readonly url: string; readonly expiresAt: Date };

/** Keeps finished files under keys that never change their content. */
export type ObjectStore = {
  /**
   * Stores bytes whole or not at all. Safe to repeat: the same bytes under the same key answer `existed`.
   * `sha256` is that of the bytes, lower-case hex.
   * @throws DomainError object_conflict, object_key_invalid, storage_*, s3_*
   */
  readonly put: (object: {
    readonly key: string;
    readonly bytes: Uint8Array;
    readonly sha256: string;
    readonly contentType: string;
  }) => Promise<StoredObject>;
  /** @throws DomainError object_not_found, object_key_invalid, storage_*, s3_* */
  readonly get: (key: string) => Promise<Uint8Array>;
  /** Null when nothing is stored under the key. @throws DomainError object_key_invalid, storage_*, s3_* */
  readonly head: (key: string) => Promise<{ readonly sizeBytes: number; readonly sha256: string } | null>;
  /**
   * A link to an object that is there, good for as long as the store was told to give; null where the store has none to give.
   * @throws DomainError object_not_found, object_key_invalid, storage_*, s3_*
   */
  readonly link: (key: string, fileName: string) => Promise<ObjectLink | null>;
  /** Whether the store itself ends uploads that broke off; null where there are none, or it does not say. */
  readonly endsBrokenUploads: () => Promise<boolean | null>;
  /** Takes away what nobody needs any more; safe to repeat. Never a document. @throws DomainError object_key_invalid, storage_*, s3_* */
  readonly remove: (key: string) => Promise<void>;
  /** Keys of objects below a folder, in their order, with `limit` at most. @throws DomainError object_key_invalid, storage_unavailable, s3_* */
  readonly list: (folder: string, limit: number) => Promise<string[]>;
  /** Whether the store could take an object now. @throws DomainError storage_*, s3_* */
  readonly check: () => Promise<void>;
};

/**
 * The key of an invoice's PDF: the same invoice and bytes give the same key, in every try and every process.
 * Characters of a number that are not safe in a path become `_`; the hash keeps such numbers apart.
 */
export function invoiceObjectKey(invoice: {
  readonly tenantId: string;
  readonly number: string;
  readonly sha256: string;
}): string {
  const name = invoice.number.replace(/[^A-Za-z0-9_-]/g, "_");
  return checkedKey(`${invoiceFolder(invoice.tenantId)}/${name}-${invoice.sha256.slice(0, 16)}.pdf`);
}

/** Where the files of a tenant's invoices lie. */
export function invoiceFolder(tenantId: string): string {
  return `${tenantId}/invoices`;
}

/**
 * Lets through relative paths of plain segments only: no `..`, no leading dot, no empty segment, no backslash.
 * @throws DomainError object_key_invalid
 */
export function checkedKey(key: string): string {
  const isSafe =
    key.length <= 900 && key.split("/").every((segment) => /^[A-Za-z0-9_-][A-Za-z0-9._=-]*$/.test(segment));
  if (isSafe) return key;
  throw domainError(
    "object_key_invalid",
    `${JSON.stringify(key)} is not a key: segments of letters, digits, ".", "_", "-" and "=" with "/" between, none starting with a dot.`,
  );
}
