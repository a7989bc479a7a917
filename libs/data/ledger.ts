import type { Temporal } from "temporal-polyfill";
import type { LedgerAccount, Posting } from "#libs/core/ledger/postings.ts";
import { arrayLiteral } from "./array-literal.ts";
import { toDate, type TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";

export type LedgerEntry = {
  /** What happened, such as `invoice.finalized`; unique together with `ref`. */
  readonly kind: string;
  readonly ref: string;
  readonly customerId: string | null;
  readonly invoiceId: string | null;
  readonly occurredAt?: Temporal.Instant;
  readonly postings: readonly Posting[];
};

/**
 * Posts transactions, set-based. A (kind, ref) that is posted already is left as it is, with its postings.
 * @returns how many transactions were new
 */
export async function postLedger(tx: TenantTx, entries: readonly LedgerEntry[]): Promise<number> {
  const posted = entries.filter((entry) => entry.postings.length > 0);
  if (posted.length === 0) return 0;
  const rows = posted.map((entry) => ({ id: newId(), entry }));
  const legs = rows.flatMap(({ id, entry }) =>
    entry.postings.map((posting, position) => ({ id, posting, position })),
  );
  const [inserted] = await tx.db.$queryRaw<{ n: bigint }[]>`
    with fresh as (
      insert into ledger_transaction (tenant_id, id, kind, ref, customer_id, invoice_id, occurred_at)
      select ${tx.tenantId}::uuid, t.id, t.kind, t.ref, t.customer_id, t.invoice_id, t.occurred_at
      from unnest(${arrayLiteral(rows.map((r) => r.id))}::uuid[], ${arrayLiteral(rows.map((r) => r.entry.kind))}::text[], ${arrayLiteral(rows.map((r) => r.entry.ref))}::text[],
                  ${arrayLiteral(rows.map((r) => r.entry.customerId))}::uuid[], ${arrayLiteral(rows.map((r) => r.entry.invoiceId))}::uuid[],
                  ${arrayLiteral(rows.map((r) => toDate(r.entry.occurredAt ?? tx.now)))}::timestamptz[])
        as t (id, kind, ref, customer_id, invoice_id, occurred_at)
      on conflict (tenant_id, kind, ref) do nothing
      returning id
    ), legs as (
      insert into ledger_posting (tenant_id, id, ledger_transaction_id, position, debit_account, credit_account, amount_minor, currency)
      select ${tx.tenantId}::uuid, l.id, l.transaction_id, l.position, l.debit, l.credit, l.amount, l.currency
      from unnest(${arrayLiteral(legs.map(() => newId()))}::uuid[], ${arrayLiteral(legs.map((l) => l.id))}::uuid[], ${arrayLiteral(legs.map((l) => l.position))}::int[],
                  ${arrayLiteral(legs.map((l) => l.posting.debit))}::text[], ${arrayLiteral(legs.map((l) => l.posting.credit))}::text[],
                  ${arrayLiteral(legs.map((l) => l.posting.amountMinor))}::bigint[], ${arrayLiteral(legs.map((l) => l.posting.currency))}::text[])
        as l (id, transaction_id, position, debit, credit, amount, currency)
      join fresh on fresh.id = l.transaction_id
      returning 1
    )
    select count(*) as n from fresh`;
  return Number(inserted?.n ?? 0n);
}

/** What was posted under a reference by these kinds. */
export async function listPostingsOf(
  tx: TenantTx,
  ref: string,
  kinds: readonly string[],
): Promise<Posting[]> {
  const rows = await tx.db.$queryRaw<
    { debit: LedgerAccount; credit: LedgerAccount; amount_minor: bigint; currency: string }[]
  >`
    select p.debit_account as debit, p.credit_account as credit, p.amount_minor, p.currency
    from ledger_transaction t join ledger_posting p on p.tenant_id = t.tenant_id and p.ledger_transaction_id = t.id
    where t.tenant_id = ${tx.tenantId}::uuid and t.ref = ${ref} and t.kind = any(${arrayLiteral(kinds)}::text[]) order by t.id, p.position`;
  return rows.map(({ amount_minor: amountMinor, ...row }) => ({ ...row, amountMinor }));
}
