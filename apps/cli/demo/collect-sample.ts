import { recordOutsidePayment } from "#libs/billing/payment/record-outside-payment.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { type Database, withTenant } from "#libs/data/database.ts";
import { type CollectionRow, listCollection } from "#libs/data/run-report.ts";

export type Collected = {
  readonly byCard: number;
  readonly afterDecline: number;
  readonly byBank: number;
  /** Organizations with an invoice that is not paid. */
  readonly unpaid: number;
};

/**
 * Waits until the cards have paid, records the bank transfer of the customer who pays by bank, and counts how each
 * organization paid. A payment is real only when the provider's signed webhook, or the poll, says so.
 */
export async function collectSample(
  database: Database,
  tenantId: string,
  options: { readonly timeoutMs: number; readonly stopped: Promise<void> },
): Promise<Collected> {
  let isStopped = false;
  options.stopped.then(() => {
    isStopped = true;
  });
  const inTenant = <T>(use: Parameters<typeof withTenant<T>>[2]) =>
    withTenant<T>(database, { tenantId, actor: "demo" }, use);
  await inTenant(payByBank);
  const until = Date.now() + options.timeoutMs;
  for (;;) {
    const rows = await inTenant(listCollection);
    const open = rows.filter((row) => row.remaining_minor > 0n);
    if (open.length === 0 || isStopped || Date.now() > until) return count(rows);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function payByBank(tx: Parameters<typeof listCollection>[0]): Promise<void> {
  for (const row of await listCollection(tx)) {
    if (row.collection !== "send_invoice" || row.remaining_minor <= 0n) continue;
    await recordOutsidePayment(tx, {
      invoiceId: row.id,
      paymentStatus: "succeeded",
      amount: formatMoney({ minor: row.remaining_minor, currency: row.currency }),
      reference: "bank transfer, recorded by the demo",
    });
  }
}

function count(rows: readonly CollectionRow[]): Collected {
  const customers = new Map<string, CollectionRow[]>();
  for (const row of rows) customers.set(row.customer_id, [...(customers.get(row.customer_id) ?? []), row]);
  const counts = { byCard: 0, afterDecline: 0, byBank: 0, unpaid: 0 };
  for (const invoices of customers.values()) {
    if (invoices.some((row) => row.remaining_minor > 0n)) counts.unpaid += 1;
    else if (invoices.some((row) => row.collection === "send_invoice")) counts.byBank += 1;
    else if (invoices.some((row) => row.failed_attempts > 0)) counts.afterDecline += 1;
    else counts.byCard += 1;
  }
  return counts;
}
