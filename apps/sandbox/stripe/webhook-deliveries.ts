import type { Fault, Faults } from "../faults.ts";
import { draftJournalEntry, type Journal } from "../journal.ts";
import type { StripeEvent, WebhookOutcome } from "./stripe-tables.ts";
import { createDeliveryQueue, type DeliveryQueue } from "./delivery-queue.ts";
import { shuffled } from "./shuffled.ts";
import { signWebhook } from "./webhook-signature.ts";

const atOnce = 4;
const timeoutMs = 10_000;
const firstRetryMs = 200;
const lastRetryMs = 10_000;
const givenUpAfterSeconds = 3 * 24 * 60 * 60;
const shuffleWaitMs = 1_000;

export type WebhookEndpoint = { readonly url: string; readonly secret: string };

type WebhookDeliveries = {
  /** Takes an event to deliver; at least once, until the endpoint answers 2xx or three days have passed. */
  readonly enqueue: (event: StripeEvent) => void;
  /** Delivers now, once; `status` is null when nobody answered. */
  readonly resend: (event: StripeEvent, as: Resend) => Promise<{ readonly status: number | null }>;
  /** How many events are still on their way. */
  readonly pending: () => number;
  readonly close: () => void;
};

/** How a resent event is signed: other secrets and old timestamps must be refused by the receiver. */
export type Resend = { readonly secret?: string | undefined; readonly timestamp?: number | undefined };

type DeliveryDeps = {
  readonly endpoint: () => WebhookEndpoint | undefined;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly nowSeconds: () => number;
  readonly onOutcome: (event: StripeEvent, outcome: WebhookOutcome["outcome"]) => void;
};

/** Starts the delivery of webhooks; faults decide over each event once, before its first attempt. */
export function createWebhookDeliveries(deps: DeliveryDeps): WebhookDeliveries {
  const queue = createDeliveryQueue(atOnce);
  const pending = new Set<string>();
  const send = (
    event: StripeEvent,
    attempt: number,
    fault: Fault | undefined,
    as: Resend = {},
  ): Promise<number | null> => sendWebhook(deps, { event, attempt, fault, as, signal: queue.signal });
  const end = (event: StripeEvent, outcome: WebhookOutcome["outcome"]): void => {
    pending.delete(event.id);
    deps.onOutcome(event, outcome);
  };
  const attempt = async (event: StripeEvent, count: number, fault: Fault | undefined): Promise<void> => {
    const status = await send(event, count, fault);
    if (queue.signal.aborted) return;
    if (status !== null && status >= 200 && status < 300) {
      for (let copy = 2; copy <= copiesOf(fault); copy += 1) await send(event, count, fault);
      if (!queue.signal.aborted) end(event, "delivered");
    } else if (deps.nowSeconds() - event.created > givenUpAfterSeconds) {
      end(event, "given_up");
    } else {
      const wait = Math.min(lastRetryMs, firstRetryMs * 2 ** (count - 1));
      queue.later(wait, () => queue.run(() => attempt(event, count + 1, fault)));
    }
  };
  const hold = holdForShuffle(queue, (events, fault) => {
    queue.run(async () => {
      for (const event of shuffled(events, fault.seed)) await attempt(event, 1, fault);
    });
  });
  return {
    enqueue: (event) => {
      pending.add(event.id);
      const fault = deps.faults.take("webhook", "POST", event.type);
      const start = (): void => queue.run(() => attempt(event, 1, fault));
      if (fault?.action === "drop") {
        recordDrop(deps, event, fault);
        end(event, "dropped");
      } else if (fault?.action === "shuffle") hold(event, fault);
      else if (fault?.action === "delay") queue.later(fault.delayMs ?? 1_000, start);
      else start();
    },
    resend: async (event, as) => ({ status: await send(event, 1, undefined, as) }),
    pending: () => pending.size,
    close: queue.close,
  };
}

type Held = { readonly events: readonly StripeEvent[]; readonly cancel: () => void };

/** Collects the events of a shuffle until it has them all, or none has come for a while. */
function holdForShuffle(
  queue: DeliveryQueue,
  release: (events: readonly StripeEvent[], fault: Fault) => void,
): (event: StripeEvent, fault: Fault) => void {
  const held = new Map<string, Held>();
  return (event, fault) => {
    const before = held.get(fault.id);
    before?.cancel();
    const events = [...(before?.events ?? []), event];
    const letGo = (): void => {
      held.delete(fault.id);
      release(events, fault);
    };
    if (events.length === fault.times) letGo();
    else held.set(fault.id, { events, cancel: queue.later(fault.delayMs ?? shuffleWaitMs, letGo) });
  };
}

function copiesOf(fault: Fault | undefined): number {
  return fault?.action === "duplicate" ? (fault.copies ?? 2) : 1;
}

function recordDrop(deps: DeliveryDeps, event: StripeEvent, fault: Fault): void {
  deps.journal.record(
    draftJournalEntry({
      service: "webhook",
      method: "POST",
      path: event.type,
      fault: fault.id,
      summary: { event: event.id },
    }),
  );
}

type Sending = {
  readonly event: StripeEvent;
  readonly attempt: number;
  readonly fault: Fault | undefined;
  readonly as: Resend;
  readonly signal: AbortSignal;
};

async function sendWebhook(
  deps: DeliveryDeps,
  { event, attempt, fault, as, signal }: Sending,
): Promise<number | null> {
  const endpoint = deps.endpoint();
  if (endpoint === undefined) return null;
  const status = await post(endpoint, event, as, signal);
  if (signal.aborted) return status;
  deps.journal.record(
    draftJournalEntry({
      service: "webhook",
      method: "POST",
      path: event.type,
      status,
      effect: status !== null && status >= 200 && status < 300,
      fault: fault?.id ?? null,
      objects: [event.id],
      summary: { event: event.id, attempt, url: endpoint.url },
    }),
  );
  return status;
}

async function post(
  endpoint: WebhookEndpoint,
  event: StripeEvent,
  as: Resend,
  signal: AbortSignal,
): Promise<number | null> {
  const payload = JSON.stringify(event, null, 2);
  const timestamp = as.timestamp ?? Math.floor(Date.now() / 1000);
  // Not AbortSignal.any: on Node 20 one of a time-out can be collected before it fires.
  const cut = new AbortController();
  const end = () => cut.abort();
  const timer = setTimeout(end, timeoutMs);
  signal.addEventListener("abort", end, { once: true });
  try {
    const response = await fetch(endpoint.url, {
      method: "POST",
      headers: {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "stripe-signature": signWebhook(payload, as.secret ?? endpoint.secret, timestamp),
      },
      body: payload,
      redirect: "manual",
      signal: cut.signal,
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}
