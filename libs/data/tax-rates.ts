import type { ObjectRef } from "#libs/core/object-ref.ts";
import type { TenantTx } from "./database.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";

export type TaxRateRow = {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  /** Percent, plain decimal without trailing zeros. */
  readonly percentage: string;
  readonly inclusive: boolean;
  readonly jurisdiction: string | null;
  readonly archived_at: Date | null;
  readonly created_at: Date;
};

/** False when the code is taken. */
export async function insertTaxRate(
  tx: TenantTx,
  rate: {
    readonly id: string;
    readonly code: string;
    readonly name: string;
    readonly percentage: string;
    readonly inclusive: boolean;
    readonly jurisdiction: string | null;
  },
): Promise<boolean> {
  const inserted = await tx.db.$executeRaw`
    insert into tax_rate (tenant_id, id, code, name, percentage, inclusive, jurisdiction)
    values (${tx.tenantId}::uuid, ${rate.id}::uuid, ${rate.code}, ${rate.name}, ${rate.percentage}::numeric, ${rate.inclusive}, ${rate.jurisdiction})
    on conflict (tenant_id, code) do nothing`;
  return inserted === 1;
}

/** The rates of these names, in no order; what is missing is left out. */
export async function findTaxRates(tx: TenantTx, refs: readonly ObjectRef[]): Promise<TaxRateRow[]> {
  const ids = refs.flatMap((ref) => ("id" in ref ? [ref.id] : []));
  const codes = refs.flatMap((ref) => ("code" in ref ? [ref.code] : []));
  return tx.db.$queryRaw<TaxRateRow[]>`
    select id, code, name, trim_scale(percentage)::text as percentage, inclusive, jurisdiction, archived_at, created_at from tax_rate
    where tenant_id = ${tx.tenantId}::uuid and (id = any(${ids}::uuid[]) or code = any(${codes}::text[]))`;
}

export async function listTaxRates(tx: TenantTx, query: PageQuery): Promise<Page<TaxRateRow>> {
  const rows = await tx.db.$queryRaw<TaxRateRow[]>`
    select id, code, name, trim_scale(percentage)::text as percentage, inclusive, jurisdiction, archived_at, created_at from tax_rate
    where tenant_id = ${tx.tenantId}::uuid and (${query.cursor}::uuid is null or id < ${query.cursor}::uuid)
    order by id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}
