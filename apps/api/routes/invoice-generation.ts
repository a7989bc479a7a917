import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { previewInvoice } from "#libs/billing/invoice/preview-invoice.ts";
import { previewManual } from "#libs/billing/invoice/preview-manual.ts";
import { readInstant, requestPeriod } from "#libs/billing/invoice/request-period.ts";
import type { PeriodAsked } from "#libs/billing/run/boundary-of-period.ts";
import {
  invoicePreviewWire,
  presentManualPreview,
  presentPreview,
} from "#libs/billing/wire/invoice-preview-wire.ts";
import {
  createInvoiceBody,
  manualInvoiceBytesMax,
  parseManualInvoice,
} from "#libs/billing/wire/manual-invoice-wire.ts";
import { parseWire } from "#libs/billing/wire/parse-wire.ts";
import { parseTimestamp, text, timestamp, timezoneName } from "#libs/billing/wire/wire-values.ts";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { defined } from "#libs/core/defined.ts";
import { publicId } from "#libs/core/public-id.ts";
import { findSubscription } from "#libs/data/subscriptions.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { subscriptionIdOf } from "./subscriptions.ts";

const previewBody = createInvoiceBody.partial().extend({
  subscription: z.string().min(1).max(64).optional().describe("sub_...; else the body of POST /v1/invoices"),
  period_start: timestamp.optional().describe("With period_end: a period of the subscription"),
  period_end: timestamp.optional().describe("Exclusive"),
  as_of: timestamp.optional().describe("Without a period: the one that holds this instant; default now"),
});

const preview = defineRoute({
  method: "post",
  path: "/v1/invoices/preview",
  tag: "Invoices",
  summary: "Preview an invoice",
  description:
    "The invoice that closes a period of a subscription, from the usage there is now, or the one that POST /v1/invoices would make of the same body; computed by the code that makes it. Changes nothing.",
  access: "read",
  body: previewBody,
  bodyLimit: manualInvoiceBytesMax,
  response: { status: 200, schema: invoicePreviewWire },
  errors: [
    ...(["subscription_not_found", "subscription_broken", "period_not_aligned"] as const),
    ...(["customer_not_found", "currency_mismatch", "currency_unknown", "amount_out_of_range"] as const),
    ...(["coupon_not_found", "tax_rate_not_found"] as const),
  ],
  example: {
    body: {
      subscription: "sub_01jq8z5c3e7wq8m2v4t6y9r1p3",
      period_start: "2026-02-01T00:00:00Z",
      period_end: "2026-03-01T00:00:00Z",
    },
  },
  transaction: async (tx, { body }) => {
    const { subscription } = body;
    if (subscription === undefined) {
      const invoice = await previewManual(tx, parseManualInvoice(parseWire(createInvoiceBody, body)));
      return { body: presentManualPreview(invoice) };
    }
    refuseManualFields(body);
    const subscriptionId = subscriptionIdOf(subscription);
    const asOf = body.as_of === undefined ? undefined : parseTimestamp(body.as_of);
    const shown = await previewInvoice(tx, { subscriptionId, ...defined({ period: periodOf(body), asOf }) });
    return { body: presentPreview(shown) };
  },
});

/** @throws DomainError fields_invalid */
function refuseManualFields(body: z.infer<typeof previewBody>): void {
  const manual = Object.keys(createInvoiceBody.shape).filter((field) => Object.hasOwn(body, field));
  assertNoPlaces(
    manual.map((path) => ({ path, code: "field_unknown", message: "is not allowed beside subscription" })),
  );
}

/** Both ends or none. @throws DomainError fields_invalid */
function periodOf(body: z.infer<typeof previewBody>): PeriodAsked | undefined {
  const { period_start: start, period_end: end } = body;
  if (start === undefined && end === undefined) return undefined;
  if (start === undefined || end === undefined) {
    const path = start === undefined ? "period_start" : "period_end";
    assertNoPlaces([{ path, code: "field_required", message: "period_start and period_end go together" }]);
  }
  if (body.as_of !== undefined) {
    assertNoPlaces([{ path: "as_of", code: "field_unknown", message: "is not allowed beside a period" }]);
  }
  return { start: Temporal.Instant.from(start ?? ""), end: Temporal.Instant.from(end ?? "") };
}

const localOrInstant = text(40).describe("RFC 3339, or a local date or date-time of options.timezone");

const generateBody = z.strictObject({
  subscription: z.string().min(1).max(64).describe("sub_..."),
  period_start: localOrInstant,
  period_end: localOrInstant,
  idempotency_key: text(255).optional().describe("The same key is the same job; kept on the invoice"),
  options: z
    .strictObject({
      preview: z.boolean().optional().describe("Answer 200 with the preview at once, and write nothing"),
      skip_persist: z.boolean().optional().describe("As preview"),
      timezone: timezoneName.optional().describe("Of local times above; default: the subscription's"),
    })
    .optional(),
});

const requestedWire = z.object({ job_id: z.string() }).meta({ id: "RequestedInvoice" });

const generate = defineRoute({
  method: "post",
  path: "/v1/invoices/generate",
  tag: "Invoices",
  summary: "Bill one period of a subscription",
  description:
    "Writes the job that bills it; what is billed already is not billed again, and the job's result names the invoice. With options.preview the answer is that of /v1/invoices/preview.",
  access: "write",
  body: generateBody,
  response: { status: 202, schema: requestedWire, headers: { Location: "The job that bills it" } },
  errors: [
    ...(["subscription_not_found", "subscription_broken", "timezone_unknown"] as const),
    ...(["period_not_aligned", "period_not_over", "period_out_of_order", "period_voided"] as const),
  ],
  example: {
    body: {
      subscription: "sub_01jq8z5c3e7wq8m2v4t6y9r1p3",
      period_start: "2026-02-01",
      period_end: "2026-03-01",
      idempotency_key: "acme-2026-02",
      options: { timezone: "Europe/Berlin" },
    },
    response: { job_id: "job_01jq8z5c3e7wq8m2v4t6y9r1p3" },
  },
  transaction: async (tx, { body }) => {
    const subscriptionId = subscriptionIdOf(body.subscription);
    const zone = body.options?.timezone ?? (await findSubscription(tx, subscriptionId))?.timezone ?? "UTC";
    const period = {
      start: readInstant("period_start", body.period_start, zone),
      end: readInstant("period_end", body.period_end, zone),
    };
    if (body.options?.preview === true || body.options?.skip_persist === true) {
      const shown = presentPreview(await previewInvoice(tx, { subscriptionId, period }));
      return { status: 200, content: JSON.stringify(shown), contentType: "application/json" };
    }
    const idempotencyKey = body.idempotency_key ?? null;
    const { jobId } = await requestPeriod(tx, { subscriptionId, period, idempotencyKey });
    const job = publicId("job", jobId);
    return { body: { job_id: job }, headers: { Location: `/v1/jobs/${job}` } };
  },
});

export const invoiceGenerationRoutes: readonly Route[] = [preview, generate];
