import type { InvoiceDocument } from "#libs/core/invoice/invoice-document.ts";
import type { TaxRate } from "#libs/core/invoice/tax-lines.ts";
import type { TenantTx } from "./database.ts";

/** What an invoice is proven against beside its lines; minor units as text. */
export type InvoiceProof = {
  readonly settings_version: number;
  readonly taxes: readonly (TaxRate & { readonly amountMinor: string; readonly taxableMinor: string })[];
  /** Null for a draft. */
  readonly document: InvoiceDocument | null;
  /** Whether the frozen document still has the hash that it was frozen with. */
  readonly is_intact: boolean | null;
};

export async function loadInvoiceProof(tx: TenantTx, invoiceId: string): Promise<InvoiceProof> {
  const rows = await tx.db.$queryRaw<InvoiceProof[]>`
    select i.settings_version, d.document, d.sha256 = encode(sha256(convert_to(d.document::text, 'UTF8')), 'hex') as is_intact,
      (select coalesce(jsonb_agg(jsonb_build_object('id', t.tax_rate_id, 'name', t.name, 'percentage', trim_scale(t.percentage)::text,
          'inclusive', t.inclusive, 'taxableMinor', t.taxable_minor::text, 'amountMinor', t.amount_minor::text) order by t.id), '[]')
        from invoice_tax t where t.tenant_id = i.tenant_id and t.invoice_id = i.id) as taxes
    from invoice i left join invoice_document d on d.tenant_id = i.tenant_id and d.invoice_id = i.id
    where i.tenant_id = ${tx.tenantId}::uuid and i.id = ${invoiceId}::uuid`;
  const [row] = rows;
  if (row === undefined) throw new Error(`invoice ${invoiceId} is gone`);
  return row;
}
