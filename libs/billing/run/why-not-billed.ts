import { publicId } from "#libs/core/public-id.ts";
import type { CustomerRow } from "#libs/data/customers.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { listSubscriptions, type SubscriptionRow } from "#libs/data/subscriptions.ts";

const mostSubscriptions = 100;

/** Why a run that looked at the customer billed nothing, in words: the customer's own state, else that of each subscription. */
export async function whyNotBilled(
  tx: TenantTx,
  customer: Pick<CustomerRow, "id" | "status">,
  run: { readonly waiting_zones: readonly string[] },
): Promise<string> {
  if (customer.status !== "active") {
    return `the customer is ${customer.status}, and only active ones are billed`;
  }
  const { rows } = await listSubscriptions(tx, {
    limit: mostSubscriptions,
    cursor: null,
    filters: { customerId: customer.id },
  });
  if (rows.length === 0) return "the customer has no subscription";
  const reasons = [...rows].reverse().map((row) => {
    const because = reasonOf(row, run.waiting_zones);
    return `${publicId("subscription", row.id)} (${row.plan_code}) ${because}`;
  });
  return reasons.join("; ");
}

function reasonOf(row: SubscriptionRow, waitingZones: readonly string[]): string {
  const on = (date: Date) => date.toISOString().replace(".000Z", "Z");
  if (row.status === "ended" || row.status === "canceled") {
    const end = row.ends_at ?? row.canceled_at;
    return `${row.status === "ended" ? "has ended" : "is canceled"}${end === null ? "" : `, at ${on(end)}`}`;
  }
  if (row.parked_at !== null) return `is parked: ${row.parked_reason ?? row.parked_code ?? "no reason kept"}`;
  if (waitingZones.includes(row.timezone)) return `waits for the month to end in ${row.timezone}`;
  if (row.next_due_at === null) return "has nothing left to bill";
  const paused = row.paused_at === null ? "" : `is paused since ${on(row.paused_at)} and `;
  return `${paused}has nothing due before ${on(row.next_due_at)}`;
}
