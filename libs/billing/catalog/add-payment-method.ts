import { domainError } from "#libs/core/errors.ts";
import { type ObjectRef, refText } from "#libs/core/object-ref.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { lockCustomer } from "#libs/data/customers.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { newId } from "#libs/data/new-id.ts";
import { findPaymentMethod, insertPaymentMethod, type PaymentMethodRow } from "#libs/data/payment-methods.ts";

export type NewPaymentMethod = {
  readonly customer: ObjectRef;
  /** `card`, `sepa_debit`, ...: the provider's word. */
  readonly type: string;
  readonly provider?: string;
  readonly providerId: string;
  readonly isDefault?: boolean;
};

/**
 * Saves a way to pay that the provider holds; unless it says otherwise it becomes the customer's default.
 * Throws `customer_not_found`, `payment_method_taken`.
 */
export async function addPaymentMethod(tx: TenantTx, input: NewPaymentMethod): Promise<PaymentMethodRow> {
  const customer = await lockCustomer(tx, input.customer);
  if (customer === null) {
    throw domainError("customer_not_found", `there is no customer ${refText(input.customer)}`);
  }
  const id = newId();
  const { type, provider = "stripe", providerId, isDefault = true } = input;
  const method = { id, customerId: customer.id, type, provider, providerId, isDefault };
  if (!(await insertPaymentMethod(tx, method))) {
    throw domainError(
      "payment_method_taken",
      `${customer.name} has the ${provider} payment method ${JSON.stringify(providerId)} already`,
    );
  }
  const row = await findPaymentMethod(tx, customer.id, id);
  if (row === null) throw domainError("internal", `payment method ${id} vanished while it was saved`);
  await writeAudit(tx, {
    action: "payment_method.add",
    targetType: "payment_method",
    targetId: id,
    after: row,
  });
  return row;
}
