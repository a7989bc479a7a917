import type { Request } from "express";
import { createGunzip } from "node:zlib";
import { domainError } from "#libs/core/errors.ts";

export const defaultBodyLimit = 64 * 1024;

/** Packed bytes may not grow more than this once they are past 64 KB: a bomb is refused before it is unpacked. */
const maxRatio = 250;

export type SentBody = { readonly bytes: Buffer; readonly contentType: string };

/**
 * Reads the body within `limit` bytes, packed and unpacked.
 * @throws DomainError body_too_large (413), unsupported_media_type (415), body_malformed (400)
 */
export async function readBody(
  request: Request,
  limit: number,
  accepts: readonly string[],
): Promise<SentBody> {
  const contentType = mediaTypeOf(request);
  const declared = Number(request.get("content-length") ?? 0);
  if (declared > limit) throw tooLarge(limit);
  const encoding = encodingOf(request);
  if (request.destroyed) throw cutShort(); // while its key was looked up: its events have been and will not come again
  const bytes = encoding === "gzip" ? await readGzip(request, limit) : await readPlain(request, limit);
  if (bytes.length > 0) assertAccepted(contentType, accepts);
  return { bytes, contentType };
}

function encodingOf(request: Request): "gzip" | "identity" {
  const encoding = (request.get("content-encoding") ?? "identity").toLowerCase();
  if (encoding === "identity" || encoding === "gzip") return encoding;
  throw domainError(
    "unsupported_media_type",
    `Content-Encoding is "${encoding}"; allowed are gzip and identity.`,
  );
}

function assertAccepted(contentType: string, accepts: readonly string[]): void {
  if (accepts.includes(contentType)) return;
  const given = contentType === "" ? "nothing" : `"${contentType}"`;
  throw domainError(
    "unsupported_media_type",
    `Content-Type says ${given}; this route takes ${accepts.join(", ")}.`,
  );
}

export type OpenBody = { readonly content: AsyncIterable<Uint8Array>; readonly contentType: string };

/**
 * The body as it comes, not unpacked and not yet read; whoever reads it holds `limit` too.
 * @throws DomainError body_too_large (413), unsupported_media_type (415)
 */
export function openBody(request: Request, limit: number, accepts: readonly string[]): OpenBody {
  const contentType = mediaTypeOf(request);
  if (Number(request.get("content-length") ?? 0) > limit) throw tooLarge(limit);
  encodingOf(request);
  assertAccepted(contentType, accepts);
  return { content: request as AsyncIterable<Uint8Array>, contentType };
}

/** The JSON value of a body; undefined when nothing was sent. @throws DomainError body_malformed */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  const text = decodeUtf8(bytes);
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : "not JSON";
    throw domainError("body_malformed", `The body is not valid JSON: ${reason}`);
  }
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw domainError("body_malformed", "The body is not valid UTF-8.");
  }
}

function mediaTypeOf(request: Request): string {
  const [type = "", ...parameters] = (request.get("content-type") ?? "").toLowerCase().split(";");
  const charset = parameters.map((p) => /^\s*charset\s*=\s*"?([^"\s]+)/.exec(p)?.[1]).find(Boolean);
  if (charset !== undefined && charset !== "utf-8" && charset !== "utf8" && charset !== "us-ascii") {
    throw domainError("unsupported_media_type", `The charset is "${charset}"; only utf-8 is taken.`);
  }
  return type.trim();
}

/** By its events: a loop over the stream costs as much as all the rest of a small request. */
function readPlain(request: Request, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else {
        request.pause();
        reject(tooLarge(limit));
      }
    });
    request.once("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once("error", reject);
    request.once("close", () => {
      if (!request.readableEnded) reject(cutShort());
    });
  });
}

async function readGzip(request: Request, limit: number): Promise<Buffer> {
  const gunzip = createGunzip();
  let packed = 0;
  const feeding = (async () => {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      packed += chunk.length;
      if (packed > limit) throw tooLarge(limit);
      if (!gunzip.write(chunk)) await new Promise((go) => gunzip.once("drain", go).once("close", go));
      if (gunzip.destroyed) return;
    }
    gunzip.end();
  })().catch((error: Error) => gunzip.destroy(error));
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit || (size > 65_536 && size > packed * maxRatio)) throw tooLarge(limit);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Error && "code" in error && String(error.code).startsWith("Z_")) {
      throw domainError("body_malformed", "The body says gzip and cannot be unpacked.");
    }
    throw error;
  } finally {
    await feeding;
  }
  return Buffer.concat(chunks);
}

function cutShort() {
  return domainError("body_malformed", "The connection ended before the body.");
}

function tooLarge(limit: number) {
  return domainError("body_too_large", `The body has more than ${limit} bytes, unpacked; send it in parts.`);
}
