import { domainError } from "#libs/core/errors.ts";
import { type ObjectRef, refText } from "#libs/core/object-ref.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { lockCustomer } from "#libs/data/customers.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { deletePaymentMethod, findPaymentMethod } from "#libs/data/payment-methods.ts";

/**
 * Forgets a saved way to pay; at the provider it stays as it is.
 * Throws `customer_not_found`, `payment_method_not_found`, and `payment_method_in_use` when a subscription names it.
 */
export async function removePaymentMethod(
  tx: TenantTx,
  input: { readonly customer: ObjectRef; readonly paymentMethodId: string },
): Promise<void> {
  const customer = await lockCustomer(tx, input.customer);
  if (customer === null) {
    throw domainError("customer_not_found", `there is no customer ${refText(input.customer)}`);
  }
  const before = await findPaymentMethod(tx, customer.id, input.paymentMethodId);
  if (before === null) {
    throw domainError("payment_method_not_found", `${customer.name} has no such payment method`);
  }
  if (!(await deletePaymentMethod(tx, before.id))) {
    throw domainError(
      "payment_method_in_use",
      "a subscription names this payment method; give it another first",
    );
  }
  await writeAudit(tx, {
    action: "payment_method.remove",
    targetType: "payment_method",
    targetId: before.id,
    before,
  });
}
