import { pageOf, readListParams } from "./list-page.ts";
import * as params from "./params.ts";
import { answer, rowOfPath, type StripeRoute } from "./stripe-route.ts";
import type { StripeTx } from "./stripe-store.ts";

export const eventRoutes: readonly StripeRoute[] = [
  {
    method: "GET",
    path: "/v1/events",
    handle: ({ tx, form, path }) => {
      const input = readListParams(form, {
        type: params.text(),
        types: params.listOf(params.text(), 20),
        created: params.timeRange,
        delivery_success: params.flag,
      });
      const rows = tx
        .all("event")
        .reverse()
        .filter((row) => input.type === undefined || isOfType(row.type, input.type))
        .filter((row) => input.types === undefined || input.types.some((type) => isOfType(row.type, type)))
        .filter(
          (row) =>
            input.delivery_success === undefined || (row.pending_webhooks === 0) === input.delivery_success,
        )
        .filter((row) => input.created?.(row.created) ?? true);
      return answer(pageOf(path, rows, input));
    },
  },
  {
    method: "GET",
    path: "/v1/events/:id",
    handle: (call) => {
      params.readParams(call.form, {});
      return answer(rowOfPath(call, "event"));
    },
  },
];

/** `invoice.*` stands for every type under it. */
function isOfType(type: string, pattern: string): boolean {
  return pattern.endsWith("*") ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}

export const balanceRoutes: readonly StripeRoute[] = [
  {
    method: "GET",
    path: "/v1/balance",
    handle: ({ tx, form }) => {
      params.readParams(form, {});
      return answer({ object: "balance", available: balances(tx), livemode: false, pending: [] });
    },
  },
];

function balances(tx: StripeTx): { amount: number; currency: string; source_types: { card: number } }[] {
  const sums = new Map<string, number>([["usd", 0]]);
  for (const charge of tx.all("charge")) {
    if (charge.status !== "succeeded") continue;
    sums.set(charge.currency, (sums.get(charge.currency) ?? 0) + charge.amount - charge.amount_refunded);
  }
  return [...sums].map(([currency, amount]) => ({ amount, currency, source_types: { card: amount } }));
}
