import { randomBytes, timingSafeEqual } from "node:crypto";
import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { ExpressAdapter } from "@bull-board/express";
import express, { type Express, type Request, type RequestHandler, type Response, Router } from "express";
import { DomainError, domainError } from "#libs/core/errors.ts";
import type { OperatorSession } from "#libs/data/operator-sessions.ts";
import { queueNames } from "#libs/platform/queue/queue-names.ts";
import type { ApiDeps } from "../api-deps.ts";
import { consolePage, loginPage } from "./login-page.ts";
import { createOperatorLogin, type OperatorLogin } from "./operator-login.ts";
import { cookieOf, originOf, sessionCookieOf } from "./session-cookie.ts";

const queuesPath = "/admin/queues";

/**
 * The operator's console: `/admin/login`, `/admin`, and bull-board under `/admin/queues`, behind a session. Without
 * `ADMIN_EMAIL` there is none, and its pages say so.
 */
export function mountConsole(app: Express, api: ApiDeps): void {
  app.use("/admin", (_request, response, next) => {
    response.locals["route"] = "/admin";
    next();
  });
  if (api.admin === null) {
    app.use("/admin", () => {
      throw domainError(
        "route_not_found",
        "The console is off: set ADMIN_EMAIL and ADMIN_PASSWORD to have it.",
      );
    });
    return;
  }
  const login = createOperatorLogin(api.deps.database, api.admin);
  app.get("/admin/login", showLogin);
  const form = express.urlencoded({ extended: false, limit: "8kb", parameterLimit: 10 });
  app.post("/admin/login", form, (request, response) => takeLogin(api, login, request, response));
  const guard = requireSession(login);
  app.post("/admin/logout", guard, form, (request, response) => takeLogout(login, request, response));
  app.get("/admin", guard, (_request, response) => {
    const session = sessionOf(response);
    response.type("html").send(consolePage(session.email, session.csrf_token));
  });
  app.use(queuesPath, guard, refuseForeignWrites, boardHeaders, boardOf(api));
}

const showLogin: RequestHandler = (request, response) => {
  sendLogin(request, response, 200, null);
};

function sendLogin(
  request: Request,
  response: Response,
  status: number,
  problem: string | null,
  email = "",
): void {
  const { formName, options } = sessionCookieOf(request);
  const token = randomBytes(24).toString("base64url");
  response.cookie(formName, token, { ...options, sameSite: "strict", maxAge: 60 * 60_000 });
  response
    .status(status)
    .type("html")
    .send(loginPage(token, problem, email));
}

async function takeLogin(
  api: ApiDeps,
  login: OperatorLogin,
  request: Request,
  response: Response,
): Promise<void> {
  const { name, formName, options } = sessionCookieOf(request);
  const [email, password] = [fieldOf(request, "email"), fieldOf(request, "password")];
  if (originOf(request) === "foreign" || !isSame(fieldOf(request, "token"), cookieOf(request, formName))) {
    sendLogin(request, response, 403, "The form was too old. Please try again.", email);
    return;
  }
  try {
    const token = await login.signIn({ email, password, address: request.ip ?? "" });
    if (token === null) {
      api.deps.logger.warn("operator sign-in refused", { address: request.ip });
      sendLogin(request, response, 401, "E-mail or password is wrong.", email);
      return;
    }
    response.cookie(name, token, options);
    response.clearCookie(formName, { ...options, maxAge: undefined });
    response.redirect(303, queuesPath);
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "rate_limited") throw error;
    response.setHeader("Retry-After", String(error.details["retryAfterSeconds"]));
    sendLogin(request, response, 429, error.message, email);
  }
}

async function takeLogout(login: OperatorLogin, request: Request, response: Response): Promise<void> {
  if (originOf(request) === "foreign" || !isSame(fieldOf(request, "token"), sessionOf(response).csrf_token)) {
    throw domainError("origin_forbidden", "Sign out from the console's own page.");
  }
  const { name, options } = sessionCookieOf(request);
  await login.signOut(cookieOf(request, name) ?? "");
  response.clearCookie(name, { ...options, maxAge: undefined });
  response.redirect(303, "/admin/login");
}

function requireSession(login: OperatorLogin): RequestHandler {
  return async (request, response, next) => {
    const token = cookieOf(request, sessionCookieOf(request).name);
    const session = token === null ? null : await login.find(token);
    if (session !== null) {
      response.locals["session"] = session;
      next();
      return;
    }
    const isPage = request.method === "GET" && request.accepts(["html", "json"]) === "html";
    if (!isPage) throw domainError("session_invalid", "Sign in at /admin/login.");
    response.redirect(303, "/admin/login");
  };
}

function sessionOf(response: Response): OperatorSession {
  return response.locals["session"] as OperatorSession;
}

/** bull-board sends no token, but the browser says which page a request comes from. */
const refuseForeignWrites: RequestHandler = (request, _response, next) => {
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (isRead || originOf(request) === "same") next();
  else throw domainError("origin_forbidden", "This request was not made by a page of the console.");
};

const boardPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

const boardHeaders: RequestHandler = (_request, response, next) => {
  response.setHeader("Content-Security-Policy", boardPolicy);
  next();
};

/** bull-board's page asks Google for its fonts; ours loads nothing from elsewhere, and falls back to the system's. */
const withoutForeignFonts: RequestHandler = (_request, response, next) => {
  const send = response.send.bind(response);
  response.send = (body: unknown) =>
    send(typeof body === "string" ? body.replaceAll(/<link\b[^>]*\bhref="https?:[^>]*>\s*/g, "") : body);
  next();
};

function boardOf(api: ApiDeps): Router {
  const adapter = new ExpressAdapter();
  adapter.setBasePath(queuesPath);
  createBullBoard({
    queues: queueNames.map((name) => new BullMQAdapter(api.queues.queue(name))),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: "Billwright" } },
  });
  const router = Router();
  router.use(withoutForeignFonts);
  router.use(adapter.getRouter() as RequestHandler);
  return router;
}

function fieldOf(request: Request, name: string): string {
  const body: unknown = request.body;
  const value =
    body !== null && typeof body === "object" ? Object.entries(body).find(([key]) => key === name)?.[1] : "";
  return typeof value === "string" ? value : "";
}

function isSame(given: string, expected: string | null): boolean {
  if (expected === null || expected === "" || given.length !== expected.length) return false;
  return timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}
