import type { ObjectRef } from "#libs/core/object-ref.ts";
import type { Interval, Price } from "#libs/core/price/price.ts";
import { Prisma } from "#prisma/generated/client.ts";
import type { TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";

export type PriceRow = {
  readonly id: string;
  readonly code: string;
  readonly meter_id: string | null;
  readonly definition: Price;
};

/** A plan with one version of its terms, and the prices of that version in order. */
export type PlanRow = {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly archived_at: Date | null;
  readonly version: number;
  readonly created_at: Date;
  readonly plan_version_id: string;
  readonly plan_version: number;
  readonly currency: string;
  readonly interval: Interval;
  readonly trial_days: number;
  readonly minimum_commitment_minor: bigint | null;
  readonly maximum_amount_minor: bigint | null;
  readonly prices: readonly PriceRow[];
};

export type PlanTerms = {
  readonly currency: string;
  readonly interval: Interval;
  readonly trialDays: number;
  readonly minimumCommitmentMinor: bigint | null;
  readonly maximumAmountMinor: bigint | null;
  readonly prices: readonly { readonly price: Price; readonly meterId: string | null }[];
};

const columns = Prisma.sql`
  p.id, p.code, p.name, p.archived_at, p.version, p.created_at, v.id as plan_version_id, v.plan_version, v.currency, v.interval, v.trial_days,
  v.minimum_commitment_minor, v.maximum_amount_minor,
  (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'code', r.code, 'meter_id', r.meter_id, 'definition', r.definition) order by r.position), '[]')
     from price r where r.tenant_id = v.tenant_id and r.plan_version_id = v.id) as prices`;

/** False when the code is taken. */
export async function insertPlan(
  tx: TenantTx,
  plan: { readonly id: string; readonly code: string; readonly name: string },
): Promise<boolean> {
  const inserted = await tx.db.$executeRaw`
    insert into plan (tenant_id, id, code, name) values (${tx.tenantId}::uuid, ${plan.id}::uuid, ${plan.code}, ${plan.name})
    on conflict (tenant_id, code) do nothing`;
  return inserted === 1;
}

/** Adds immutable terms as the given version of a plan. False when that version exists. */
export async function insertPlanVersion(
  tx: TenantTx,
  planId: string,
  planVersion: number,
  terms: PlanTerms,
): Promise<boolean> {
  const id = newId();
  const inserted = await tx.db.$executeRaw`
    insert into plan_version (tenant_id, id, plan_id, plan_version, currency, interval, trial_days, minimum_commitment_minor, maximum_amount_minor)
    values (${tx.tenantId}::uuid, ${id}::uuid, ${planId}::uuid, ${planVersion}, ${terms.currency}, ${JSON.stringify(terms.interval)}::jsonb,
            ${terms.trialDays}, ${terms.minimumCommitmentMinor}, ${terms.maximumAmountMinor})
    on conflict (tenant_id, plan_id, plan_version) do nothing`;
  if (inserted === 0) return false;
  const rows = terms.prices;
  await tx.db.$executeRaw`
    insert into price (tenant_id, id, plan_version_id, code, position, kind, meter_id, definition)
    select ${tx.tenantId}::uuid, p.id, ${id}::uuid, p.code, p.position, p.kind, p.meter_id, p.definition::jsonb
    from unnest(${rows.map(() => newId())}::uuid[], ${rows.map((r) => r.price.code)}::text[], ${rows.map((_, position) => position)}::int[],
                ${rows.map((r) => r.price.kind)}::text[], ${rows.map((r) => r.meterId)}::uuid[], ${rows.map((r) => JSON.stringify(r.price))}::text[])
      as p (id, code, position, kind, meter_id, definition)`;
  return true;
}

/** Names the plan anew and counts its version up. */
export async function touchPlan(tx: TenantTx, id: string, name: string): Promise<void> {
  await tx.db.$executeRaw`
    update plan set name = ${name}, version = version + 1 where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid`;
}

/** Leaves a plan that is archived already as it is. */
export async function archivePlanRow(tx: TenantTx, id: string): Promise<void> {
  await tx.db.$executeRaw`
    update plan set archived_at = now(), version = version + 1
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid and archived_at is null`;
}

/** The plan with its newest terms, or with those of `planVersion`. */
export async function findPlan(
  tx: TenantTx,
  ref: ObjectRef,
  planVersion: number | null = null,
): Promise<PlanRow | null> {
  const named = "id" in ref ? Prisma.sql`p.id = ${ref.id}::uuid` : Prisma.sql`p.code = ${ref.code}`;
  const wanted = planVersion === null ? Prisma.empty : Prisma.sql`and v.plan_version = ${planVersion}`;
  const rows = await tx.db.$queryRaw<PlanRow[]>`
    select ${columns} from plan p join plan_version v on v.tenant_id = p.tenant_id and v.plan_id = p.id
    where p.tenant_id = ${tx.tenantId}::uuid and ${named} ${wanted} order by v.plan_version desc limit 1`;
  return rows[0] ?? null;
}

/** As `findPlan`, and holds the plan until the transaction ends: versions are made one at a time. */
export async function lockPlan(tx: TenantTx, ref: ObjectRef): Promise<PlanRow | null> {
  const named = "id" in ref ? Prisma.sql`id = ${ref.id}::uuid` : Prisma.sql`code = ${ref.code}`;
  await tx.db
    .$queryRaw`select id from plan where tenant_id = ${tx.tenantId}::uuid and ${named} for no key update`;
  return findPlan(tx, ref);
}

/** Each plan with its newest terms; archived plans only when asked for. */
export async function listPlans(
  tx: TenantTx,
  query: PageQuery<{ readonly includeArchived?: boolean }>,
): Promise<Page<PlanRow>> {
  const includeArchived = query.filters?.includeArchived ?? false;
  const rows = await tx.db.$queryRaw<PlanRow[]>`
    select ${columns} from plan p
    join plan_version v on v.tenant_id = p.tenant_id and v.plan_id = p.id
     and v.plan_version = (select max(n.plan_version) from plan_version n where n.tenant_id = p.tenant_id and n.plan_id = p.id)
    where p.tenant_id = ${tx.tenantId}::uuid and (${query.cursor}::uuid is null or p.id < ${query.cursor}::uuid)
      and (${includeArchived} or p.archived_at is null)
    order by p.id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}
