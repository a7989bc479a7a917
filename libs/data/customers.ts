import type { Temporal } from "temporal-polyfill";
import type { ObjectRef } from "#libs/core/object-ref.ts";
import type { TaxStatus } from "#libs/core/invoice/tax-notices.ts";
import type { Address } from "#libs/core/settings.ts";
import { Prisma } from "#prisma/generated/client.ts";
import { toDate, type TenantTx } from "./database.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";

export type Metadata = Readonly<Record<string, string | number | boolean | null>>;
export type CustomerStatus = "active" | "inactive";

/** When the customer's own run starts, instead of the tenant's. */
export type CustomerSchedule = {
  readonly cron: string;
  readonly timezone: string;
  readonly enabled: boolean;
};

export type CustomerRow = {
  readonly id: string;
  readonly external_id: string | null;
  readonly name: string;
  readonly email: string | null;
  readonly status: CustomerStatus;
  readonly currency: string | null;
  readonly timezone: string | null;
  readonly locale: string | null;
  readonly billing_address: Address;
  readonly tax_ids: readonly string[];
  readonly tax_status: TaxStatus;
  readonly invoice_number_prefix: string | null;
  readonly payment_terms_days: number | null;
  readonly reminders_paused: boolean;
  readonly schedule: CustomerSchedule | null;
  readonly schedule_last_run_at: Date | null;
  readonly schedule_next_run_at: Date | null;
  readonly metadata: Metadata;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  /** In the order in which they are applied. */
  readonly tax_rate_ids: readonly string[];
};

/** Everything of a customer that can be set. */
export type CustomerFields = {
  readonly externalId: string | null;
  readonly name: string;
  readonly email: string | null;
  readonly status: CustomerStatus;
  readonly currency: string | null;
  readonly timezone: string | null;
  readonly locale: string | null;
  readonly billingAddress: Address;
  readonly taxIds: readonly string[];
  readonly taxStatus: TaxStatus;
  readonly invoiceNumberPrefix: string | null;
  readonly paymentTermsDays: number | null;
  readonly remindersPaused: boolean;
  readonly schedule: CustomerSchedule | null;
  /** Null: no schedule, or it is switched off. */
  readonly scheduleNextRunAt: Temporal.Instant | null;
  readonly metadata: Metadata;
  /** UUIDs of tax rates, in order. */
  readonly taxRateIds: readonly string[];
};

const columns = Prisma.sql`
  c.id, c.external_id, c.name, c.email, c.status, c.currency, c.timezone, c.locale, c.billing_address, c.tax_ids, c.tax_status,
  c.invoice_number_prefix, c.payment_terms_days, c.reminders_paused, c.schedule, c.schedule_last_run_at, c.schedule_next_run_at,
  c.metadata, c.version, c.created_at, c.updated_at,
  array(select r.tax_rate_id::text from customer_tax_rate r where r.tenant_id = c.tenant_id and r.customer_id = c.id order by r.position) as tax_rate_ids`;

/** False when the external id is taken, also by a customer that was deleted. */
export async function insertCustomer(tx: TenantTx, id: string, fields: CustomerFields): Promise<boolean> {
  const inserted = await tx.db.$executeRaw`
    insert into customer (tenant_id, id, external_id, name, email, status, currency, timezone, locale, billing_address, tax_ids,
                          tax_status, invoice_number_prefix, payment_terms_days, reminders_paused, schedule, schedule_next_run_at, metadata)
    values (${tx.tenantId}::uuid, ${id}::uuid, ${fields.externalId}, ${fields.name}, ${fields.email}, ${fields.status},
            ${fields.currency}, ${fields.timezone}, ${fields.locale}, ${JSON.stringify(fields.billingAddress)}::jsonb,
            ${JSON.stringify(fields.taxIds)}::jsonb, ${fields.taxStatus}, ${fields.invoiceNumberPrefix},
            ${fields.paymentTermsDays}, ${fields.remindersPaused}, ${scheduleJson(fields)}::jsonb, ${nextRunAt(fields)}::timestamptz,
            ${JSON.stringify(fields.metadata)}::jsonb)
    on conflict (tenant_id, external_id) do nothing`;
  if (inserted === 0) return false;
  await insertTaxRates(tx, id, fields.taxRateIds);
  return true;
}

/** Writes every field and counts the version up. The external id must be free; the caller holds the row. */
export async function updateCustomerRow(tx: TenantTx, id: string, fields: CustomerFields): Promise<void> {
  await tx.db.$executeRaw`
    update customer set external_id = ${fields.externalId}, name = ${fields.name}, email = ${fields.email}, status = ${fields.status},
      currency = ${fields.currency}, timezone = ${fields.timezone}, locale = ${fields.locale},
      billing_address = ${JSON.stringify(fields.billingAddress)}::jsonb, tax_ids = ${JSON.stringify(fields.taxIds)}::jsonb,
      tax_status = ${fields.taxStatus}, invoice_number_prefix = ${fields.invoiceNumberPrefix},
      payment_terms_days = ${fields.paymentTermsDays}, reminders_paused = ${fields.remindersPaused},
      schedule = ${scheduleJson(fields)}::jsonb, schedule_next_run_at = ${nextRunAt(fields)}::timestamptz, metadata = ${JSON.stringify(fields.metadata)}::jsonb,
      version = version + 1, updated_at = now()
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid`;
  await tx.db
    .$executeRaw`delete from customer_tax_rate where tenant_id = ${tx.tenantId}::uuid and customer_id = ${id}::uuid`;
  await insertTaxRates(tx, id, fields.taxRateIds);
}

function scheduleJson({ schedule }: CustomerFields): string | null {
  return schedule === null ? null : JSON.stringify(schedule);
}

function nextRunAt({ scheduleNextRunAt }: CustomerFields): Date | null {
  return scheduleNextRunAt === null ? null : toDate(scheduleNextRunAt);
}

async function insertTaxRates(tx: TenantTx, customerId: string, taxRateIds: readonly string[]) {
  if (taxRateIds.length === 0) return;
  await tx.db.$executeRaw`
    insert into customer_tax_rate (tenant_id, customer_id, tax_rate_id, position)
    select ${tx.tenantId}::uuid, ${customerId}::uuid, r.id, r.position
    from unnest(${[...taxRateIds]}::uuid[]) with ordinality as r (id, position)`;
}

/** Hides a customer from every list; its invoices stay, and so does its claim to the external id. */
export async function softDeleteCustomer(tx: TenantTx, id: string): Promise<void> {
  await tx.db.$executeRaw`
    update customer set deleted_at = now(), status = 'inactive', version = version + 1, updated_at = now()
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid`;
}

/** Deleted customers are not found. */
export async function findCustomer(tx: TenantTx, ref: ObjectRef): Promise<CustomerRow | null> {
  const rows = await tx.db.$queryRaw<CustomerRow[]>`
    select ${columns} from customer c where ${matches(tx, ref)}`;
  return rows[0] ?? null;
}

/** As `findCustomer`, and holds the row until the transaction ends: what hangs on a customer is decided one at a time. */
export async function lockCustomer(tx: TenantTx, ref: ObjectRef): Promise<CustomerRow | null> {
  const rows = await tx.db.$queryRaw<CustomerRow[]>`
    select ${columns} from customer c where ${matches(tx, ref)} for no key update of c`;
  return rows[0] ?? null;
}

/** Whether any customer, also a deleted one, has the external id. */
export async function isExternalIdTaken(tx: TenantTx, externalId: string): Promise<boolean> {
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    select id from customer where tenant_id = ${tx.tenantId}::uuid and external_id = ${externalId}`;
  return rows.length > 0;
}

export async function listCustomers(
  tx: TenantTx,
  query: PageQuery<{
    readonly status?: CustomerStatus;
    readonly externalId?: string;
    readonly email?: string;
  }>,
): Promise<Page<CustomerRow>> {
  const { status = null, externalId = null, email = null } = query.filters ?? {};
  const rows = await tx.db.$queryRaw<CustomerRow[]>`
    select ${columns} from customer c
    where c.tenant_id = ${tx.tenantId}::uuid and c.deleted_at is null and (${query.cursor}::uuid is null or c.id < ${query.cursor}::uuid)
      and (${status}::text is null or c.status = ${status}) and (${externalId}::text is null or c.external_id = ${externalId})
      and (${email}::text is null or c.email = ${email})
    order by c.id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}

function matches(tx: TenantTx, ref: ObjectRef): Prisma.Sql {
  const named = "id" in ref ? Prisma.sql`c.id = ${ref.id}::uuid` : Prisma.sql`c.external_id = ${ref.code}`;
  return Prisma.sql`c.tenant_id = ${tx.tenantId}::uuid and c.deleted_at is null and ${named}`;
}
