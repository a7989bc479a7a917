import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { markOverdue } from "#libs/data/overdue-invoices.ts";

const invoicesAtOnce = 500;

/**
 * Says of each invoice once that its due date has passed unpaid: emits invoice.overdue, 500 at a time. An invoice that was
 * paid, voided or written off before is never said to be; one that is paid while we look is left to the next look.
 * @returns how many
 */
export async function announceOverdue(tx: TenantTx): Promise<number> {
  const overdue = await markOverdue(tx, invoicesAtOnce);
  await emitEvents(
    tx,
    overdue.map(({ id, customer_id }) => ({
      type: "invoice.overdue" as const,
      subjectType: "invoice" as const,
      subjectId: id,
      data: { customer_id },
    })),
  );
  return overdue.length;
}
