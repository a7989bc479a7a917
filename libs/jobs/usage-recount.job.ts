import { z } from "zod";
import { recountUsage } from "#libs/billing/usage/recount-usage.ts";
import { defineJob } from "./define-job.ts";

/** Recounts closed hours of a tenant's usage by rotation and repairs their buckets. Safe to repeat. */
export const usageRecount = defineJob({
  name: "usage.recount",
  queue: "usage-aggregation",
  on: { "usage.recount_due": (event) => ({ sweep: String(event.data["sweep"]) }) },
  payload: z.object({ sweep: z.string() }),
  key: ({ sweep }) => sweep,
  retry: { attempts: 3, delayMs: 2_000, budget: 6 },
  timeoutMs: 600_000,
  external: (deps, _, scope) => recountUsage(deps, { tenantId: scope.tenantId }),
});
