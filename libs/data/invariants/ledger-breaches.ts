import { Prisma } from "#prisma/generated/client.ts";
import { type FindBreaches, findBreaches, inRange, ofTenant } from "./breach.ts";

/** Transactions whose legs do not balance: none at all, one that moves nothing or to where it came from, two currencies. */
export const findUnbalancedTransactions: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'ledger_transaction', t.id, t.customer_id, 'transaction ' || t.kind || ' of ' || t.ref || ': ' || case
          when count(p.id) = 0 then 'it has no postings'
          when count(distinct p.currency) > 1 then 'its postings have ' || count(distinct p.currency) || ' currencies'
          else 'a posting moves nothing, or from an account to itself' end
      from ledger_transaction t
      left join ledger_posting p on p.tenant_id = t.tenant_id and p.ledger_transaction_id = t.id
      where ${ofTenant("t", tx)} and ${inRange("t.id", range)}
      group by t.id, t.kind, t.ref, t.customer_id
      having count(p.id) = 0 or count(distinct p.currency) > 1
        or bool_or(p.amount_minor <= 0 or p.debit_account = p.credit_account)`,
  );

/** Legs that belong to no transaction: the accounts come to another sum than the transactions do. */
export const findLooseLegs: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'ledger_posting', p.id, null::uuid, 'a posting of ' || p.amount_minor || ' ' || p.currency || ' (' || p.debit_account || ' from '
        || p.credit_account || ') belongs to no transaction'
      from ledger_posting p
      where ${ofTenant("p", tx)} and ${inRange("p.id", range)} and not exists (
        select from ledger_transaction t where t.tenant_id = p.tenant_id and t.id = p.ledger_transaction_id)`,
  );

/** Customers whose receivable account holds another sum than their invoices are left to pay. Reads the whole ledger. */
export const findReceivableDifferences: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      with held as (
        select t.customer_id, p.currency,
          sum(case 'receivable' when p.debit_account then p.amount_minor when p.credit_account then -p.amount_minor else 0 end) as minor
        from ledger_transaction t join ledger_posting p on p.tenant_id = t.tenant_id and p.ledger_transaction_id = t.id
        where ${ofTenant("t", tx)} group by t.customer_id, p.currency
      ), owed as (
        select customer_id, currency, sum(amount_due_minor - amount_paid_minor - amount_offset_minor) as minor from invoice
        where tenant_id = ${tx.tenantId}::uuid and invoice_status = 'finalized' and invoice_type <> 'credit' and uncollectible_at is null
        group by customer_id, currency
      )
      select 'customer', coalesce(h.customer_id, o.customer_id), coalesce(h.customer_id, o.customer_id),
        'the receivable account holds ' || coalesce(h.minor, 0) || ' ' || coalesce(h.currency, o.currency) || ', the invoices are left to pay ' || coalesce(o.minor, 0)
      from held h full join owed o on o.customer_id = h.customer_id and o.currency = h.currency
      where coalesce(h.minor, 0) <> coalesce(o.minor, 0)`,
  );

/** Invoices that say another sum of payments or credit notes than there is, and payments that the ledger does not hold. */
export const findPaidDifferences: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'invoice', i.id, i.customer_id, 'invoice ' || i.number || ' says ' || i.amount_paid_minor || ' paid and ' || i.amount_offset_minor || ' taken off of '
        || i.amount_due_minor || ' due; its payments less refunds are ' || p.paid - r.reopened || ', its credit notes ' || n.noted
      from invoice i
      cross join lateral (select coalesce(sum(p.amount_minor - p.overpaid_minor), 0) as paid from payment p
        where p.tenant_id = i.tenant_id and p.invoice_id = i.id) p
      cross join lateral (select coalesce(sum(f.reopened_minor), 0) as reopened from payment o
        join refund f on f.tenant_id = o.tenant_id and f.payment_id = o.id and f.state in ('processing', 'succeeded')
        where o.tenant_id = i.tenant_id and o.invoice_id = i.id) r
      cross join lateral (select coalesce(sum(n.total_minor), 0) as noted from invoice n
        where n.tenant_id = i.tenant_id and n.corrects_invoice_id = i.id and n.settlement = 'offset' and n.invoice_status = 'finalized') n
      where ${ofTenant("i", tx)} and ${inRange("i.id", range)} and i.number is not null
        and (p.paid - r.reopened <> i.amount_paid_minor or n.noted <> i.amount_offset_minor
          or i.amount_paid_minor + i.amount_offset_minor > greatest(i.amount_due_minor, 0))
      union all
      select 'payment', p.id, p.customer_id, 'payment ' || p.id || ' brought ' || p.amount_minor || ' ' || p.currency || ', the ledger holds ' || l.posted || ' of it'
      from payment p
      cross join lateral (select coalesce(sum(g.amount_minor), 0) as posted from ledger_transaction t
        join ledger_posting g on g.tenant_id = t.tenant_id and g.ledger_transaction_id = t.id and g.debit_account like 'cash:%'
        where t.tenant_id = p.tenant_id and t.kind = 'payment.succeeded'
          and t.ref = case when p.provider_id is null then p.id::text else p.provider || ':' || p.provider_id end) l
      where ${ofTenant("p", tx)} and ${inRange("p.id", range)} and l.posted <> p.amount_minor`,
  );

/** Transactions whose invoice, customer or payment is gone, and issued invoices that were never posted. */
export const findOrphanTransactions: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'ledger_transaction', t.id, t.customer_id, 'transaction ' || t.kind || ' of ' || t.ref || ' names ' || case
          when t.customer_id is not null and c.id is null then 'a customer' when t.invoice_id is not null and i.id is null then 'an invoice'
          else 'a payment' end || ' that is not there'
      from ledger_transaction t
      left join invoice i on i.tenant_id = t.tenant_id and i.id = t.invoice_id
      left join customer c on c.tenant_id = t.tenant_id and c.id = t.customer_id
      where ${ofTenant("t", tx)} and ${inRange("t.id", range)}
        and (t.invoice_id is not null and i.id is null or t.customer_id is not null and c.id is null
          or t.kind = 'payment.succeeded' and not exists (select from payment p where p.tenant_id = t.tenant_id and p.invoice_id = t.invoice_id
            and t.ref in (p.id::text, p.provider || ':' || p.provider_id)))
      union all
      select 'invoice', i.id, i.customer_id, 'invoice ' || i.number || ' of ' || i.total_minor || ' ' || i.currency || ' was issued, and is not in the ledger'
      from invoice i
      where ${ofTenant("i", tx)} and ${inRange("i.id", range)} and i.number is not null and i.total_minor <> 0 and not exists (
        select from ledger_transaction t where t.tenant_id = i.tenant_id and t.ref = i.id::text
          and t.kind = case i.invoice_type when 'credit' then 'credit_note.issued' else 'invoice.finalized' end)`,
  );
