import { z } from "zod";
import { stepTestClock } from "#libs/billing/clock/step-test-clock.ts";
import { defineJob } from "./define-job.ts";

const name = "test_clock.advance";

/** Takes a test clock to its target, billing whatever falls due on the way. */
export const testClockAdvance = defineJob({
  name,
  queue: "test-clock",
  on: {
    "test_clock.advance_requested": (event) => ({
      clockId: event.subjectId,
      to: String(event.data["to"]),
    }),
  },
  payload: z.object({ clockId: z.uuid(), to: z.string() }),
  key: ({ clockId, to }) => `${clockId}/${to}`,
  retry: { attempts: 5, delayMs: 500, budget: 40 },
  timeoutMs: 600_000,
  external: (deps, _payload, { tenantId }) => stepTestClock(deps, { tenantId, jobName: name }),
});
