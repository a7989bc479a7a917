import type { ObjectRef } from "#libs/core/object-ref.ts";
import type { Meter } from "#libs/core/usage/meter.ts";
import { Prisma } from "#prisma/generated/client.ts";
import type { TenantTx } from "./database.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";

export type MeterRow = {
  readonly id: string;
  readonly code: string;
  readonly definition_version: number;
  readonly name: string;
  readonly event_type: string;
  readonly definition: Meter;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
};

const columns = Prisma.sql`id, code, definition_version, name, event_type, definition, version, created_at, updated_at`;

/** False when the code is taken. */
export async function insertMeter(tx: TenantTx, id: string, meter: Meter): Promise<boolean> {
  const inserted = await tx.db.$executeRaw`
    insert into meter (tenant_id, id, code, name, event_type, definition)
    values (${tx.tenantId}::uuid, ${id}::uuid, ${meter.code}, ${meter.name}, ${meter.eventType}, ${JSON.stringify(meter)}::jsonb)
    on conflict do nothing`;
  return inserted === 1;
}

/** Writes the meter anew and counts its version up; its definition's version too when `isNewDefinition`. */
export async function updateMeterRow(
  tx: TenantTx,
  id: string,
  meter: Meter,
  isNewDefinition: boolean,
): Promise<void> {
  await tx.db.$executeRaw`
    update meter set name = ${meter.name}, event_type = ${meter.eventType}, definition = ${JSON.stringify(meter)}::jsonb,
      definition_version = definition_version + ${isNewDefinition ? 1 : 0}, version = version + 1, updated_at = now()
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid`;
}

export async function findMeter(tx: TenantTx, ref: ObjectRef): Promise<MeterRow | null> {
  const [row] = await findMeters(tx, [ref]);
  return row ?? null;
}

/** As `findMeter`, and holds the row until the transaction ends. */
export async function lockMeter(tx: TenantTx, ref: ObjectRef): Promise<MeterRow | null> {
  const named = "id" in ref ? Prisma.sql`id = ${ref.id}::uuid` : Prisma.sql`code = ${ref.code}`;
  const rows = await tx.db.$queryRaw<MeterRow[]>`
    select ${columns} from meter where tenant_id = ${tx.tenantId}::uuid and superseded_at is null and ${named} for update`;
  return rows[0] ?? null;
}

/** The meters of these names, in no order; what is missing is left out. */
export async function findMeters(tx: TenantTx, refs: readonly ObjectRef[]): Promise<MeterRow[]> {
  const ids = refs.flatMap((ref) => ("id" in ref ? [ref.id] : []));
  const codes = refs.flatMap((ref) => ("code" in ref ? [ref.code] : []));
  return tx.db.$queryRaw<MeterRow[]>`
    select ${columns} from meter
    where tenant_id = ${tx.tenantId}::uuid and superseded_at is null and (id = any(${ids}::uuid[]) or code = any(${codes}::text[]))`;
}

export async function listMeters(
  tx: TenantTx,
  query: PageQuery<{ readonly eventType?: string }>,
): Promise<Page<MeterRow>> {
  const { eventType = null } = query.filters ?? {};
  const rows = await tx.db.$queryRaw<MeterRow[]>`
    select ${columns} from meter
    where tenant_id = ${tx.tenantId}::uuid and superseded_at is null and (${query.cursor}::uuid is null or id < ${query.cursor}::uuid)
      and (${eventType}::text is null or event_type = ${eventType})
    order by id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}

/** Whether any event of one of these types was ever sent. */
export async function hasEventsOfTypes(tx: TenantTx, eventTypes: readonly string[]): Promise<boolean> {
  const rows = await tx.db.$queryRaw<{ one: number }[]>`
    select 1 as one from usage_event where tenant_id = ${tx.tenantId}::uuid and event_type = any(${[...eventTypes]}::text[]) limit 1`;
  return rows.length > 0;
}
