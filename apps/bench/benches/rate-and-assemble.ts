import { draftBoundary, dueAt } from "#libs/billing/run/draft-boundary.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { defaultSettings } from "#libs/core/settings.ts";
import type { Bench, Sample } from "../bench.ts";
import { naiveInvoice } from "../naive/naive-invoice.ts";
import { type DueSubscription, dueSubscriptions } from "../subscriptions.ts";

const SUBSCRIPTIONS = 10_000;
const TARGET_SECONDS = 2;

/** From what the database holds to the invoice that is written: due periods, lines, amounts, tax, totals, the next boundary. */
export const rateAndAssemble: Bench = {
  name: "rate-and-assemble",
  about:
    "10,000 subscriptions x 4 prices to assembled invoices, in one process; naive: Temporal and decimal.js",
  open: () => ({
    cases: [
      {
        name: "10,000 subscriptions x 4 prices",
        unit: "s",
        better: "lower",
        target: TARGET_SECONDS,
        ours: { name: "draftBoundary", sample: () => timeAll(ourTotal) },
        peer: { name: "naive decimal.js", sample: () => timeAll((due) => naiveInvoice(due).total) },
        verify: () => {
          for (const due of dueSubscriptions(0, 500)) {
            const [ours, peer] = [ourTotal(due), naiveInvoice(due).total];
            if (ours !== peer) {
              throw new Error(`${due.standing.subscriptionId}: ours is ${ours}, the peer's ${peer}`);
            }
          }
        },
      },
    ],
  }),
};

/** The subscriptions are made anew and not timed: nothing of an earlier sample is known of them. */
function timeAll(bill: (due: DueSubscription) => string): Sample {
  const due = dueSubscriptions(0, SUBSCRIPTIONS);
  const start = performance.now();
  for (const each of due) bill(each);
  return { value: (performance.now() - start) / 1_000 };
}

function ourTotal({ standing, usage }: DueSubscription): string {
  const { assembled } = draftBoundary(standing, dueAt(standing), usage, defaultSettings);
  return formatMoney({ minor: assembled?.totalMinor ?? 0n, currency: standing.currency });
}
