import { type Fault, type Faults, pause } from "../faults.ts";
import {
  type HttpAnswer,
  type HttpReply,
  type HttpRequest,
  headerOf,
  jsonAnswer,
} from "../http/http-exchange.ts";
import { draftJournalEntry, type Journal, summarizeBody } from "../journal.ts";
import { randomId } from "../random-id.ts";
import type { SandboxClock } from "../sandbox-clock.ts";
import { expandAnswer } from "./expand.ts";
import { faultBody } from "./fault-body.ts";
import { formToPlain } from "./form-body.ts";
import type { IdempotencyKeys, StoredAnswer } from "./idempotency.ts";
import { fingerprintOf } from "./idempotency.ts";
import { readStripeRequest, type StripeRequest } from "./stripe-request.ts";
import { StripeError } from "./stripe-error.ts";
import type { StripeAnswer } from "./stripe-route.ts";
import { apiVersion, type CommitRecord, type StripeStore, type Write } from "./stripe-store.ts";

type StripeServerDeps = {
  readonly account: string;
  readonly store: StripeStore;
  readonly keys: IdempotencyKeys;
  readonly clock: SandboxClock;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly hasWebhooks: () => boolean;
  /** Writes the record and starts what follows from it. */
  readonly commit: (record: CommitRecord) => void;
  readonly report: (error: unknown) => void;
};

type Outcome = StripeAnswer & {
  readonly requestId: string;
  readonly replayed: boolean;
  readonly writes: readonly Write[];
  readonly isKept: boolean;
};

/** Answers one request to `/v1/*` by Stripe's rules, faults included. */
export async function answerStripe(deps: StripeServerDeps, http: HttpRequest): Promise<HttpReply> {
  const requestId = randomId("req_", 14);
  let request: StripeRequest;
  try {
    request = readStripeRequest(http, requestId);
  } catch (error) {
    return refuse(deps, http, requestId, error);
  }
  let leave = (): void => {};
  try {
    if (request.key !== null) leave = deps.keys.enter(request.key);
    const reply = await answerWithFaults(deps, request);
    return request.isPublishable ? readableByPages(reply) : reply;
  } catch (error) {
    const refused = refuse(deps, http, requestId, error);
    return request.isPublishable ? readableByPages(refused) : refused;
  } finally {
    leave();
  }
}

/** Pages of any origin may read what a publishable key may ask for. */
function readableByPages(reply: HttpReply): HttpReply {
  if (reply === "cut") return reply;
  return { ...reply, headers: { ...reply.headers, "access-control-allow-origin": "*" } };
}

async function answerWithFaults(deps: StripeServerDeps, request: StripeRequest): Promise<HttpReply> {
  const fault = deps.faults.take("stripe", request.method, request.path);
  if (fault?.action === "delay") await pause(fault.delayMs ?? 1_000);
  if (fault?.action === "cut") {
    note(deps, request, null, fault);
    return "cut";
  }
  const outcome =
    replayOf(deps, request) ?? (fault?.action === "status" ? refusal(request, fault) : work(deps, request));
  if (fault?.action !== "after-commit") return finish(deps, request, outcome, fault);
  const seen =
    fault.status === undefined ? outcome : { ...outcome, status: fault.status, body: faultBody(fault) };
  const isStored = fault.status !== undefined && (fault.stored ?? fault.status >= 500);
  keep(deps, request, { kept: isStored ? seen : outcome, sent: fault.status ?? null, fault });
  if (fault.delayMs !== undefined) await pause(fault.delayMs);
  return fault.status === undefined ? "cut" : toHttp(request, seen);
}

function replayOf(deps: StripeServerDeps, request: StripeRequest): Outcome | undefined {
  if (request.key === null) return undefined;
  const fingerprint = fingerprintOf(formToPlain(request.form));
  const stored = deps.keys.find(request.key, request.path, fingerprint, deps.clock.nowSeconds());
  if (stored === undefined) return undefined;
  return {
    status: stored.status,
    body: stored.body,
    requestId: stored.requestId,
    replayed: true,
    writes: [],
    isKept: false,
  };
}

/** A fault's answer in place of the work; Stripe keeps a 500 that began to execute. */
function refusal(request: StripeRequest, fault: Fault): Outcome {
  const status = fault.status ?? (fault.code === "lock_timeout" || fault.code === "rate_limit" ? 429 : 500);
  const isKept = fault.stored ?? status >= 500;
  return {
    status,
    body: faultBody({ ...fault, status }),
    requestId: request.id,
    replayed: false,
    writes: [],
    isKept,
  };
}

function work(deps: StripeServerDeps, request: StripeRequest): Outcome {
  const origin = { id: request.id, idempotencyKey: request.key, hasWebhooks: deps.hasWebhooks() };
  const { tx, writes } = deps.store.begin(deps.clock.nowSeconds(), origin);
  const { ids, form, path, isPublishable } = request;
  try {
    const answer = request.route.handle({ tx, account: deps.account, ids, form, path, isPublishable });
    const body = expandAnswer(tx, answer.body, request.expand);
    return {
      status: answer.status,
      body,
      requestId: request.id,
      replayed: false,
      writes: writes(),
      isKept: true,
    };
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    const failed = { status: error.status, body: { error: error.body }, requestId: request.id };
    return { ...failed, replayed: false, writes: [], isKept: error.keptForReplay };
  }
}

function finish(
  deps: StripeServerDeps,
  request: StripeRequest,
  outcome: Outcome,
  fault: Fault | undefined,
): HttpAnswer {
  keep(deps, request, { kept: outcome, sent: outcome.status, fault });
  return toHttp(request, outcome);
}

type Keeping = { readonly kept: Outcome; readonly sent: number | null; readonly fault: Fault | undefined };

/** Writes before anything is answered: the changes, the answer under its key, and the journal entry. */
function keep(deps: StripeServerDeps, request: StripeRequest, { kept, sent, fault }: Keeping): void {
  const journal = journalOf(deps, request, kept, sent, fault);
  const answer = request.key !== null && kept.isKept ? storedAnswer(deps, request, request.key, kept) : null;
  if (kept.writes.length === 0 && answer === null) deps.journal.record(journal);
  else deps.commit({ writes: kept.writes, answer, journal });
}

function storedAnswer(
  deps: StripeServerDeps,
  request: StripeRequest,
  key: string,
  kept: Outcome,
): StoredAnswer {
  return {
    key,
    at: deps.clock.nowSeconds(),
    path: request.path,
    fingerprint: fingerprintOf(formToPlain(request.form)),
    requestId: request.id,
    status: kept.status,
    body: kept.body,
  };
}

function note(deps: StripeServerDeps, request: StripeRequest, status: number | null, fault: Fault): void {
  const nothing = { body: null, requestId: request.id, replayed: false, writes: [], isKept: false };
  deps.journal.record(journalOf(deps, request, { ...nothing, status: status ?? 0 }, status, fault));
}

function journalOf(
  { account }: StripeServerDeps,
  request: StripeRequest,
  outcome: Outcome,
  sent: number | null,
  fault: Fault | undefined,
) {
  const objects = outcome.writes.filter((write) => write.table !== "event").map((write) => write.id);
  return draftJournalEntry({
    ...{ service: "stripe", account },
    method: request.method,
    path: request.path,
    idempotency_key: request.key,
    request_id: request.id,
    status: sent,
    effect: outcome.writes.length > 0,
    replayed: outcome.replayed,
    fault: fault?.id ?? null,
    objects: objects.slice(0, 20),
    summary: summarizeBody(formToPlain(request.form)),
  });
}

function refuse(deps: StripeServerDeps, http: HttpRequest, requestId: string, error: unknown): HttpReply {
  if (!(error instanceof StripeError)) deps.report(error);
  const shown =
    error instanceof StripeError
      ? error
      : new StripeError(500, { type: "api_error", message: `The sandbox failed: ${String(error)}` }, false);
  deps.journal.record(
    draftJournalEntry({
      ...{ service: "stripe", account: deps.account },
      method: http.method,
      path: http.path,
      idempotency_key: headerOf(http, "idempotency-key"),
      request_id: requestId,
      status: shown.status,
      summary: { error: shown.message },
    }),
  );
  const retry = shown.status === 409 ? { "stripe-should-retry": "true" } : {};
  return jsonAnswer(
    shown.status,
    { error: shown.body },
    { "request-id": requestId, "stripe-version": apiVersion, ...retry },
  );
}

function toHttp(request: StripeRequest, outcome: Outcome): HttpAnswer {
  const isLock = outcome.status === 429 && JSON.stringify(outcome.body).includes("lock_timeout");
  return jsonAnswer(outcome.status, outcome.body, {
    "request-id": request.id,
    "stripe-version": apiVersion,
    ...(request.key === null
      ? {}
      : { "idempotency-key": request.key, "original-request": outcome.requestId }),
    ...(outcome.replayed ? { "idempotent-replayed": "true" } : {}),
    ...(isLock ? { "stripe-should-retry": "true" } : {}),
  });
}
