import { z } from "zod";
import { settleLateUsage } from "#libs/billing/usage/settle-late.ts";
import { defineJob } from "./define-job.ts";

/** Finds usage that came after its period was billed, and settles it. Safe to repeat. */
export const usageSettleLate = defineJob({
  name: "usage.settle_late",
  queue: "usage-aggregation",
  on: { "usage.settlement_due": (event) => ({ sweep: String(event.data["sweep"]) }) },
  payload: z.object({ sweep: z.string() }),
  key: ({ sweep }) => sweep,
  retry: { attempts: 3, delayMs: 2_000, budget: 6 },
  timeoutMs: 120_000,
  transaction: (tx) => settleLateUsage(tx),
});
