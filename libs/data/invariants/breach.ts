import { Prisma } from "#prisma/generated/client.ts";
import type { TenantTx } from "../database.ts";

/** One place where an invariant does not hold. */
export type Breach = {
  /** What it is about: `invoice`, `subscription`, `effect`, ... */
  readonly subject_type: string;
  /** Null: no single object, such as a series of numbers. */
  readonly subject_id: string | null;
  /** The account whose books are in doubt; null: none can be named, or nothing is in doubt. */
  readonly customer_id: string | null;
  readonly detail: string;
};

/**
 * What one look covers, half-open: rows by their ids, which are in order of time, and events by their instant. A look sees
 * `limit` breaches at most.
 */
export type LookRange = {
  readonly fromId: string;
  readonly toId: string;
  readonly from: Date;
  readonly to: Date;
  readonly limit: number;
};

export type FindBreaches = (tx: TenantTx, range: LookRange) => Promise<Breach[]>;

/** Runs a query whose columns are those of a breach, under the range's limit. */
export function findBreaches(tx: TenantTx, range: LookRange, query: Prisma.Sql): Promise<Breach[]> {
  return tx.db.$queryRaw<Breach[]>`
    select b.subject_type, b.subject_id::text as subject_id, b.customer_id::text as customer_id, b.detail
    from (${query}) as b (subject_type, subject_id, customer_id, detail) limit ${range.limit}`;
}

/** `alias.column` is an id of the range. */
export function inRange(column: string, range: LookRange): Prisma.Sql {
  const name = Prisma.raw(column);
  return Prisma.sql`${name} >= ${range.fromId}::uuid and ${name} < ${range.toId}::uuid`;
}

/** The tenant of the transaction owns the rows of `alias`. */
export function ofTenant(alias: string, tx: TenantTx): Prisma.Sql {
  return Prisma.sql`${Prisma.raw(alias)}.tenant_id = ${tx.tenantId}::uuid`;
}
