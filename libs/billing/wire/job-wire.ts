import { z } from "zod";
import { type IdKind, publicId } from "#libs/core/public-id.ts";
import type { JobView } from "#libs/data/job-reads.ts";
import { snakeCaseKeys } from "./snake-case-keys.ts";
import { nullableTimestamp, timestampToWire } from "./wire-values.ts";

const instant = z.iso.datetime();

export const jobStates = ["pending", "queued", "running", "succeeded", "failed", "dead"] as const;

export const jobWire = z
  .object({
    id: z.string(),
    name: z.string(),
    queue: z.string(),
    state: z.enum(jobStates).describe("failed is tried again by itself; dead waits for a person"),
    attempts: z.int(),
    attempt_budget: z.int(),
    dispatches: z.int(),
    run_id: z.string().nullable(),
    payload: z.record(z.string(), z.unknown()),
    result: z.unknown(),
    last_error: z.object({ code: z.string(), message: z.string(), at: instant.nullable() }).nullable(),
    run_at: instant,
    created_at: instant,
    started_at: instant.nullable(),
    ended_at: instant.nullable(),
  })
  .meta({ id: "Job" });

export function presentJob(row: JobView): z.infer<typeof jobWire> {
  return {
    id: publicId("job", row.id),
    name: row.name,
    queue: row.queue,
    state: row.state,
    attempts: row.attempts,
    attempt_budget: row.attempt_budget,
    dispatches: row.dispatch,
    run_id: row.run_id === null ? null : publicId("billing_run", row.run_id),
    payload: z.record(z.string(), z.unknown()).parse(snakeCaseKeys(withPublicIds(row.payload))),
    result: snakeCaseKeys(withPublicIds(row.result)),
    last_error: row.last_error === null ? null : presentError(row.last_error),
    run_at: timestampToWire(row.run_at),
    created_at: timestampToWire(row.created_at),
    started_at: nullableTimestamp(row.started_at),
    ended_at: nullableTimestamp(row.ended_at),
  };
}

/** Without what the ledger keeps beside it for itself. */
function presentError({ code, message, at }: NonNullable<JobView["last_error"]>) {
  return { code, message, at: at === undefined ? null : timestampToWire(new Date(at)) };
}

const kinds: Readonly<Record<string, IdKind>> = {
  tenantId: "tenant",
  invoiceId: "invoice",
  runId: "billing_run",
  customerId: "customer",
  subscriptionId: "subscription",
  subscriptionIds: "subscription",
  paymentId: "payment",
  meterId: "meter",
};
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** UUIDs under a name that says whose they are, as the API writes them. */
function withPublicIds(value: unknown, kind?: IdKind): unknown {
  if (typeof value === "string")
    return kind !== undefined && uuid.test(value) ? publicId(kind, value) : value;
  if (Array.isArray(value)) return value.map((item) => withPublicIds(item, kind));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withPublicIds(item, kinds[key])]),
  );
}
