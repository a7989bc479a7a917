import type { InvoiceDocument } from "#libs/core/invoice/invoice-document.ts";
import type { TenantTx } from "./database.ts";

/** One invoice with everything that delivering and collecting it needs. */
export type DeliveryInvoice = {
  readonly id: string;
  readonly number: string;
  readonly invoice_type: "subscription" | "one_off" | "credit";
  readonly invoice_status: "finalized" | "voided";
  readonly payment_status: "pending" | "succeeded" | "failed";
  readonly currency: string;
  readonly amount_due_minor: bigint;
  readonly amount_paid_minor: bigint;
  readonly amount_offset_minor: bigint;
  readonly issued_at: Date;
  readonly due_at: Date | null;
  readonly sent_at: Date | null;
  readonly uncollectible_at: Date | null;
  readonly customer_id: string;
  readonly customer_name: string;
  readonly customer_email: string | null;
  /** How the subscription collects; an invoice without one is never charged by itself. */
  readonly collection: "charge_automatically" | "send_invoice";
  /** The subscription's own saved method, else the customer's default. */
  readonly payment_method_id: string | null;
  readonly payment_method_type: string | null;
  readonly payment_method_provider: string | null;
  readonly payment_method_provider_id: string | null;
  readonly stripe_customer_id: string | null;
  readonly stripe_invoice_id: string | null;
  /** Sender that the tenant has set. */
  readonly email_from: string | null;
  readonly document: InvoiceDocument;
};

/** A finalized or voided invoice with its frozen document; null when there is none, or it is a draft. */
export async function loadDeliveryInvoice(tx: TenantTx, invoiceId: string): Promise<DeliveryInvoice | null> {
  const rows = await tx.db.$queryRaw<DeliveryInvoice[]>`
    select i.id, i.number, i.invoice_type, i.invoice_status, i.payment_status, i.currency, i.amount_due_minor, i.amount_paid_minor, i.amount_offset_minor,
      i.issued_at, i.due_at, i.sent_at, i.uncollectible_at, i.customer_id, c.name as customer_name, c.email as customer_email,
      coalesce(s.collection, 'send_invoice') as collection,
      m.id as payment_method_id, m.type as payment_method_type, m.provider as payment_method_provider, m.provider_id as payment_method_provider_id,
      (select provider_id from provider_object o where o.tenant_id = i.tenant_id and o.provider = 'stripe' and o.kind = 'customer' and o.local_id = i.customer_id) as stripe_customer_id,
      (select provider_id from provider_object o where o.tenant_id = i.tenant_id and o.provider = 'stripe' and o.kind = 'invoice' and o.local_id = i.id) as stripe_invoice_id,
      (select settings ->> 'emailFrom' from tenant_settings t where t.tenant_id = i.tenant_id order by version desc limit 1) as email_from,
      d.document
    from invoice i
    join customer c on c.tenant_id = i.tenant_id and c.id = i.customer_id
    join invoice_document d on d.tenant_id = i.tenant_id and d.invoice_id = i.id
    left join subscription s on s.tenant_id = i.tenant_id and s.id = i.subscription_id
    left join lateral (
      select id, type, provider, provider_id from payment_method p
      where p.tenant_id = i.tenant_id and p.customer_id = i.customer_id and (p.id = s.payment_method_id or p.is_default)
      order by (p.id = s.payment_method_id) desc nulls last, p.created_at desc, p.id desc limit 1
    ) m on true
    where i.tenant_id = ${tx.tenantId}::uuid and i.id = ${invoiceId}::uuid and i.invoice_status <> 'draft'`;
  return rows[0] ?? null;
}

/** Notes that the mail was handed over; true when this call was the first to say so. */
export async function markInvoiceSent(tx: TenantTx, invoiceId: string): Promise<boolean> {
  const changed = await tx.db.$executeRaw`
    update invoice set sent_at = now() where tenant_id = ${tx.tenantId}::uuid and id = ${invoiceId}::uuid and sent_at is null`;
  return changed === 1;
}
