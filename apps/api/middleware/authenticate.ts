import type { Request, Response } from "express";
import { authenticateApiKey } from "#libs/billing/catalog/authenticate-api-key.ts";
import { domainError } from "#libs/core/errors.ts";
import type { ApiDeps } from "../api-deps.ts";
import type { Access, Caller, Method, Role, Route } from "../define-route.ts";

/** Whether the transaction of the route's handler asks whether the key can still be used. */
function asksForKey(route: Pick<Route, "checksKey" | "run">): boolean {
  return route.checksKey === true || route.run.kind === "transaction";
}

/**
 * The caller behind `Authorization: Bearer bw_...`. Asks the database for each request, except where the route's handler
 * does (`asksForKey`).
 * @throws api_key_invalid: missing, malformed, unknown, revoked or expired, without saying which
 */
export async function authenticate(
  api: ApiDeps,
  route: Pick<Route, "checksKey" | "run">,
  request: Request,
  response: Response,
): Promise<Caller> {
  const header = request.get("authorization") ?? "";
  const token = /^Bearer +(bw_(?:live|test)_\w{20,200})$/i.exec(header)?.[1];
  if (token === undefined) {
    throw domainError(
      "api_key_invalid",
      header === ""
        ? "Send the API key as Authorization: Bearer bw_live_... or bw_test_..."
        : "The Authorization header does not hold an API key of the form Bearer bw_live_... or bw_test_...",
    );
  }
  const known = asksForKey(route) ? api.knownKeys.find(token) : null;
  const caller = known ?? (await authenticateApiKey(api.deps.database, token));
  if (caller === null) throw domainError("api_key_invalid", "The API key is unknown, revoked or expired.");
  if (known === null) api.knownKeys.keep(token, caller);
  response.locals["tenantId"] = caller.tenantId;
  response.locals["keyId"] = caller.keyId;
  return caller;
}

const rolesByAccess: Readonly<Record<Access, readonly Role[]>> = {
  read: ["admin", "operator", "reader"],
  write: ["admin", "operator"],
  ingest: ["admin", "operator", "ingest"],
  admin: ["admin"],
};

/** Who may call a route. A reader calls GET and nothing else, also where a POST changes nothing. */
export function rolesOf(access: Access, method: Method): readonly Role[] {
  const roles = rolesByAccess[access];
  return method === "get" ? roles : roles.filter((role) => role !== "reader");
}

/** @throws role_forbidden */
export function requireRole(caller: Caller, access: Access, method: Method): void {
  const allowed = rolesOf(access, method);
  if (allowed.includes(caller.role)) return;
  throw domainError(
    "role_forbidden",
    `A key with the role ${caller.role} may not do this; it takes ${allowed.join(" or ")}.`,
  );
}
