import type { TenantTx } from "./database.ts";

/** Where an invoice stands with those outside: its customer, Stripe, the store of its PDF, and the money. */
export type InvoiceWhereabouts = {
  readonly customer_name: string;
  readonly customer_external_id: string | null;
  readonly stripe_invoice_id: string | null;
  /** Where the object store keeps the PDF. */
  readonly pdf_object_url: string | null;
  /** The newest try to collect. */
  readonly attempt: {
    readonly state: string;
    readonly method: string;
    readonly failure_code: string | null;
    readonly failure_message: string | null;
    readonly next_attempt_at: string | null;
  } | null;
  /** Money received, oldest first. */
  readonly payments: readonly {
    readonly amount_minor: string;
    readonly method: string;
    readonly provider: string;
    readonly provider_id: string | null;
    readonly reference: string | null;
  }[];
};

/** Null when there is no such invoice. */
export async function readInvoiceWhereabouts(
  tx: TenantTx,
  invoiceId: string,
): Promise<InvoiceWhereabouts | null> {
  const rows = await tx.db.$queryRaw<InvoiceWhereabouts[]>`
    select c.name as customer_name, c.external_id as customer_external_id,
      (select provider_id from provider_object o where o.tenant_id = i.tenant_id and o.provider = 'stripe' and o.kind = 'invoice' and o.local_id = i.id) as stripe_invoice_id,
      (select object_url from artifact f where f.tenant_id = i.tenant_id and f.invoice_id = i.id and f.kind = 'invoice_pdf') as pdf_object_url,
      (select jsonb_build_object('state', a.state, 'method', a.method, 'failure_code', a.failure_code, 'failure_message', a.failure_message, 'next_attempt_at', a.next_attempt_at)
        from payment_attempt a where a.tenant_id = i.tenant_id and a.invoice_id = i.id order by a.opened_at desc, a.id desc limit 1) as attempt,
      (select coalesce(jsonb_agg(jsonb_build_object('amount_minor', p.amount_minor::text, 'method', p.method, 'provider', p.provider, 'provider_id', p.provider_id, 'reference', p.reference)
          order by p.created_at, p.id), '[]')
        from payment p where p.tenant_id = i.tenant_id and p.invoice_id = i.id) as payments
    from invoice i join customer c on c.tenant_id = i.tenant_id and c.id = i.customer_id
    where i.tenant_id = ${tx.tenantId}::uuid and i.id = ${invoiceId}::uuid`;
  return rows[0] ?? null;
}
