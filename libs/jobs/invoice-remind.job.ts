import { z } from "zod";
import { sendReminder } from "#libs/billing/dunning/send-reminder.ts";
import { defineJob } from "./define-job.ts";

/** Reminds a customer of what is left to pay, unless it was paid in between. */
export const invoiceRemind = defineJob({
  name: "invoice.remind",
  queue: "email-delivery",
  on: {
    "invoice.reminder_due": (event) => ({
      invoiceId: event.subjectId,
      reminderId: String(event.data["reminder"]),
    }),
  },
  payload: z.object({ invoiceId: z.uuid(), reminderId: z.string() }),
  key: ({ reminderId }) => reminderId,
  retry: { attempts: 5, delayMs: 1_000, budget: 60 },
  timeoutMs: 90_000,
  external: (deps, { invoiceId, reminderId }, scope) =>
    sendReminder(deps, { ...scope, invoiceId, reminderId }),
});
