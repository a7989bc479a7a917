import type { Db, TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";

export type PaymentLinkRow = {
  readonly id: string;
  readonly key_id: string;
  /** Whole seconds. */
  readonly expires_at: Date;
  readonly is_expired: boolean;
};

/** The link of an invoice that was not revoked, by the database's clock; null when there is none. */
export async function findPaymentLink(tx: TenantTx, invoiceId: string): Promise<PaymentLinkRow | null> {
  const rows = await tx.db.$queryRaw<PaymentLinkRow[]>`
    select id, key_id, expires_at, expires_at <= now() as is_expired from payment_link
    where tenant_id = ${tx.tenantId}::uuid and invoice_id = ${invoiceId}::uuid and revoked_at is null`;
  return rows[0] ?? null;
}

/** Makes the link of an invoice that has none. */
export async function insertPaymentLink(
  tx: TenantTx,
  link: { readonly invoiceId: string; readonly keyId: string; readonly seconds: number },
): Promise<PaymentLinkRow> {
  const [row] = await tx.db.$queryRaw<PaymentLinkRow[]>`
    insert into payment_link (tenant_id, id, invoice_id, key_id, expires_at)
    values (${tx.tenantId}::uuid, ${newId()}::uuid, ${link.invoiceId}::uuid, ${link.keyId},
            date_trunc('second', now()) + ${link.seconds}::int * interval '1 second')
    returning id, key_id, expires_at, false as is_expired`;
  if (row === undefined) throw new Error("the payment link was not written");
  return row;
}

/** From now on the link opens nothing. */
export async function revokePaymentLinkRow(tx: TenantTx, linkId: string): Promise<void> {
  await tx.db.$executeRaw`
    update payment_link set revoked_at = now() where tenant_id = ${tx.tenantId}::uuid and id = ${linkId}::uuid and revoked_at is null`;
}
/** A link that somebody holds, before its tenant is known. */
export type HeldLink = {
  readonly id: string;
  readonly tenant_id: string;
  readonly invoice_id: string;
  /** Revoked while it still served; what took the place of an expired link does not make it revoked. */
  readonly is_revoked: boolean;
  readonly is_expired: boolean;
};

/** System role. `expiresAtSeconds` is what the token says; the row can only end a link earlier. */
export async function findHeldLink(
  db: Db,
  held: { readonly linkId: string; readonly expiresAtSeconds: number },
): Promise<HeldLink | null> {
  const rows = await db.$queryRaw<HeldLink[]>`
    select id, tenant_id, invoice_id, coalesce(revoked_at < expires_at, false) as is_revoked,
      least(expires_at, to_timestamp(${held.expiresAtSeconds}::float8)) <= now() as is_expired
    from payment_link where id = ${held.linkId}::uuid`;
  return rows[0] ?? null;
}
