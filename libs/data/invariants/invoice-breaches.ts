import { Prisma } from "#prisma/generated/client.ts";
import { type FindBreaches, findBreaches, inRange, ofTenant } from "./breach.ts";

/** Invoices whose totals are not what their lines, taxes and credits add up to. */
export const findTotalDifferences: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'invoice', i.id, i.customer_id, 'invoice ' || i.number || ' says subtotal ' || i.subtotal_minor || ', discount ' || i.discount_total_minor || ', tax '
        || i.tax_total_minor || ', total ' || i.total_minor || ', credits ' || i.credit_total_minor || '; its parts are ' || l.amount || ', ' || l.discount || ', ' || l.tax
        || ', ' || i.subtotal_minor - i.discount_total_minor + x.exclusive || ', ' || u.used
      from invoice i
      cross join lateral (select coalesce(sum(l.amount_minor), 0) as amount, coalesce(sum(l.discount_minor), 0) as discount, coalesce(sum(l.tax_minor), 0) as tax
        from invoice_line l where l.tenant_id = i.tenant_id and l.invoice_id = i.id) l
      cross join lateral (select coalesce(sum(x.amount_minor), 0) as tax, coalesce(sum(x.amount_minor) filter (where not x.inclusive), 0) as exclusive
        from invoice_tax x where x.tenant_id = i.tenant_id and x.invoice_id = i.id) x
      cross join lateral (select case when i.invoice_type = 'credit' then i.credit_total_minor else least(i.total_minor, 0) + coalesce(sum(u.amount_minor), 0) end as used
        from credit_use u where u.tenant_id = i.tenant_id and u.invoice_id = i.id) u
      where ${ofTenant("i", tx)} and ${inRange("i.id", range)} and i.number is not null
        and (l.amount <> i.subtotal_minor or l.discount <> i.discount_total_minor or l.tax <> i.tax_total_minor or x.tax <> i.tax_total_minor
          or u.used <> i.credit_total_minor or i.total_minor <> i.subtotal_minor - i.discount_total_minor + x.exclusive
          or i.amount_due_minor <> case i.invoice_type when 'credit' then 0 else i.total_minor - i.credit_total_minor end)`,
  );

/** Issued invoices without their frozen document, with one whose hash does not fit, or with one that says something else. */
export const findThawedDocuments: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'invoice', i.id, i.customer_id, 'invoice ' || i.number || ': ' || case
          when d.invoice_id is null then 'its frozen document is gone'
          when d.sha256 <> encode(sha256(convert_to(d.document::text, 'UTF8')), 'hex') then 'its document does not match the hash that it was frozen with'
          else 'its row says another number or amount than its document' end
      from invoice i left join invoice_document d on d.tenant_id = i.tenant_id and d.invoice_id = i.id
      where ${ofTenant("i", tx)} and ${inRange("i.id", range)} and i.number is not null
        and (d.invoice_id is null or d.sha256 <> encode(sha256(convert_to(d.document::text, 'UTF8')), 'hex')
          or d.document ->> 'number' is distinct from i.number or d.document ->> 'currency' is distinct from i.currency
          or replace(d.document ->> 'total', '.', '')::numeric is distinct from i.total_minor
          or replace(d.document ->> 'amountDue', '.', '')::numeric is distinct from i.amount_due_minor)`,
  );

/** Boundaries with two invoices that are not void, and periods whose charge stands on two of them. */
export const findBilledTwice: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'invoice', i.id, i.customer_id, 'invoice ' || coalesce(i.number, i.id::text) || ' bills boundary ' || i.boundary_index || ' (' || i.kind || ') of subscription '
        || i.subscription_id || ', which ' || coalesce(o.number, o.id::text) || ' bills too'
      from invoice i
      join invoice o on o.tenant_id = i.tenant_id and o.subscription_id = i.subscription_id and o.kind = i.kind and o.schedule_no = i.schedule_no
        and o.boundary_index = i.boundary_index and o.id < i.id and o.invoice_status <> 'voided'
      where ${ofTenant("i", tx)} and ${inRange("i.id", range)} and i.invoice_status <> 'voided'
      union all
      select 'invoice', i.id, i.customer_id, 'invoice ' || coalesce(i.number, i.id::text) || ' charges "' || l.description || '" for a period that '
        || coalesce(oi.number, oi.id::text) || ' charges too'
      from invoice_line l
      join invoice i on i.tenant_id = l.tenant_id and i.id = l.invoice_id and i.invoice_status <> 'voided'
      join invoice_line o on o.tenant_id = l.tenant_id and o.billing_period_id = l.billing_period_id and o.kind = l.kind and o.group_key = l.group_key
        and o.price_id is not distinct from l.price_id and o.id < l.id
      join invoice oi on oi.tenant_id = o.tenant_id and oi.id = o.invoice_id and oi.invoice_status <> 'voided' and oi.id <> i.id
      where ${ofTenant("l", tx)} and ${inRange("l.id", range)} and l.kind in ('recurring', 'usage', 'one_time')`,
  );

/** Series that gave out more numbers than there are invoices with one, or fewer; and numbers that were given twice. */
export const findNumberGaps: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'series', null::uuid, null::uuid, 'series ' || c.series || ': ' || c.last_number - c.imported_to || ' numbers were given, ' || n.held || ' are held'
      from document_counter c
      cross join lateral (select count(*) as held from invoice i where i.tenant_id = c.tenant_id and i.series = c.series and i.number is not null) n
      where ${ofTenant("c", tx)} and c.last_number - c.imported_to <> n.held
      union all
      select 'invoice', i.id, i.customer_id, 'invoice ' || i.number || ' has the number of another, or of a series that no counter counts'
      from invoice i
      where ${ofTenant("i", tx)} and ${inRange("i.id", range)} and i.series is not null
        and (exists (select from invoice o where o.tenant_id = i.tenant_id and o.series = i.series and o.number = i.number and o.id < i.id)
          or not exists (select from document_counter c where c.tenant_id = i.tenant_id and c.series = i.series))`,
  );

/** Issued invoices without a number or an instant, drafts that have one, and numbers that are not in the order of time. */
export const findMisnumbered: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'invoice', i.id, i.customer_id, 'invoice ' || coalesce(i.number, i.id::text) || ' is ' || i.invoice_status || ' and has ' || case
          when i.number is null then 'no number' when i.issued_at is null then 'no instant of issue' else 'a number' end
      from invoice i
      where ${ofTenant("i", tx)} and ${inRange("i.id", range)} and (i.invoice_status = 'draft' and i.number is not null
        or i.invoice_status = 'finalized' and (i.number is null or i.series is null and i.imported_at is null or i.issued_at is null or i.finalized_at is null))
      union all
      select 'invoice', n.id, n.customer_id, 'invoice ' || n.number || ' was issued before ' || n.number_before || ', which has the lower number'
      from (select i.id, i.customer_id, i.number, i.issued_at, lag(i.issued_at) over before as issued_before, lag(i.number) over before as number_before
        from invoice i where ${ofTenant("i", tx)} and ${inRange("i.id", range)} and i.series is not null and i.number is not null
        window before as (partition by i.series order by length(i.number), i.number collate "C")) n
      where n.issued_at < n.issued_before`,
  );
