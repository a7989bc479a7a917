import { hash } from "node:crypto";
import type { MeterContribution, NewUsageEvent } from "#libs/data/usage-events.ts";
import type { UsageTenant } from "./usage-tenant.ts";

/** Over the customers: each as many, or a few with most of them. */
export type Spread = "evenly" | "skewed";

/** Events lie in so many hours. */
export const EVENT_HOURS = 720;

const FIRST_AT = Date.parse("2026-03-01T00:00:00Z");

/** The same event for the same number. */
export function eventAt({ customers, meters }: UsageTenant, n: number, spread: Spread): NewUsageEvent {
  const share = ((n * 7_919) % customers.length) / customers.length;
  // Skewed as by Zipf: half of the events are of a few dozen customers.
  const customer = Math.floor(spread === "evenly" ? share * customers.length : customers.length ** share - 1);
  const at = FIRST_AT + ((n * 104_729) % EVENT_HOURS) * 3_600_000 + (n % 3_600) * 1_000;
  return {
    ...{ source: "", id: `e-${n}`, eventType: meters[n % meters.length]?.eventType ?? "" },
    ...{ customerRef: `customer-${customer}`, customerId: customers[customer] ?? null, subscriptionId: null },
    ...{ timestamp: new Date(at).toISOString(), value: amountOf(n), properties: '{"region": "eu-west"}' },
    ...{ contentHash: hash("sha256", String(n), "hex"), unresolved: null },
  };
}

/** What it adds to its meter, at a place of a batch. */
export function contributionAt({ meters }: UsageTenant, n: number, place: number): MeterContribution {
  return { event: place, meterId: meters[n % meters.length]?.id ?? "", group: "", value: amountOf(n) };
}

function amountOf(n: number): string {
  return String((n % 1_000) / 4);
}
