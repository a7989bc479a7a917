import type { CookieOptions, Request } from "express";
import { sessionLifeMs } from "./operator-login.ts";

export type SessionCookie = {
  readonly name: string;
  readonly formName: string;
  readonly options: CookieOptions;
};

/**
 * Over https `__Host-` cookies, which no other host or path can set. Browsers refuse that prefix without `Secure`,
 * and `Secure` over plain http, so a console on plain http (a laptop, a tunnel's inner end) gets plain names.
 */
export function sessionCookieOf(request: Request): SessionCookie {
  const secure = request.secure;
  const prefix = secure ? "__Host-" : "";
  return {
    name: `${prefix}billwright_operator`,
    formName: `${prefix}billwright_login`,
    options: { httpOnly: true, sameSite: "lax", secure, path: "/", maxAge: sessionLifeMs },
  };
}

/** The value of a cookie, or null. */
export function cookieOf(request: Request, name: string): string | null {
  for (const pair of (request.get("cookie") ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}

/**
 * Where a request that changes something comes from, as the browser says it: one of our pages, somebody else's, or
 * unknown, when it is no browser of our times.
 */
export function originOf(request: Request): "same" | "foreign" | "unknown" {
  const site = request.get("sec-fetch-site");
  if (site !== undefined) return site === "same-origin" ? "same" : "foreign";
  const origin = request.get("origin");
  if (origin === undefined) return "unknown";
  return URL.canParse(origin) && new URL(origin).host === request.host ? "same" : "foreign";
}
