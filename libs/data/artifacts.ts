import type { TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";

/** A file made from an invoice; `bytes` is null once the object store holds them. */
export type ArtifactRow = {
  readonly id: string;
  readonly sha256: string;
  readonly size_bytes: number;
  readonly page_count: number;
  readonly bytes: Uint8Array | null;
  readonly object_key: string | null;
  readonly object_url: string | null;
  readonly stored_at: Date | null;
};

export type ArtifactKind = "invoice_pdf";

/** The file of an invoice with its bytes, or null when it is not made yet. */
export async function findArtifact(
  tx: TenantTx,
  invoiceId: string,
  kind: ArtifactKind,
): Promise<ArtifactRow | null> {
  const rows = await tx.db.$queryRaw<ArtifactRow[]>`
    select id, sha256, size_bytes, page_count, bytes, object_key, object_url, stored_at from artifact
    where tenant_id = ${tx.tenantId}::uuid and invoice_id = ${invoiceId}::uuid and kind = ${kind}`;
  return rows[0] ?? null;
}

/** Keeps a file once; true when this call wrote it, false when one was there already and stays. */
export async function insertArtifact(
  tx: TenantTx,
  file: {
    readonly invoiceId: string;
    readonly kind: ArtifactKind;
    readonly sha256: string;
    readonly pageCount: number;
    readonly bytes: Uint8Array;
  },
): Promise<boolean> {
  const changed = await tx.db.$executeRaw`
    insert into artifact (tenant_id, id, invoice_id, kind, sha256, size_bytes, page_count, bytes)
    values (${tx.tenantId}::uuid, ${newId()}::uuid, ${file.invoiceId}::uuid, ${file.kind}, ${file.sha256}, ${file.bytes.length}, ${file.pageCount}, ${Buffer.from(file.bytes)})
    on conflict (tenant_id, invoice_id, kind) do nothing`;
  return changed === 1;
}

/** Notes where the object store keeps the file and lets go of the bytes; true when this call did. */
export async function markArtifactStored(
  tx: TenantTx,
  artifactId: string,
  place: { readonly objectKey: string; readonly objectUrl: string },
): Promise<boolean> {
  const changed = await tx.db.$executeRaw`
    update artifact set object_key = ${place.objectKey}, object_url = ${place.objectUrl}, stored_at = now(), bytes = null
    where tenant_id = ${tx.tenantId}::uuid and id = ${artifactId}::uuid and stored_at is null`;
  return changed === 1;
}
