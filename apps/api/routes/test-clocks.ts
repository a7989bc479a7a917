import { z } from "zod";
import { advanceTestClock } from "#libs/billing/clock/advance-test-clock.ts";
import { createTestClock } from "#libs/billing/clock/create-test-clock.ts";
import {
  advanceTestClockBody,
  createTestClockBody,
  testClockAdvanceWire,
  testClockToWire,
  testClockWire,
} from "#libs/billing/wire/test-clock-wire.ts";
import { parseTimestamp } from "#libs/billing/wire/wire-values.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { parsePublicId, publicId } from "#libs/core/public-id.ts";
import { findTestClock } from "#libs/data/test-clocks.ts";
import { defineRoute, type Route } from "../define-route.ts";

const tag = "Test clocks";
const params = z.strictObject({ id: z.string().max(64) });
const example = {
  id: "clk_01jq8z5c3e7wq8m2v4t6y9r1p3",
  now: "2026-01-01T00:00:00Z",
  target: "2026-01-01T00:00:00Z",
  state: "ready",
  created_at: "2026-01-01T00:00:00Z",
};

const create = defineRoute({
  method: "post",
  path: "/v1/test_clocks",
  tag,
  summary: "Give a test tenant a clock of its own",
  description:
    "Its business time stands still until it is advanced. A tenant has one clock; live tenants have none.",
  access: "write",
  body: createTestClockBody,
  response: { status: 201, schema: testClockWire },
  errors: ["clock_invalid", "clock_taken"],
  example: { body: { now: "2026-01-01T00:00:00Z" }, response: example },
  transaction: async (tx, { body }) => {
    const now = body.now === undefined ? undefined : parseTimestamp(body.now);
    return { body: testClockToWire(await createTestClock(tx, defined({ now }))) };
  },
});

const get = defineRoute({
  method: "get",
  path: "/v1/test_clocks/{id}",
  tag,
  summary: "Get a test clock",
  access: "read",
  params,
  response: { status: 200, schema: testClockWire },
  errors: ["clock_not_found"],
  example: { params: { id: example.id }, response: example },
  transaction: async (tx, { params }) => {
    const clock = await findTestClock(tx);
    if (clock?.id !== clockIdOf(params.id)) throw notFound(params.id);
    return { body: testClockToWire(clock) };
  },
});

const advance = defineRoute({
  method: "post",
  path: "/v1/test_clocks/{id}/advance",
  tag,
  summary: "Advance a test clock",
  description:
    "Goes from due instant to due instant: bills what is due, waits until the tenant's work is quiet, goes on. Forward only. " +
    "The job has succeeded when the clock has arrived.",
  access: "write",
  params,
  body: advanceTestClockBody,
  response: { status: 202, schema: testClockAdvanceWire, headers: { Location: "The job that advances it" } },
  errors: ["clock_not_found", "clock_invalid", "clock_advancing"],
  example: {
    params: { id: example.id },
    body: { to: "2026-02-01T00:00:00Z" },
    response: {
      ...example,
      ...{ target: "2026-02-01T00:00:00Z", state: "advancing", job_id: "job_01jq8z5c3e7wq8m2v4t6y9r1p3" },
    },
  },
  transaction: async (tx, { params, body }) => {
    const clockId = clockIdOf(params.id);
    if (clockId === null) throw notFound(params.id);
    const { clock, jobId } = await advanceTestClock(tx, { clockId, to: parseTimestamp(body.to) });
    const job_id = publicId("job", jobId);
    return { body: { ...testClockToWire(clock), job_id }, headers: { Location: `/v1/jobs/${job_id}` } };
  },
});

function clockIdOf(id: string): string | null {
  return parsePublicId("test_clock", id);
}

function notFound(id: string): Error {
  return domainError("clock_not_found", `There is no test clock ${JSON.stringify(id)}.`);
}

export const testClockRoutes: readonly Route[] = [create, get, advance];
