import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import type { ChangePreview } from "#libs/billing/subscription/book-change.ts";
import type { Cancellation } from "#libs/billing/subscription/cancel-subscription.ts";
import type { SubscriptionChange } from "#libs/billing/subscription/change-subscription.ts";
import type { EffectiveWhen } from "#libs/billing/subscription/effective-instant.ts";
import { defined } from "#libs/core/defined.ts";
import { parseRef } from "#libs/core/object-ref.ts";
import type { PendingChangeRow } from "#libs/data/subscriptions.ts";
import { invoicePreviewWire, presentManualPreview } from "./invoice-preview-wire.ts";
import { decimalText, parseTimestamp, text, timestamp } from "./wire-values.ts";

const when = z
  .union([z.enum(["now", "period_end"]), timestamp], {
    error: 'must be "now", "period_end" or an RFC 3339 time with an offset',
  })
  .optional();

/** `POST /v1/subscriptions/{id}/change` and its preview. */
export const changeSubscriptionBody = z.strictObject({
  plan: text(100)
    .optional()
    .meta({ description: "Id or code; its newest version. The own plan moves to its newest version" }),
  quantities: z
    .record(text(100), decimalText)
    .optional()
    .meta({ description: "Seats by price code; the others stay" }),
  at: when.meta({ description: "Default: now. period_end: with the boundary that ends the running period" }),
  proration: z.enum(["second", "day", "none"]).optional().meta({
    description:
      "Default: as each price says. none: no credit and no charge now; fees change where their running period ends",
  }),
});

/** `POST /v1/subscriptions/{id}/cancel` and its preview. */
export const cancelSubscriptionBody = z.strictObject({
  at: when.meta({ description: "Default: period_end" }),
  refund: z
    .enum(["none", "prorated"])
    .optional()
    .meta({ description: "Default: none. prorated: what was paid in advance and is not used comes back" }),
  final_usage: z
    .enum(["bill", "drop"])
    .optional()
    .meta({ description: "Default: bill. Usage since the last boundary" }),
});

export const changePreviewWire = z
  .strictObject({
    effective_at: z.string().nullable().meta({ description: "null: nothing would change" }),
    invoice: invoicePreviewWire.nullable().meta({ description: "null: nothing would be billed" }),
  })
  .meta({ id: "ChangePreview" });

export const pendingChangeWire = z.strictObject({
  at: z.string(),
  kind: z.enum(["change", "cancel", "pause", "resume", "reschedule"]),
  plan_code: z.string().nullable(),
  plan_version: z.int().nullable(),
  quantities: z.record(z.string(), z.string()),
  proration: z.enum(["second", "day", "none"]).nullable(),
  refund: z.enum(["none", "prorated"]).nullable(),
  final_usage: z.enum(["bill", "drop"]).nullable(),
});

export function parseChange(
  body: z.infer<typeof changeSubscriptionBody> | undefined,
): Omit<SubscriptionChange, "subscriptionId"> {
  return defined({
    plan: body?.plan === undefined ? undefined : parseRef("plan", body.plan),
    quantities: body?.quantities,
    at: parseWhen(body?.at),
    proration: body?.proration,
  });
}

export function parseCancellation(
  body: z.infer<typeof cancelSubscriptionBody> | undefined,
): Omit<Cancellation, "subscriptionId"> {
  return defined({ at: parseWhen(body?.at), refund: body?.refund, finalUsage: body?.final_usage });
}

function parseWhen(text: string | undefined): EffectiveWhen | undefined {
  return text === undefined || text === "now" || text === "period_end" ? text : parseTimestamp(text);
}

export function presentChangePreview(preview: ChangePreview | null): z.infer<typeof changePreviewWire> {
  const invoice = preview?.invoice ?? null;
  return {
    effective_at: preview?.change.at.toString() ?? null,
    invoice: invoice === null ? null : presentManualPreview(invoice),
  };
}

export function presentPendingChange(row: PendingChangeRow): z.infer<typeof pendingChangeWire> {
  const { terms } = row;
  const change = terms.kind === "change" ? terms : null;
  const cancel = terms.kind === "cancel" ? terms : null;
  return {
    at: Temporal.Instant.from(row.at).toString(),
    kind: terms.kind,
    plan_code: row.plan_code,
    plan_version: row.plan_version,
    quantities: { ...change?.quantities },
    proration: change?.proration ?? null,
    refund: cancel?.refund ?? null,
    final_usage: cancel?.finalUsage ?? null,
  };
}
