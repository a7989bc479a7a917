import type { TenantTx } from "./database.ts";

export const deliveryStages = ["pdf", "storage", "stripe", "email"] as const;
export type DeliveryStage = (typeof deliveryStages)[number];

/** An issued invoice of which a stage of delivery was not done, and which nobody is at work on. */
export type MissingDelivery = {
  readonly invoice_id: string;
  readonly number: string;
  readonly invoice_type: "subscription" | "one_off" | "credit";
  readonly stage: DeliveryStage;
  /** The job that did it once, and whose result is gone; null: there is no job. */
  readonly job_id: string | null;
};

/**
 * Issued invoices after an id, in its order, that lack a file, its place in the store, their mirror or their mail, ten minutes
 * and more after they were issued. A stage with a job is under way, or has its reason to be left out; only what a job made of bytes
 * must be there. What was imported was delivered by whoever issued it. Mirrors and mails are looked for within 60 days: succeeded jobs are forgotten after 90.
 * @param query.stages those that are switched on
 * @param query.jobNames which job does a stage
 */
export async function listMissingDeliveries(
  tx: TenantTx,
  query: {
    readonly stages: readonly DeliveryStage[];
    readonly jobNames: Readonly<Record<DeliveryStage, string>>;
    readonly fromId: string;
    readonly toId: string;
    readonly olderThanMs: number;
    readonly limit: number;
  },
): Promise<MissingDelivery[]> {
  const { stages, jobNames, limit } = query;
  const isOn = (stage: DeliveryStage) => stages.includes(stage);
  return tx.db.$queryRaw<MissingDelivery[]>`
    select i.id as invoice_id, i.number, i.invoice_type, m.stage, j.id as job_id
    from invoice i
    join customer c on c.tenant_id = i.tenant_id and c.id = i.customer_id
    left join artifact a on a.tenant_id = i.tenant_id and a.invoice_id = i.id and a.kind = 'invoice_pdf'
    cross join lateral (
      select 'pdf' as stage, ${jobNames.pdf} as job where ${isOn("pdf")} and a.id is null
      union all select 'storage', ${jobNames.storage} where ${isOn("storage")} and a.id is not null and a.stored_at is null
      union all select 'stripe', ${jobNames.stripe} where ${isOn("stripe")} and i.invoice_type <> 'credit' and i.amount_due_minor > 0 and i.finalized_at > now() - interval '60 days'
        and not exists (select from provider_object o where o.tenant_id = i.tenant_id and o.provider = 'stripe' and o.kind = 'invoice' and o.local_id = i.id)
      union all select 'email', ${jobNames.email} where ${isOn("email")} and a.id is not null and i.sent_at is null and coalesce(c.email, '') <> ''
        and i.finalized_at > now() - interval '60 days'
        and not exists (select from effect e where e.tenant_id = i.tenant_id and e.kind = 'email.invoice' and e.business_key = i.id::text)
    ) m
    left join job j on j.tenant_id = i.tenant_id and j.key = m.job || '/' || i.id
    where i.tenant_id = ${tx.tenantId}::uuid and i.id >= ${query.fromId}::uuid and i.id < ${query.toId}::uuid and i.invoice_status = 'finalized' and i.imported_at is null
      and i.finalized_at < now() - ${query.olderThanMs} * interval '1 millisecond'
      and (j.id is null or j.state = 'succeeded' and m.stage in ('pdf', 'storage'))
    order by i.id, m.stage limit ${limit}`;
}
