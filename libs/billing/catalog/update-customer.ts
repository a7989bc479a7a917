import { domainError } from "#libs/core/errors.ts";
import { type ObjectRef, refText } from "#libs/core/object-ref.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import {
  type CustomerRow,
  findCustomer,
  isExternalIdTaken,
  lockCustomer,
  updateCustomerRow,
} from "#libs/data/customers.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { assertVersion } from "./assert-version.ts";
import type { CustomerInput } from "./create-customer.ts";
import { customerFields } from "./customer-fields.ts";

export type CustomerChange = CustomerInput & {
  readonly customer: ObjectRef;
  readonly name?: string;
  /** Refused with `version_conflict` when the customer has moved on from it. */
  readonly ifVersion?: number;
};

/**
 * Changes the given fields and leaves the others. Invoices that were issued keep what they say.
 * Throws `customer_not_found`, `version_conflict`, `external_id_taken`, `fields_invalid`, `tax_rate_not_found`.
 */
export async function updateCustomer(tx: TenantTx, input: CustomerChange): Promise<CustomerRow> {
  const { customer, ifVersion, taxRates, ...change } = input;
  const before = await lockCustomer(tx, customer);
  if (before === null) throw domainError("customer_not_found", `there is no customer ${refText(customer)}`);
  assertVersion("customer", before.version, ifVersion);
  const kept = before.tax_rate_ids.map((id) => ({ id }));
  const fields = await customerFields(tx, { ...currentFields(before), ...change }, taxRates ?? kept, before);
  if (
    fields.externalId !== null &&
    fields.externalId !== before.external_id &&
    (await isExternalIdTaken(tx, fields.externalId))
  ) {
    throw domainError(
      "external_id_taken",
      `the external id ${JSON.stringify(fields.externalId)} belongs to another customer (perhaps a deleted one); choose a new one`,
    );
  }
  await updateCustomerRow(tx, before.id, fields);
  const after = await findCustomer(tx, { id: before.id });
  if (after === null) throw domainError("internal", `customer ${before.id} vanished while it was changed`);
  await writeAudit(tx, {
    action: "customer.update",
    targetType: "customer",
    targetId: before.id,
    before,
    after,
  });
  return after;
}

function currentFields(row: CustomerRow) {
  return {
    externalId: row.external_id,
    name: row.name,
    email: row.email,
    status: row.status,
    currency: row.currency,
    timezone: row.timezone,
    locale: row.locale,
    billingAddress: row.billing_address,
    taxIds: row.tax_ids,
    taxStatus: row.tax_status,
    invoiceNumberPrefix: row.invoice_number_prefix,
    paymentTermsDays: row.payment_terms_days,
    remindersPaused: row.reminders_paused,
    schedule: row.schedule,
    metadata: row.metadata,
  };
}
