import { type HttpRequest, headerOf } from "../http/http-exchange.ts";
import { type FormMap, type FormValue, parseFormBody } from "./form-body.ts";
import { parameterError, StripeError } from "./stripe-error.ts";
import type { StripeRoute } from "./stripe-route.ts";
import { matchRoute } from "./stripe-routes.ts";

/** A request that has a valid key, a known route and a readable form. */
export type StripeRequest = {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly key: string | null;
  readonly route: StripeRoute;
  readonly isPublishable: boolean;
  readonly ids: Readonly<Record<string, string>>;
  readonly form: FormMap;
  readonly expand: readonly string[];
};

/** Reads a request. @throws StripeError 401 for the API key, 404 for the route, 400 for the rest */
export function readStripeRequest(http: HttpRequest, id: string): StripeRequest {
  const form = readForm(http);
  const isPublishable = checkApiKey(headerOf(http, "authorization"), form.get("key"));
  if (isPublishable) form.delete("key");
  const { route, ids } = matchRoute(http.method, http.path);
  if (isPublishable && route.publishable !== true) throw unauthorized(needsSecretKey);
  return {
    id,
    method: http.method,
    path: http.path,
    key: http.method === "POST" ? readKey(http) : null,
    route,
    isPublishable,
    ids,
    form,
    expand: readExpand(form),
  };
}

function readForm(http: HttpRequest): FormMap {
  const type = headerOf(http, "content-type") ?? "";
  if (http.body.length > 0 && !type.startsWith("application/x-www-form-urlencoded")) {
    throw parameterError(
      `Invalid request: the body must be form-encoded, not ${type === "" ? "untyped" : type}.`,
    );
  }
  return parseFormBody([...http.query, ...new URLSearchParams(http.body.toString("utf8"))]);
}

function readKey(http: HttpRequest): string | null {
  const key = headerOf(http, "idempotency-key");
  if (key === null || key === "") return null;
  if (key.length <= 255) return key;
  throw parameterError(`Idempotency keys are up to 255 characters long; this one has ${key.length}.`);
}

function readExpand(form: FormMap): readonly string[] {
  const expand = form.get("expand");
  if (expand === undefined) return [];
  if (typeof expand === "string") return expand === "" ? [] : [expand];
  return [...expand.values()].flatMap((path) => (typeof path === "string" ? [path] : []));
}

/** Whether the key is publishable, as browsers have it: they send it as a field `key`, which needs no preflight. */
function checkApiKey(authorization: string | null, field: FormValue | undefined): boolean {
  const key = keyOf(authorization) ?? (typeof field === "string" ? field : null);
  if (key === null) {
    throw unauthorized(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    );
  }
  if (key.startsWith("sk_live_") || key.startsWith("rk_live_")) {
    throw unauthorized(
      "This is the Billwright sandbox, not Stripe: it refuses live keys. Use a key that starts with sk_test_.",
    );
  }
  if (key.startsWith("pk_test_")) return true;
  if (!key.startsWith("sk_test_")) {
    throw unauthorized(
      `Invalid API Key provided: ${key.slice(0, 4)}****. The Billwright sandbox takes keys that start with sk_test_.`,
    );
  }
  return false;
}

const needsSecretKey =
  "This API call cannot be made with a publishable API key. Please use a secret API key.";

/** The account that a request's key names, `sk_test_acct_..._...`; "" for any other key, right or wrong. */
export function accountOfRequest(http: HttpRequest): string {
  const field = http.query.get("key") ?? new URLSearchParams(http.body.toString("utf8")).get("key") ?? "";
  const key = keyOf(headerOf(http, "authorization")) ?? field;
  return /^[psr]k_test_(acct_[A-Za-z0-9]{1,40})_/.exec(key)?.[1] ?? "";
}

function keyOf(authorization: string | null): string | null {
  const [scheme = "", value = ""] = (authorization ?? "").split(/\s+/);
  if (scheme.toLowerCase() === "bearer" && value !== "") return value;
  if (scheme.toLowerCase() !== "basic") return null;
  return Buffer.from(value, "base64").toString("utf8").split(":")[0] ?? null;
}

function unauthorized(message: string): StripeError {
  return new StripeError(401, { type: "invalid_request_error", message }, false);
}
