import { z } from "zod";
import { requestReconciliation } from "#libs/billing/reconciliation/request-reconciliation.ts";
import {
  presentReconciliation,
  presentReconciliationSummary,
  reconciliationCheck,
  reconciliationSummaryWire,
  reconciliationWire,
} from "#libs/billing/wire/reconciliation-wire.ts";
import { parseTimestamp, timestamp } from "#libs/billing/wire/wire-values.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { parsePublicId, publicId } from "#libs/core/public-id.ts";
import { findReconciliation, listReconciliations } from "#libs/data/reconciliations.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";

const tag = "Reconciliations";
const exampleId = "rec_01jq8z5c3e7wq8m2v4t6y9r1p3";

const startBody = z.strictObject({
  checks: z
    .array(reconciliationCheck)
    .min(1)
    .max(20)
    .optional()
    .describe(
      "Default: all. ledger, periods, usage and effects hold what is stored against itself; storage asks for a sample of files and for orphans; " +
        "stripe compares invoices, payments and refunds both ways",
    ),
  since: timestamp
    .optional()
    .describe(
      "What was made since then, system time. Default: everything stored, a sample of files, 30 days of Stripe",
    ),
});

const start = defineRoute({
  method: "post",
  path: "/v1/reconciliations",
  tag,
  summary: "Compare what is stored with itself and with providers",
  description:
    "A job makes the report; it changes nothing, but that an account whose money is in doubt is parked as ever. Read the findings when it is no longer pending: completed, or incomplete when a check failed and says why.",
  access: "write",
  body: startBody,
  response: {
    status: 202,
    schema: z
      .object({ job_id: z.string(), reconciliation_id: z.string() })
      .meta({ id: "StartedReconciliation" }),
    headers: { Location: "The job that makes the report" },
  },
  errors: [],
  example: {
    body: { checks: ["ledger", "stripe"], since: "2026-02-01T00:00:00Z" },
    response: { job_id: "job_01jq8z5c3e7wq8m2v4t6y9r1p3", reconciliation_id: exampleId },
  },
  transaction: async (tx, { body }) => {
    const since =
      body.since === undefined ? undefined : new Date(parseTimestamp(body.since).epochMilliseconds);
    const asked = await requestReconciliation(tx, defined({ checks: body.checks, since }));
    const job = publicId("job", asked.jobId);
    return {
      body: { job_id: job, reconciliation_id: publicId("reconciliation", asked.reconciliationId) },
      headers: { Location: `/v1/jobs/${job}` },
    };
  },
});

const list = defineRoute({
  method: "get",
  path: "/v1/reconciliations",
  tag,
  summary: "List reconciliations",
  access: "read",
  query: z.strictObject(pageFields),
  response: { status: 200, schema: listOf(reconciliationSummaryWire) },
  errors: [],
  example: { query: { limit: "10" } },
  transaction: async (tx, { query }) => {
    const page = await listReconciliations(tx, pageQuery("reconciliation", query, {}));
    return listAnswer("reconciliation", page, presentReconciliationSummary);
  },
});

const get = defineRoute({
  method: "get",
  path: "/v1/reconciliations/{id}",
  tag,
  summary: "Read a reconciliation",
  description: "Its findings, each with its severity and what puts it right.",
  access: "read",
  params: z.strictObject({ id: z.string().min(1).max(64) }),
  response: { status: 200, schema: reconciliationWire },
  errors: ["reconciliation_not_found"],
  example: { params: { id: exampleId } },
  transaction: async (tx, { params }) => {
    const id = parsePublicId("reconciliation", params.id);
    const row = id === null ? null : await findReconciliation(tx, id);
    if (row === null) {
      throw domainError(
        "reconciliation_not_found",
        `There is no reconciliation ${JSON.stringify(params.id)}.`,
      );
    }
    return { body: presentReconciliation(row) };
  },
});

export const reconciliationRoutes: readonly Route[] = [start, list, get];
