import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { previewInvoice } from "#libs/billing/invoice/preview-invoice.ts";
import type { PeriodAsked } from "#libs/billing/run/boundary-of-period.ts";
import { invoicePreviewWire, presentPreview } from "#libs/billing/wire/invoice-preview-wire.ts";
import { parseTimestamp, timestamp } from "#libs/billing/wire/wire-values.ts";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { defined } from "#libs/core/defined.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { subscriptionIdOf } from "./subscriptions.ts";

const previewBody = z.strictObject({
  subscription: z.string().min(1).max(64).describe("sub_..."),
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
    "The invoice that closes a period of a subscription, from the usage there is now, computed by the code that makes it. Changes nothing.",
  access: "read",
  body: previewBody,
  response: { status: 200, schema: invoicePreviewWire },
  errors: ["subscription_not_found", "subscription_broken", "period_not_aligned"],
  example: {
    body: {
      subscription: "sub_01jq8z5c3e7wq8m2v4t6y9r1p3",
      period_start: "2026-02-01T00:00:00Z",
      period_end: "2026-03-01T00:00:00Z",
    },
  },
  transaction: async (tx, { body }) => {
    const subscriptionId = subscriptionIdOf(body.subscription);
    const asOf = body.as_of === undefined ? undefined : parseTimestamp(body.as_of);
    const shown = await previewInvoice(tx, { subscriptionId, ...defined({ period: periodOf(body), asOf }) });
    return { body: presentPreview(shown) };
  },
});

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

export const invoicePreviewRoutes: readonly Route[] = [preview];
