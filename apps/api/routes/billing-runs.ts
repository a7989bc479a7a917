import { z } from "zod";
import { readRun } from "#libs/billing/run/read-run.ts";
import { startBillingRun } from "#libs/billing/run/start-billing-run.ts";
import {
  presentRun,
  presentRunSummary,
  runKinds,
  runStates,
  runSummaryWire,
  runWire,
} from "#libs/billing/wire/billing-run-wire.ts";
import { parseTimestamp, timestamp } from "#libs/billing/wire/wire-values.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { parsePublicId, publicId } from "#libs/core/public-id.ts";
import { listRuns } from "#libs/data/billing-run-reads.ts";
import { queueSettings } from "#libs/jobs/queues.ts";
import { queueNames } from "#libs/platform/queue/queue-names.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";
import { customerIdOf } from "./subscriptions.ts";

const tag = "Billing runs";
const exampleId = "run_01jq8z5c3e7wq8m2v4t6y9r1p3";
const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, "must be a month as YYYY-MM");

const startBody = z
  .strictObject({
    month: month.optional().describe("Every unbilled boundary up to its end, in each subscription's zone"),
    as_of: timestamp.optional().describe("Every unbilled boundary up to here; default now"),
    customers: z
      .array(z.string().min(1).max(255))
      .min(1)
      .max(1_000)
      .optional()
      .describe("Ids or external ids"),
    dry_run: z.boolean().optional().describe("Compute and report, write nothing"),
  })
  .refine((body) => body.month === undefined || body.as_of === undefined, {
    path: ["as_of"],
    error: "is not allowed beside month",
  });

const startedWire = z.object({ job_id: z.string(), run_id: z.string() }).meta({ id: "StartedBillingRun" });

const start = defineRoute({
  method: "post",
  path: "/v1/billing_runs",
  tag,
  summary: "Start a billing run",
  description: "What was billed before is reported, not billed again.",
  access: "write",
  body: startBody,
  response: { status: 202, schema: startedWire, headers: { Location: "The job that plans it" } },
  errors: ["month_not_over", "month_invalid", "customer_not_found"],
  example: {
    body: { month: "2026-02" },
    response: { job_id: "job_01jq8z5c3e7wq8m2v4t6y9r1p3", run_id: exampleId },
  },
  transaction: async (tx, { body }) => {
    const customerIds: string[] = [];
    for (const name of body.customers ?? []) customerIds.push(await customerIdOf(tx, name));
    const run = await startBillingRun(tx, {
      kind: body.month === undefined ? "due" : "month",
      dryRun: body.dry_run ?? false,
      ...defined({
        month: body.month,
        asOf: body.as_of === undefined ? undefined : parseTimestamp(body.as_of),
        customerIds: body.customers === undefined ? undefined : customerIds,
      }),
    });
    await writeAudit(tx, {
      action: "billing_run.start",
      targetType: "billing_run",
      targetId: run.runId,
      after: body,
    });
    const job = publicId("job", run.jobId);
    return {
      body: { job_id: job, run_id: publicId("billing_run", run.runId) },
      headers: { Location: `/v1/jobs/${job}` },
    };
  },
});

const list = defineRoute({
  method: "get",
  path: "/v1/billing_runs",
  tag,
  summary: "List billing runs",
  access: "read",
  query: z.strictObject({
    ...pageFields,
    month: month.optional(),
    state: z.enum(runStates).optional(),
    kind: z.enum(runKinds).optional(),
  }),
  response: { status: 200, schema: listOf(runSummaryWire) },
  errors: [],
  example: { query: { month: "2026-02" } },
  transaction: async (tx, { query }) => {
    const filters = defined({ month: query.month, state: query.state, kind: query.kind });
    return listAnswer(
      "billing_run",
      await listRuns(tx, pageQuery("billing_run", query, filters)),
      presentRunSummary,
    );
  },
});

const componentByQueue = new Map<string, string | null>(
  queueNames.map((name) => [name, queueSettings[name].component]),
);

const get = defineRoute({
  method: "get",
  path: "/v1/billing_runs/{id}",
  tag,
  summary: "Get a billing run",
  description:
    "Counts, revenue by currency, errors by component, duration, and what became of each customer.",
  access: "read",
  params: z.strictObject({ id: z.string().max(64) }),
  response: { status: 200, schema: runWire },
  errors: ["run_not_found"],
  example: { params: { id: exampleId } },
  transaction: async (tx, { params }) => {
    const id = parsePublicId("billing_run", params.id);
    if (id === null)
      throw domainError("run_not_found", `There is no billing run ${JSON.stringify(params.id)}.`);
    return { body: presentRun(await readRun(tx, id), (queue) => componentByQueue.get(queue) ?? null) };
  },
});

export const billingRunRoutes: readonly Route[] = [start, list, get];
