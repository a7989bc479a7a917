import { z } from "zod";
import { jobStates, jobWire, presentJob } from "#libs/billing/wire/job-wire.ts";
import { retryFailedInvoices } from "#libs/billing/work/retry-failed-invoices.ts";
import { retryJob, retryJobsByFilter } from "#libs/billing/work/retry-work.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { parsePublicId, publicId } from "#libs/core/public-id.ts";
import { findJob, listJobs } from "#libs/data/job-reads.ts";
import { queueNames } from "#libs/platform/queue/queue-names.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { idFilter, listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";

const byId = z.strictObject({ id: z.string().min(1).max(64) });
const tag = "Jobs";
const exampleId = "job_01jq8z5c3e7wq8m2v4t6y9r1p3";

function idOf(text: string): string {
  const id = parsePublicId("job", text);
  if (id === null) throw domainError("job_not_found", `There is no job ${JSON.stringify(text)}.`);
  return id;
}

const list = defineRoute({
  method: "get",
  path: "/v1/jobs",
  tag,
  summary: "List jobs",
  access: "read",
  query: z.strictObject({
    ...pageFields,
    state: z.enum(jobStates).optional(),
    queue: z.enum(queueNames).optional(),
    name: z.string().max(100).optional(),
    run_id: z.string().max(64).optional(),
    invoice_id: z.string().max(64).optional(),
  }),
  response: { status: 200, schema: listOf(jobWire) },
  errors: [],
  example: { query: { state: "dead" } },
  transaction: async (tx, { query }) => {
    const filters = defined({
      state: query.state,
      queue: query.queue,
      name: query.name,
      runId: idFilter("billing_run", "run_id", query.run_id),
      subjectId: idFilter("invoice", "invoice_id", query.invoice_id),
    });
    return listAnswer("job", await listJobs(tx, pageQuery("job", query, filters)), presentJob);
  },
});

const get = defineRoute({
  method: "get",
  path: "/v1/jobs/{id}",
  tag,
  summary: "Get a job",
  access: "read",
  params: byId,
  response: { status: 200, schema: jobWire },
  errors: ["job_not_found"],
  example: { params: { id: exampleId } },
  transaction: async (tx, { params }) => {
    const row = await findJob(tx, idOf(params.id));
    if (row === null) throw domainError("job_not_found", `There is no job ${JSON.stringify(params.id)}.`);
    return { body: presentJob(row) };
  },
});

const retry = defineRoute({
  method: "post",
  path: "/v1/jobs/{id}/retry",
  tag,
  summary: "Retry a job",
  description: "A failed or dead job goes back to its queue with a fresh budget of tries.",
  access: "write",
  params: byId,
  response: { status: 202, schema: jobWire },
  errors: ["job_not_found", "job_not_retryable"],
  example: { params: { id: exampleId } },
  transaction: async (tx, { params }) => ({
    body: presentJob(await retryJob(tx, { jobId: idOf(params.id) })),
  }),
});

const retriedWire = z.object({ retried: z.int() }).meta({ id: "RetriedJobs" });

const retryMany = defineRoute({
  method: "post",
  path: "/v1/jobs/retry",
  tag,
  summary: "Retry failed and dead jobs",
  description: "Of a queue, of a name, or all of them.",
  access: "write",
  body: z.strictObject({ queue: z.enum(queueNames).optional(), name: z.string().max(100).optional() }),
  response: { status: 202, schema: retriedWire },
  errors: [],
  example: { body: { queue: "email-delivery" }, response: { retried: 3 } },
  transaction: async (tx, { body }) => ({ body: { retried: await retryJobsByFilter(tx, defined(body)) } }),
});

const retryInvoices = defineRoute({
  method: "post",
  path: "/v1/invoices/retry_failed",
  tag: "Invoices",
  summary: "Try everything of invoices again that has failed",
  description:
    "Parked subscriptions are billed again by the next sweep, and failed and dead jobs that make, print, store, mail, mirror or collect invoices go off with a fresh budget of tries. " +
    "Accounts that are parked as invariant_breached stay so until a person takes each back.",
  access: "write",
  response: {
    status: 202,
    schema: z
      .object({ unparked: z.array(z.string()).describe("Subscriptions"), retried: z.int().describe("Jobs") })
      .meta({ id: "RetriedInvoices" }),
  },
  errors: [],
  example: { response: { unparked: ["sub_01jq8z5c3e7wq8m2v4t6y9r1p3"], retried: 3 } },
  transaction: async (tx) => {
    const { unparked, retried } = await retryFailedInvoices(tx);
    return { body: { unparked: unparked.map((id) => publicId("subscription", id)), retried } };
  },
});

export const jobRoutes: readonly Route[] = [list, get, retry, retryMany, retryInvoices];
