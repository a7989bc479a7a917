import { isIdKind, publicId } from "#libs/core/public-id.ts";
import { findCustomer } from "#libs/data/customers.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findInvoice } from "#libs/data/invoice-reads.ts";
import { findSubscription } from "#libs/data/subscriptions.ts";
import type { DeliveryToSend } from "#libs/data/webhook-deliveries.ts";
import { customerToWire } from "../wire/customer-wire.ts";
import { presentInvoiceSummary } from "../wire/invoice-wire.ts";
import { subscriptionToWire } from "../wire/subscription-wire.ts";

type Event = DeliveryToSend["event"];

/**
 * What an endpoint is told of an event: `{ type, timestamp, data }`. `data` holds the subject under its name, as the API
 * shows it now (an invoice without lines), and the event's own facts; ids are the API's.
 */
export async function webhookBody(tx: TenantTx, event: Event, publicUrl: string): Promise<string> {
  const { subjectType, subjectId } = event;
  const id = isIdKind(subjectType) ? publicId(subjectType, subjectId) : subjectId;
  const subject = (await readSubject(tx, event, publicUrl)) ?? { id };
  return JSON.stringify({
    type: event.type,
    timestamp: event.occurredAt,
    data: { ...withPublicIds(event.data), [subjectType]: subject },
  });
}

async function readSubject(
  tx: TenantTx,
  { subjectType, subjectId }: Event,
  publicUrl: string,
): Promise<object | null> {
  if (subjectType === "invoice") {
    const invoice = await findInvoice(tx, subjectId);
    return invoice === null ? null : presentInvoiceSummary(invoice, { now: tx.now, publicUrl });
  }
  if (subjectType === "customer") {
    const customer = await findCustomer(tx, { id: subjectId });
    return customer === null ? null : customerToWire(customer);
  }
  if (subjectType === "subscription") {
    const subscription = await findSubscription(tx, subjectId);
    return subscription === null ? null : subscriptionToWire(subscription);
  }
  return null;
}

function withPublicIds(data: Event["data"]): Record<string, unknown> {
  const shown = Object.entries(data).map(([name, value]) => {
    const kind = name.endsWith("_id") ? name.slice(0, -3) : "";
    return [name, isIdKind(kind) && typeof value === "string" ? publicId(kind, value) : value];
  });
  return Object.fromEntries(shown);
}
