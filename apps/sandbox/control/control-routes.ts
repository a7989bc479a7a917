import { z } from "zod";
import { type Faults, faultInput } from "../faults.ts";
import { type HttpReply, type HttpRequest, headerOf, jsonAnswer } from "../http/http-exchange.ts";
import type { Journal } from "../journal.ts";
import type { SandboxClock } from "../sandbox-clock.ts";
import { laterStatuses, openStatuses } from "../stripe/disputes.ts";
import { StripeError } from "../stripe/stripe-error.ts";
import type { StripeSandbox } from "../stripe/stripe-sandbox.ts";
import type { WebhookSettings } from "./webhook-settings.ts";

export type ControlDeps = {
  readonly journal: Journal;
  readonly faults: Faults;
  readonly clock: SandboxClock;
  readonly stripe: StripeSandbox;
  readonly webhooks: WebhookSettings;
};

type Call = { readonly deps: ControlDeps; readonly request: HttpRequest; readonly id: string };
type Control = {
  readonly method: string;
  readonly path: RegExp;
  readonly run: (call: Call) => unknown;
};

const clockInput = z.union([
  z.strictObject({
    advance_seconds: z
      .number()
      .min(0)
      .max(10 * 366 * 86_400),
  }),
  z.strictObject({ now: z.iso.datetime({ offset: true }) }),
]);
const webhookInput = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).nullable(),
  secret: z.string().min(1).optional(),
});
const resendInput = z.strictObject({ secret: z.string().optional(), timestamp: z.int().optional() });
const disputeInput = z.strictObject({ status: z.enum(openStatuses).default("needs_response") });
const moveDisputeInput = z.strictObject({ status: z.enum(laterStatuses) });
const settleInput = z.strictObject({ outcome: z.enum(["succeeded", "failed"]).default("succeeded") });

const controls: readonly Control[] = [
  { method: "GET", path: /^\/_sandbox\/health$/, run: () => ({ status: "ok" }) },
  { method: "GET", path: /^\/_sandbox\/journal$/, run: showJournal },
  { method: "GET", path: /^\/_sandbox\/faults$/, run: ({ deps }) => ({ faults: deps.faults.list() }) },
  {
    method: "POST",
    path: /^\/_sandbox\/faults$/,
    run: ({ deps, request }) => deps.faults.add(bodyOf(request, faultInput)),
  },
  { method: "DELETE", path: /^\/_sandbox\/faults$/, run: ({ deps }) => ({ cleared: deps.faults.clear() }) },
  {
    method: "DELETE",
    path: /^\/_sandbox\/faults\/(\w+)$/,
    run: ({ deps, id }) => ({ cleared: deps.faults.clear(id) }),
  },
  { method: "GET", path: /^\/_sandbox\/clock$/, run: ({ deps }) => showClock(deps.clock) },
  { method: "POST", path: /^\/_sandbox\/clock$/, run: advanceClock },
  { method: "GET", path: /^\/_sandbox\/webhooks$/, run: ({ deps }) => showWebhooks(deps) },
  {
    method: "POST",
    path: /^\/_sandbox\/webhooks$/,
    run: ({ deps, request }) => {
      deps.webhooks.change(bodyOf(request, webhookInput));
      return showWebhooks(deps);
    },
  },
  {
    method: "POST",
    path: /^\/_sandbox\/events\/(\w+)\/resend$/,
    run: ({ deps, request, id }) => deps.stripe.resend(id, bodyOf(request, resendInput)),
  },
  {
    method: "POST",
    path: /^\/_sandbox\/payment_intents\/(\w+)\/settle$/,
    run: ({ deps, request, id }) =>
      deps.stripe.settle(id, bodyOf(request, settleInput).outcome === "succeeded"),
  },
  {
    method: "POST",
    path: /^\/_sandbox\/payment_intents\/(\w+)\/dispute$/,
    run: ({ deps, request, id }) => deps.stripe.openDispute(id, bodyOf(request, disputeInput).status),
  },
  {
    method: "POST",
    path: /^\/_sandbox\/disputes\/(\w+)$/,
    run: ({ deps, request, id }) => deps.stripe.moveDispute(id, bodyOf(request, moveDisputeInput).status),
  },
  {
    method: "POST",
    path: /^\/_sandbox\/refunds\/(\w+)\/settle$/,
    run: ({ deps, request, id }) =>
      deps.stripe.settleRefund(id, bodyOf(request, settleInput).outcome === "succeeded"),
  },
];

/** Answers `/_sandbox/*`, the switches behind the providers. */
export async function answerControl(deps: ControlDeps, request: HttpRequest): Promise<HttpReply> {
  if (isCrossSite(request))
    return jsonAnswer(403, { error: "Other sites' pages may not drive the sandbox." });
  const onPath = controls.filter(({ path }) => path.test(request.path));
  const control = onPath.find(({ method }) => method === request.method);
  if (control === undefined)
    return jsonAnswer(onPath.length === 0 ? 404 : 405, { error: `No ${request.method} ${request.path}` });
  try {
    const id = control.path.exec(request.path)?.[1] ?? "";
    return jsonAnswer(200, await control.run({ deps, request, id }));
  } catch (error) {
    if (error instanceof StripeError) return jsonAnswer(error.status, { error: error.message });
    if (error instanceof z.ZodError)
      return jsonAnswer(400, { error: z.prettifyError(error), issues: error.issues });
    throw error;
  }
}

function isCrossSite(request: HttpRequest): boolean {
  const origin = headerOf(request, "origin");
  return origin !== null && origin !== `http://${headerOf(request, "host") ?? ""}`;
}

function bodyOf<T>(request: HttpRequest, schema: z.ZodType<T>): T {
  const text = request.body.toString("utf8");
  let value: unknown = {};
  try {
    if (text !== "") value = JSON.parse(text);
  } catch {
    throw new z.ZodError([{ code: "custom", path: [], message: "The body is not JSON", input: text }]);
  }
  return schema.parse(value);
}

function showJournal({ deps, request }: Call): unknown {
  const service = request.query.get("service");
  const since = request.query.get("since");
  if (since !== null && !/^\d+$/.test(since) && Number.isNaN(Date.parse(since))) {
    const message = "since is the seq after which to start, or an RFC 3339 instant";
    throw new z.ZodError([{ code: "custom", path: ["since"], message, input: since }]);
  }
  const entries = deps.journal.entries({
    ...(service === null ? {} : { service }),
    ...(since === null ? {} : { since }),
  });
  return { length: deps.journal.length(), entries };
}

function advanceClock({ deps, request }: Call): unknown {
  const input = bodyOf(request, clockInput);
  const step = "now" in input ? Date.parse(input.now) - deps.clock.nowMs() : input.advance_seconds * 1000;
  if (step < 0) {
    throw new z.ZodError([
      {
        code: "custom",
        path: ["now"],
        message: "The clock only goes forward",
        input: request.body.toString(),
      },
    ]);
  }
  deps.clock.advance(step);
  return showClock(deps.clock);
}

function showClock(clock: SandboxClock): unknown {
  return { now: new Date(clock.nowMs()).toISOString(), epoch_seconds: clock.nowSeconds() };
}

function showWebhooks(deps: ControlDeps): unknown {
  return { url: deps.webhooks.endpoint()?.url ?? null, pending: deps.stripe.pendingWebhooks() };
}
