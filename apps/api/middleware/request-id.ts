import { randomUUID } from "node:crypto";
import type { RequestHandler, Response } from "express";

/** Takes `X-Request-ID` when it is short and printable, makes one otherwise, and returns it. */
export const requestId: RequestHandler = (request, response, next) => {
  const given = request.get("x-request-id");
  const id = given !== undefined && /^[\w.:/=+-]{1,128}$/.test(given) ? given : randomUUID();
  response.locals["requestId"] = id;
  response.setHeader("X-Request-ID", id);
  next();
};

export function requestIdOf(response: Response): string {
  return String(response.locals["requestId"] ?? "");
}
