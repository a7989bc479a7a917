import type { TenantTx } from "./database.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";

export type LedgerEntryView = {
  readonly id: string;
  readonly kind: string;
  readonly ref: string;
  readonly customer_id: string | null;
  readonly invoice_id: string | null;
  readonly occurred_at: Date;
  readonly created_at: Date;
  readonly postings: readonly LedgerPostingView[];
};

export type LedgerPostingView = {
  readonly debit_account: string;
  readonly credit_account: string;
  /** Minor units as text: JSON numbers would lose digits. */
  readonly amount_minor: string;
  readonly currency: string;
};

export type LedgerFilters = {
  readonly customerId?: string;
  readonly invoiceId?: string;
  readonly kind?: string;
  readonly account?: string;
};

/** Transactions with their postings, newest first. */
export async function listLedgerEntries(
  tx: TenantTx,
  query: PageQuery<LedgerFilters>,
): Promise<Page<LedgerEntryView>> {
  const { customerId = null, invoiceId = null, kind = null, account = null } = query.filters ?? {};
  const rows = await tx.db.$queryRaw<LedgerEntryView[]>`
    select t.id, t.kind, t.ref, t.customer_id, t.invoice_id, t.occurred_at, t.created_at,
      (select jsonb_agg(jsonb_build_object('debit_account', p.debit_account, 'credit_account', p.credit_account,
          'amount_minor', p.amount_minor::text, 'currency', p.currency) order by p.position)
        from ledger_posting p where p.tenant_id = t.tenant_id and p.ledger_transaction_id = t.id) as postings
    from ledger_transaction t
    where t.tenant_id = ${tx.tenantId}::uuid and (${query.cursor}::uuid is null or t.id < ${query.cursor}::uuid)
      and (${customerId}::uuid is null or t.customer_id = ${customerId}::uuid)
      and (${invoiceId}::uuid is null or t.invoice_id = ${invoiceId}::uuid) and (${kind}::text is null or t.kind = ${kind})
      and (${account}::text is null or exists (select 1 from ledger_posting p where p.tenant_id = t.tenant_id
        and p.ledger_transaction_id = t.id and ${account} in (p.debit_account, p.credit_account)))
    order by t.id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}

export type AccountBalance = {
  readonly account: string;
  readonly currency: string;
  readonly debit_minor: bigint;
  readonly credit_minor: bigint;
};

/** Sums of every account by currency; debits equal credits in each currency. */
export async function readTrialBalance(tx: TenantTx): Promise<AccountBalance[]> {
  return tx.db.$queryRaw<AccountBalance[]>`
    select account, currency, sum(debit)::bigint as debit_minor, sum(credit)::bigint as credit_minor from (
      select debit_account as account, currency, amount_minor as debit, 0::bigint as credit from ledger_posting where tenant_id = ${tx.tenantId}::uuid
      union all
      select credit_account, currency, 0, amount_minor from ledger_posting where tenant_id = ${tx.tenantId}::uuid
    ) p group by account, currency order by currency, account`;
}
