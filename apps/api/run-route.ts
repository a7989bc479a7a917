import { Readable } from "node:stream";
import type { Request, Response } from "express";
import { parseWire } from "#libs/billing/wire/parse-wire.ts";
import { publicId } from "#libs/core/public-id.ts";
import { DomainError, domainError } from "#libs/core/errors.ts";
import type { StoredAnswer } from "#libs/data/api-idempotency.ts";
import { type TenantScope, withTenant } from "#libs/data/database.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { Answer, Caller, OpenRequest, Route, TenantRequest } from "./define-route.ts";
import { authenticate, requireRole } from "./middleware/authenticate.ts";
import { describeProblem, problemType } from "./middleware/error-response.ts";
import { type Complete, idempotencyKeyOf, withIdempotency } from "./middleware/idempotency.ts";
import { defaultBodyLimit, openBody, parseJson, readBody } from "./middleware/read-body.ts";
import { requestIdOf } from "./middleware/request-id.ts";
import { isStorable, refuseUnstorableText } from "./middleware/storable-text.ts";

/** What is sent, ready to be written or stored. */
type Rendered = Omit<StoredAnswer, "text"> & { readonly payload: Buffer };

type Sent = Pick<OpenRequest<unknown, unknown, unknown>, "raw" | "contentType" | "upload"> & {
  readonly json: unknown;
};

/** Answers one request of a route; what it throws goes to the error middleware. */
export async function runRoute(
  api: ApiDeps,
  route: Route,
  request: Request,
  response: Response,
): Promise<void> {
  const { run } = route;
  if (run.kind === "open") {
    const sent = await readSent(route, request);
    const parsed = openRequest(route, request, response, sent);
    write(response, render(api, route, await run.call(api, parsed)));
    return;
  }
  const caller = await authenticate(api, route, request, response);
  try {
    await answerCaller(api, route, caller, request, response);
  } catch (error) {
    throw run.kind === "transaction" ? await withKeyAsked(api, caller, error) : error;
  }
}

async function answerCaller(
  api: ApiDeps,
  route: Route,
  caller: Caller,
  request: Request,
  response: Response,
): Promise<void> {
  await api.limiter.hit(`key:${caller.keyId}`);
  if (route.access !== "public") requireRole(caller, route.access, route.method);
  const sent = await readSent(route, request);
  const scope = scopeOf(caller, request, response);
  const call = (complete: Complete | null) => {
    const parsed: TenantRequest<unknown, unknown, unknown> = {
      ...openRequest(route, request, response, sent),
      caller,
      scope,
      ifMatch: ifMatchOf(request),
    };
    return callHandler(api, route, parsed, complete);
  };
  const body = route.raw === true ? sent.raw : sent.json;
  const key = route.idempotent ? idempotencyKeyOf(request, `${route.method} ${route.path}`, body) : null;
  if (key === null) {
    write(response, await call(null));
    return;
  }
  const describe = (thrown: unknown) => storedProblem(thrown, requestIdOf(response));
  let fresh: Rendered | null = null;
  const stored = await withIdempotency(
    api.deps.database,
    route.run.kind === "transaction" ? { ...scope, keyId: caller.keyId } : scope,
    key,
    async (complete) => {
      fresh = await call(complete);
      return textOf(fresh);
    },
    describe,
  );
  write(response, fresh ?? { ...stored, payload: Buffer.from(stored.text) });
}

/**
 * What to tell of an error: a key that was let through without asking may have ended since, and whoever holds such a one is told
 * nothing else.
 */
async function withKeyAsked(api: ApiDeps, { tenantId, keyId }: Caller, error: unknown): Promise<unknown> {
  const isKeyInvalid = (thrown: unknown) =>
    thrown instanceof DomainError && thrown.code === "api_key_invalid";
  const isLimited = error instanceof DomainError && error.code === "rate_limited";
  const told =
    isLimited || isKeyInvalid(error)
      ? error
      : await withTenant(api.deps.database, { tenantId, keyId, actor: "api" }, async () => error).catch(
          (thrown: unknown) => (isKeyInvalid(thrown) ? thrown : error),
        );
  if (isKeyInvalid(told)) api.knownKeys.forget(keyId);
  return told;
}

async function callHandler(
  api: ApiDeps,
  route: Route,
  request: TenantRequest<unknown, unknown, unknown>,
  complete: Complete | null,
): Promise<Rendered> {
  const { run } = route;
  const { scope, caller } = request;
  if (run.kind === "transaction") {
    return withTenant(api.deps.database, { ...scope, keyId: caller.keyId }, async (tx) => {
      const answer = await run.call(tx, request, api);
      const rendered = render(api, route, answer);
      await complete?.(tx, storedAnswer(api, route, answer, rendered));
      return rendered;
    });
  }
  if (run.kind === "open") throw new Error(`${route.path} needs no key`);
  const answer = await run.call(api, request);
  const rendered = render(api, route, answer);
  if (complete !== null) {
    const kept = storedAnswer(api, route, answer, rendered);
    await withTenant(api.deps.database, scope, (tx) => complete(tx, kept));
  }
  return rendered;
}

function scopeOf(caller: Caller, request: Request, response: Response): TenantScope {
  const key = publicId("api_key", caller.keyId);
  const actor = auditText(request, "x-actor");
  return {
    tenantId: caller.tenantId,
    actor: actor === undefined ? key : `${actor} (${key})`,
    reason: auditText(request, "x-reason"),
    requestId: requestIdOf(response),
    address: request.ip,
  };
}

/** Headers arrive as Latin-1; what was sent as UTF-8 is read as such. @throws request_malformed */
function auditText(request: Request, name: string): string | undefined {
  const header = request.get(name);
  if (header === undefined || header === "") return undefined;
  const utf8 = Buffer.from(header, "latin1").toString("utf8");
  const text = utf8.includes("\ufffd") ? header : utf8;
  if (text.length <= 500 && isStorable(text)) return text;
  throw domainError("request_malformed", `${name} takes up to 500 characters.`);
}

function ifMatchOf(request: Request): number | undefined {
  const header = request.get("if-match");
  if (header === undefined || header === "*") return undefined;
  const version = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header.trim())?.[1];
  if (version === undefined) {
    throw domainError("request_malformed", `If-Match takes a version such as 3, got "${header}".`);
  }
  return Number(version);
}

async function readSent(route: Route, request: Request): Promise<Sent> {
  const none = { json: undefined, raw: Buffer.alloc(0), contentType: "", upload: Readable.from([]) };
  if (route.method === "get") return none;
  const limit = route.bodyLimit ?? defaultBodyLimit;
  const accepts = route.accepts ?? ["application/json"];
  if (route.upload === true) {
    const { content, contentType } = openBody(request, limit, accepts);
    return { ...none, contentType, upload: content };
  }
  const { bytes, contentType } = await readBody(request, limit, accepts);
  return { ...none, json: route.raw === true ? undefined : parseJson(bytes), raw: bytes, contentType };
}

function openRequest(
  route: Route,
  request: Request,
  response: Response,
  sent: Sent,
): OpenRequest<unknown, unknown, unknown> {
  refuseUnstorableText({ ...request.params });
  refuseUnstorableText({ ...request.query });
  return {
    params: route.params === undefined ? request.params : parseWire(route.params, { ...request.params }),
    query: route.query === undefined ? noQuery(request) : parseWire(route.query, { ...request.query }),
    body: route.raw === true || route.upload === true ? undefined : parseBody(route, sent.json),
    raw: sent.raw,
    upload: sent.upload,
    contentType: sent.contentType,
    requestId: requestIdOf(response),
    address: request.ip ?? "",
    header: (name) => request.get(name),
    languageOf: (offered) => request.acceptsLanguages(...offered) || null,
  };
}

function noQuery(request: Request): undefined {
  const [first] = Object.keys(request.query);
  if (first === undefined) return undefined;
  throw domainError("fields_invalid", "This route takes no query.", {
    errors: Object.keys(request.query).map((path) => ({
      path,
      code: "field_unknown",
      message: "is not a parameter of this route",
    })),
  });
}

function parseBody(route: Route, json: unknown): unknown {
  if (route.body === undefined) {
    const isEmpty =
      json === undefined || (json !== null && typeof json === "object" && Object.keys(json).length === 0);
    if (isEmpty) return undefined;
    throw domainError("fields_invalid", "This route takes no body.", {
      errors:
        json !== null && typeof json === "object"
          ? Object.keys(json).map((path) => ({ path, code: "field_unknown", message: "is not a field here" }))
          : [],
    });
  }
  const isObject = json !== null && typeof json === "object" && !Array.isArray(json);
  if (!isObject && !route.body.safeParse(json).success) {
    throw domainError("body_malformed", "The body must be a JSON object.");
  }
  refuseUnstorableText(json);
  return parseWire(route.body, json);
}

function render(api: ApiDeps, route: Route, answer: Answer<unknown>): Rendered {
  const status = answer.status ?? route.response.status;
  if ("content" in answer) {
    const payload =
      typeof answer.content === "string" ? Buffer.from(answer.content) : Buffer.from(answer.content);
    return { status, contentType: answer.contentType, headers: answer.headers ?? {}, payload };
  }
  if (api.checkAnswers === true && status === route.response.status) checkAnswer(route, answer.body);
  const etag = versionOf(answer.body);
  return {
    status,
    contentType: "application/json",
    headers: { ...(etag === null ? {} : { ETag: `"${etag}"` }), ...answer.headers },
    payload: answer.body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(answer.body)),
  };
}

function checkAnswer(route: Route, body: unknown): void {
  const checked = route.response.schema?.safeParse(body);
  if (checked === undefined || checked.success) return;
  throw new Error(
    `${route.method} ${route.path} answers otherwise than its schema: ${checked.error.message}`,
  );
}

function versionOf(body: unknown): number | null {
  if (body === null || typeof body !== "object" || !("version" in body)) return null;
  return typeof body.version === "number" ? body.version : null;
}

function textOf({ payload, ...answer }: Rendered): StoredAnswer {
  return { ...answer, text: payload.toString("utf8") };
}

function storedAnswer(api: ApiDeps, route: Route, answer: Answer<unknown>, rendered: Rendered): StoredAnswer {
  if (route.storedBody === undefined || !("body" in answer)) return textOf(rendered);
  return textOf(render(api, route, { ...answer, body: route.storedBody(answer.body) }));
}

function storedProblem(thrown: unknown, requestId: string): StoredAnswer {
  const { problem, headers } = describeProblem(thrown, requestId);
  return { status: problem.status, contentType: problemType, headers, text: JSON.stringify(problem) };
}

function write(response: Response, rendered: Rendered): void {
  response.status(rendered.status).set(rendered.headers);
  if (rendered.payload.length === 0) {
    response.end();
    return;
  }
  response.type(rendered.contentType).send(rendered.payload);
}
