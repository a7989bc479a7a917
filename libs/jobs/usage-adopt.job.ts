import { z } from "zod";
import { adoptEvents } from "#libs/billing/usage/adopt-events.ts";
import { fillMeter } from "#libs/billing/usage/fill-meter.ts";
import { defineJob } from "./define-job.ts";

/** Counts the usage events that waited for a customer. */
export const usageAdoptCustomer = defineJob({
  name: "usage.adopt_customer",
  queue: "usage-aggregation",
  on: { "customer.created": (event) => ({ customerId: event.subjectId }) },
  payload: z.object({ customerId: z.uuid() }),
  key: ({ customerId }) => customerId,
  retry: { attempts: 5, delayMs: 1_000, budget: 20 },
  timeoutMs: 120_000,
  transaction: (tx, { customerId }) => adoptEvents(tx, { customerId }),
});

/** Counts the usage events that waited for a meter, and the past ones of its event type. */
export const usageAdoptMeter = defineJob({
  name: "usage.adopt_meter",
  queue: "usage-aggregation",
  on: { "meter.created": (event) => ({ meterId: event.subjectId }) },
  payload: z.object({ meterId: z.uuid() }),
  key: ({ meterId }) => meterId,
  retry: { attempts: 5, delayMs: 1_000, budget: 20 },
  timeoutMs: 600_000,
  external: (deps, { meterId }, scope) => fillMeter(deps, { tenantId: scope.tenantId, meterId }),
});
