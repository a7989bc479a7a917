import { domainError } from "#libs/core/errors.ts";
import type { ObjectRef } from "#libs/core/object-ref.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { type CustomerFields, type CustomerRow, findCustomer, insertCustomer } from "#libs/data/customers.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { newId } from "#libs/data/new-id.ts";
import { customerFields } from "./customer-fields.ts";

export type CustomerInput = Partial<Omit<CustomerFields, "name" | "taxRateIds" | "scheduleNextRunAt">> & {
  /** In the order in which they are applied. */
  readonly taxRates?: readonly ObjectRef[];
};
export type NewCustomer = CustomerInput & { readonly name: string };

/**
 * Creates a customer; events that were sent before it are adopted afterwards.
 * Throws `external_id_taken`, `external_id_reserved`, `fields_invalid`, `tax_rate_not_found`.
 */
export async function createCustomer(tx: TenantTx, input: NewCustomer): Promise<CustomerRow> {
  const { taxRates = [], ...given } = input;
  const fields = await customerFields(tx, { ...blankCustomer, ...given }, taxRates, null);
  const id = newId();
  if (!(await insertCustomer(tx, id, fields))) {
    throw domainError(
      "external_id_taken",
      `the external id ${JSON.stringify(fields.externalId)} belongs to another customer (perhaps a deleted one); choose a new one`,
    );
  }
  const row = await findCustomer(tx, { id });
  if (row === null) throw domainError("internal", `customer ${id} vanished while it was created`);
  await emitEvents(tx, [
    {
      type: "customer.created",
      subjectType: "customer",
      subjectId: id,
      data: { externalId: row.external_id },
    },
  ]);
  await writeAudit(tx, { action: "customer.create", targetType: "customer", targetId: id, after: row });
  return row;
}

const blankCustomer: Omit<CustomerFields, "name" | "taxRateIds" | "scheduleNextRunAt"> = {
  externalId: null,
  email: null,
  status: "active",
  currency: null,
  timezone: null,
  locale: null,
  billingAddress: {},
  taxIds: [],
  taxStatus: "taxable",
  invoiceNumberPrefix: null,
  paymentTermsDays: null,
  remindersPaused: false,
  schedule: null,
  metadata: {},
};
