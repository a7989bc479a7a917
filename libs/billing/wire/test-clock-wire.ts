import { z } from "zod";
import { publicId } from "#libs/core/public-id.ts";
import type { TestClockRow } from "#libs/data/test-clocks.ts";
import { timestamp, timestampToWire } from "./wire-values.ts";

/** `POST /v1/test_clocks`. */
export const createTestClockBody = z.strictObject({
  now: timestamp.optional().describe("Where it begins; default: the tenant's present time"),
});

/** `POST /v1/test_clocks/{id}/advance`. */
export const advanceTestClockBody = z.strictObject({ to: timestamp.describe("Later than where it stands") });

export const testClockWire = z.strictObject({
  id: z.string(),
  now: z.string(),
  target: z.string().describe("Where it was last told to go"),
  state: z.enum(["ready", "advancing"]),
  created_at: z.string(),
});

export const testClockAdvanceWire = testClockWire.extend({ job_id: z.string() });

export function testClockToWire(row: TestClockRow): z.infer<typeof testClockWire> {
  return {
    id: publicId("test_clock", row.id),
    now: timestampToWire(row.now),
    target: timestampToWire(row.target_at),
    state: row.state,
    created_at: timestampToWire(row.created_at),
  };
}
