import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { generatePeriod } from "#libs/billing/invoice/generate-period.ts";
import { defineJob } from "./define-job.ts";

/** Bills one period of one subscription, because somebody asked for it. Safe to repeat: the claims are taken. */
export const invoiceGeneratePeriod = defineJob({
  name: "invoice.generate_period",
  queue: "invoice-generation",
  on: {
    "invoice.generation_requested": ({ subjectId, data }) => ({
      subscriptionId: subjectId,
      periodStart: String(data["period_start"]),
      periodEnd: String(data["period_end"]),
      key: String(data["key"]),
      named: data["named"] === true,
    }),
  },
  payload: z.object({
    subscriptionId: z.uuid(),
    periodStart: z.iso.datetime(),
    periodEnd: z.iso.datetime(),
    key: z.string(),
    named: z.boolean(),
  }),
  key: ({ key }) => key,
  retry: { attempts: 5, delayMs: 500, budget: 40 },
  timeoutMs: 60_000,
  transaction: (tx, payload) =>
    generatePeriod(tx, {
      subscriptionId: payload.subscriptionId,
      period: {
        start: Temporal.Instant.from(payload.periodStart),
        end: Temporal.Instant.from(payload.periodEnd),
      },
      idempotencyKey: payload.named ? payload.key : null,
    }),
});
