import { domainError } from "#libs/core/errors.ts";
import { type ObjectRef, refText } from "#libs/core/object-ref.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { lockCustomer, softDeleteCustomer } from "#libs/data/customers.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { countLiveSubscriptions } from "#libs/data/subscriptions.ts";
import { assertVersion } from "./assert-version.ts";

/**
 * Hides a customer; its invoices and its external id stay its own. Returns its UUID.
 * Throws `customer_not_found`, `version_conflict`, and `customer_in_use` while a subscription can still be billed.
 */
export async function deleteCustomer(
  tx: TenantTx,
  input: { readonly customer: ObjectRef; readonly ifVersion?: number },
): Promise<string> {
  const before = await lockCustomer(tx, input.customer);
  if (before === null) {
    throw domainError("customer_not_found", `there is no customer ${refText(input.customer)}`);
  }
  assertVersion("customer", before.version, input.ifVersion);
  const live = await countLiveSubscriptions(tx, before.id);
  if (live > 0) {
    throw domainError(
      "customer_in_use",
      `${before.name} has ${live} live ${live === 1 ? "subscription" : "subscriptions"}; cancel first, or set status to inactive`,
    );
  }
  await softDeleteCustomer(tx, before.id);
  await writeAudit(tx, { action: "customer.delete", targetType: "customer", targetId: before.id, before });
  return before.id;
}
