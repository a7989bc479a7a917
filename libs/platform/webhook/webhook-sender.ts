import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { LookupFunction } from "node:net";
import { addressOf, isPublicAddress, publicLookup } from "./public-address.ts";

export type WebhookAnswer = {
  /** Null: nobody answered. */
  readonly status: number | null;
  /** Why nobody did. */
  readonly error: string | null;
  /** The beginning of what came back. */
  readonly answer: string | null;
  readonly durationMs: number;
};

export type WebhookSender = {
  /** Never throws for what the other side does; follows no redirect. */
  readonly post: (
    url: string,
    message: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  ) => Promise<WebhookAnswer>;
  /** What is wrong with a URL before anybody connects, in words that go on "must ..."; null: nothing. */
  readonly complaint: (url: string) => string | null;
};

const timeoutMs = 10_000;
const bytesRead = 64 * 1024;
const charactersKept = 1_000;

/**
 * Sends signed messages to addresses that customers name. `any` addresses are for the sandbox and tests: otherwise a
 * receiver must be on the public internet, at port 80 or 443, checked against the address that is connected to.
 * @param lookup finds that address; only a test has another one
 */
export function createWebhookSender(
  addresses: "public" | "any",
  lookup: LookupFunction = publicLookup,
): WebhookSender {
  return {
    complaint: (url) => complaintOf(url, addresses),
    post: async (url, message) => {
      const startedMs = performance.now();
      const outcome = await exchange(url, message, addresses, lookup).catch((error: unknown) => ({
        ...{ status: null, answer: null },
        error: reasonOf(error),
      }));
      return { ...outcome, durationMs: Math.round(performance.now() - startedMs) };
    },
  };
}

function complaintOf(url: string, addresses: "public" | "any"): string | null {
  if (!URL.canParse(url)) return "be a URL, such as https://example.com/webhooks";
  const { protocol, hostname, port, username, password } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") return "begin with https://";
  if (username !== "" || password !== "") return "hold no user name and password";
  if (addresses === "any") return null;
  const address = addressOf(hostname);
  if (address === null ? isLocalName(hostname) : !isPublicAddress(address))
    return "lie on the public internet";
  return port === "" || port === "80" || port === "443" ? null : "use port 80 or 443";
}

function isLocalName(hostname: string): boolean {
  return /(^|\.)(localhost|local|internal|home\.arpa)\.?$/i.test(hostname) || !hostname.includes(".");
}

function exchange(
  url: string,
  message: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  addresses: "public" | "any",
  lookup: LookupFunction,
): Promise<Omit<WebhookAnswer, "durationMs">> {
  const complaint = complaintOf(url, addresses);
  if (complaint !== null) return Promise.reject(new Error(`the URL must ${complaint}`));
  return new Promise((resolve, reject) => {
    const request = url.startsWith("https:") ? requestHttps : requestHttp;
    const call = request(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Content-Length": Buffer.byteLength(message.body),
        "User-Agent": "Billwright",
        ...message.headers,
      },
      signal: AbortSignal.timeout(timeoutMs),
      agent: false,
      ...(addresses === "public" ? { lookup } : {}),
    });
    call.on("error", reject);
    call.on("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const done = () => {
        const answer = Buffer.concat(chunks).toString("utf8").replaceAll("\0", "").slice(0, charactersKept);
        resolve({ status: response.statusCode ?? null, error: null, answer });
      };
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size < bytesRead) return;
        done();
        call.destroy();
      });
      response.on("end", done);
      response.on("error", reject);
    });
    call.end(message.body);
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError" || error.name === "AbortError")
    return `no answer within ${timeoutMs / 1_000} s`;
  return error.message.slice(0, charactersKept);
}
