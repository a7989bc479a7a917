import { createHash } from "node:crypto";
import { domainError } from "#libs/core/errors.ts";
import type { ObjectStore } from "#libs/platform/storage/object-store.ts";

/** Packed, as it is sent. */
export const IMPORT_BYTES_MAX = 100 * 1024 * 1024;

const PART_BYTES = 4 * 1024 * 1024;

/** Whose file it is. */
export type ImportPlace = { readonly tenantId: string; readonly importId: string };

export type StoredParts = { readonly parts: number; readonly sizeBytes: number };

/**
 * Stores a file as it comes, in parts of 4 MB: never more than one of them is in memory, here and when it is read.
 * Of a file that breaks off nothing stays, nor of those before it.
 * @param before parts of the same import that are stored already
 * @throws `body_too_large` above 100 MB, `storage_unavailable`, s3_*
 */
export async function storeParts(
  store: ObjectStore,
  place: ImportPlace,
  content: AsyncIterable<Uint8Array>,
  before: StoredParts = { parts: 0, sizeBytes: 0 },
): Promise<StoredParts> {
  const stored = { ...before };
  try {
    for await (const bytes of inParts(content, before.sizeBytes)) {
      stored.sizeBytes += bytes.length;
      stored.parts += 1;
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const key = partKey(place, stored.parts);
      await store.put({ key, bytes, sha256, contentType: "application/octet-stream" });
    }
    return stored;
  } catch (error) {
    await removeParts(store, place, stored.parts).catch(() => undefined); // what broke it is told
    throw error;
  }
}

/** @throws `body_too_large` */
async function* inParts(content: AsyncIterable<Uint8Array>, sizeBefore: number): AsyncGenerator<Uint8Array> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let sizeBytes = sizeBefore;
  for await (const chunk of content) {
    sizeBytes += chunk.length;
    if (sizeBytes > IMPORT_BYTES_MAX) {
      throw domainError(
        "body_too_large",
        `An import has up to ${IMPORT_BYTES_MAX} bytes as sent; pack or split it.`,
      );
    }
    pending.push(chunk);
    pendingBytes += chunk.length;
    if (pendingBytes < PART_BYTES) continue;
    yield Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
  }
  if (pendingBytes > 0) yield Buffer.concat(pending);
}

/** The file again, a part at a time. @throws `object_not_found`, `storage_unavailable`, s3_* */
export async function* readParts(
  store: ObjectStore,
  place: ImportPlace,
  file: { readonly first_part: number; readonly part_count: number },
): AsyncGenerator<Uint8Array> {
  const end = file.first_part + file.part_count;
  for (let part = file.first_part; part < end; part++) yield await store.get(partKey(place, part));
}

/** Safe to repeat. @throws `storage_unavailable`, s3_* */
export async function removeParts(store: ObjectStore, place: ImportPlace, parts: number): Promise<void> {
  for (let part = 1; part <= parts; part++) await store.remove(partKey(place, part));
}

function partKey({ tenantId, importId }: ImportPlace, part: number): string {
  return `${tenantId}/imports/${importId}/${String(part).padStart(4, "0")}`;
}
