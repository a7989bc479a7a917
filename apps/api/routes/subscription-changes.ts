import { z } from "zod";
import { cancelSubscription, previewCancellation } from "#libs/billing/subscription/cancel-subscription.ts";
import {
  changeSubscription,
  previewSubscriptionChange,
} from "#libs/billing/subscription/change-subscription.ts";
import { pauseSubscription } from "#libs/billing/subscription/pause-subscription.ts";
import { reactivateSubscription } from "#libs/billing/subscription/reactivate-subscription.ts";
import { resumeSubscription } from "#libs/billing/subscription/resume-subscription.ts";
import { updateSubscription } from "#libs/billing/subscription/update-subscription.ts";
import {
  cancelSubscriptionBody,
  changePreviewWire,
  changeSubscriptionBody,
  parseCancellation,
  parseChange,
  presentChangePreview,
} from "#libs/billing/wire/subscription-change-wire.ts";
import {
  parseSubscriptionUpdate,
  subscriptionToWire,
  updateSubscriptionBody,
} from "#libs/billing/wire/subscription-wire.ts";
import { defined } from "#libs/core/defined.ts";
import type { ErrorCode } from "#libs/core/errors.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { subscription, subscriptionIdOf } from "./subscriptions.ts";

const byId = z.strictObject({ id: z.string().min(1).max(64) });
const tag = "Subscriptions";
const params = { id: "sub_01jq8z5c3e7wq8m2v4t6y9r1p3" };
const stopped = ["subscription_not_found", "subscription_ended", "subscription_parked"] as const;
const unbillable = [...stopped, "subscription_broken"] as const satisfies readonly ErrorCode[];
const changeErrors = [
  ...unbillable,
  ...(["subscription_paused", "plan_not_found", "plan_archived", "currency_mismatch"] as const),
  ...(["meter_already_billed", "price_interval_mismatch", "decimal_syntax"] as const),
] as const;

type Targeted = {
  readonly params: { readonly id: string };
  readonly ifMatch: number | undefined;
};

function targetOf({ params: { id }, ifMatch }: Targeted) {
  return { subscriptionId: subscriptionIdOf(id), ...defined({ ifVersion: ifMatch }) };
}

const change = defineRoute({
  method: "post",
  path: "/v1/subscriptions/{id}/change",
  tag,
  summary: "Change plan or quantities",
  description:
    "At once: one invoice with credits for what was paid in advance and is not used, usage up to now, and charges for the rest of the period. Later: kept in pending_changes and billed with the boundary there. A second change for the same instant replaces the first; what is as it was changes nothing.",
  access: "write",
  params: byId,
  body: changeSubscriptionBody,
  response: { status: 200, schema: subscription },
  errors: changeErrors,
  example: {
    params,
    body: { plan: "enterprise", quantities: { seats: "25" }, at: "now", proration: "second" },
  },
  transaction: async (tx, request) => ({
    body: subscriptionToWire(
      await changeSubscription(tx, { ...targetOf(request), ...parseChange(request.body) }),
    ),
  }),
});

const changePreview = defineRoute({
  method: "post",
  path: "/v1/subscriptions/{id}/change/preview",
  tag,
  summary: "Preview a change",
  description: "The invoice that the change would make, computed by the code that makes it. Changes nothing.",
  access: "read",
  params: byId,
  body: changeSubscriptionBody,
  response: { status: 200, schema: changePreviewWire },
  errors: changeErrors,
  example: { params, body: { plan: "enterprise", at: "period_end" } },
  transaction: async (tx, request) => ({
    body: presentChangePreview(
      await previewSubscriptionChange(tx, { ...targetOf(request), ...parseChange(request.body) }),
    ),
  }),
});

const cancel = defineRoute({
  method: "post",
  path: "/v1/subscriptions/{id}/cancel",
  tag,
  summary: "Cancel a subscription",
  description:
    "Ends it, at once or later, with a final invoice. Until then it is billed as before, up to its end; reactivate undoes it. A second cancellation replaces the first.",
  access: "write",
  params: byId,
  body: cancelSubscriptionBody,
  response: { status: 200, schema: subscription },
  errors: [...unbillable, "meter_already_billed"],
  example: { params, body: { at: "period_end", refund: "none", final_usage: "bill" } },
  transaction: async (tx, request) => ({
    body: subscriptionToWire(
      await cancelSubscription(tx, { ...targetOf(request), ...parseCancellation(request.body) }),
    ),
  }),
});

const cancelPreview = defineRoute({
  method: "post",
  path: "/v1/subscriptions/{id}/cancel/preview",
  tag,
  summary: "Preview a cancellation",
  description: "The final invoice, computed by the code that makes it. Changes nothing.",
  access: "read",
  params: byId,
  body: cancelSubscriptionBody,
  response: { status: 200, schema: changePreviewWire },
  errors: [...unbillable, "meter_already_billed"],
  example: { params, body: { at: "now", refund: "prorated" } },
  transaction: async (tx, request) => ({
    body: presentChangePreview(
      await previewCancellation(tx, { ...targetOf(request), ...parseCancellation(request.body) }),
    ),
  }),
});

const reactivate = defineRoute({
  method: "post",
  path: "/v1/subscriptions/{id}/reactivate",
  tag,
  summary: "Undo a cancellation",
  description:
    "Before the end: the subscription goes on as if it had not been canceled. After it: subscription_ended; subscribe the customer again.",
  access: "write",
  params: byId,
  response: { status: 200, schema: subscription },
  errors: [...unbillable, "subscription_not_canceled", "meter_already_billed"],
  example: { params },
  transaction: async (tx, request) => ({
    body: subscriptionToWire(await reactivateSubscription(tx, targetOf(request))),
  }),
});

const pause = defineRoute({
  method: "post",
  path: "/v1/subscriptions/{id}/pause",
  tag,
  summary: "Pause a subscription",
  description:
    "At once. What is owed up to now is billed, what was paid in advance for later is credited, and nothing is billed until it is resumed.",
  access: "write",
  params: byId,
  response: { status: 200, schema: subscription },
  errors: [...unbillable, "subscription_paused"],
  example: { params },
  transaction: async (tx, request) => ({
    body: subscriptionToWire(await pauseSubscription(tx, targetOf(request))),
  }),
});

const resume = defineRoute({
  method: "post",
  path: "/v1/subscriptions/{id}/resume",
  tag,
  summary: "Resume a paused subscription",
  description:
    "At once, on the same plan, quantities and boundaries; the rest of the running period is charged.",
  access: "write",
  params: byId,
  response: { status: 200, schema: subscription },
  errors: [...unbillable, "subscription_not_paused", "meter_already_billed"],
  example: { params },
  transaction: async (tx, request) => ({
    body: subscriptionToWire(await resumeSubscription(tx, targetOf(request))),
  }),
});

const update = defineRoute({
  method: "patch",
  path: "/v1/subscriptions/{id}",
  tag,
  summary: "Change a subscription's fields",
  description:
    "Another anchor or timezone takes effect at once: it closes a stub of the running period and opens the next schedule. Plan, quantities and end are changed by change and cancel.",
  access: "write",
  params: byId,
  body: updateSubscriptionBody,
  response: { status: 200, schema: subscription },
  errors: [
    ...unbillable,
    ...(["subscription_paused", "payment_method_not_found", "anchor_invalid", "timezone_unknown"] as const),
    "price_interval_mismatch",
  ],
  example: { params, body: { anchor: { day: 15 }, timezone: "America/New_York" } },
  transaction: async (tx, request) => ({
    body: subscriptionToWire(
      await updateSubscription(tx, { ...targetOf(request), ...parseSubscriptionUpdate(request.body) }),
    ),
  }),
});

export const subscriptionChangeRoutes: readonly Route[] = [
  ...[update, change, changePreview, cancel, cancelPreview, reactivate, pause, resume],
];
