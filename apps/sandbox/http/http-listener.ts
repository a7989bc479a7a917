import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { HttpHandler, HttpReply, HttpRequest } from "./http-exchange.ts";

const maxBodyBytes = 64 * 1024 * 1024;

type HttpListener = { readonly port: number; readonly close: () => Promise<void> };

/** Listens on 127.0.0.1 (port 0: any free one). Rejects when the port is taken. */
export async function listenHttp(
  port: number,
  handle: HttpHandler,
  report: (error: unknown) => void,
): Promise<HttpListener> {
  const server = createServer((incoming, outgoing) => {
    exchange(incoming, outgoing, handle).catch((error: unknown) => {
      report(error);
      if (!outgoing.headersSent) outgoing.writeHead(500, { "content-type": "text/plain" });
      outgoing.end("The sandbox itself failed; see its log.\n");
    });
  });
  server.keepAliveTimeout = 30_000;
  await listen(server, port);
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
}

async function exchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  handle: HttpHandler,
): Promise<void> {
  if (!isLoopbackHost(incoming.headers.host)) {
    outgoing.writeHead(421, { "content-type": "text/plain" });
    outgoing.end("The sandbox answers to 127.0.0.1 and localhost only.\n");
    return;
  }
  const body = await readBody(incoming);
  if (body === "too large") {
    outgoing.writeHead(413, { "content-type": "text/plain", connection: "close" });
    outgoing.end(`The sandbox takes bodies up to ${maxBodyBytes} bytes.\n`);
    return;
  }
  if (body === "aborted") return;
  const url = incoming.url ?? "/";
  const mark = url.indexOf("?");
  const request: HttpRequest = {
    method: incoming.method ?? "GET",
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1)),
    headers: incoming.headers,
    body,
  };
  send(outgoing, request.method, await handle(request));
}

function isLoopbackHost(host: string | undefined): boolean {
  return host === undefined || /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host);
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | "too large" | "aborted"> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBodyBytes) return "too large";
      chunks.push(chunk);
    }
  } catch {
    return "aborted";
  }
  return Buffer.concat(chunks);
}

function send(outgoing: ServerResponse, method: string, reply: HttpReply): void {
  if (reply === "cut") {
    outgoing.socket?.destroy();
    return;
  }
  const body = typeof reply.body === "string" ? Buffer.from(reply.body) : reply.body;
  const headers = { "content-length": String(body.length), ...reply.headers };
  outgoing.writeHead(reply.status, reply.status === 204 ? { ...reply.headers } : headers);
  if (reply.cutAfterBytes !== undefined) {
    outgoing.write(body.subarray(0, reply.cutAfterBytes), () => outgoing.socket?.destroy());
    return;
  }
  if (method !== "HEAD" && reply.pauseMs !== undefined) {
    const middle = Math.floor(body.length / 2);
    outgoing.write(body.subarray(0, middle));
    setTimeout(() => outgoing.end(body.subarray(middle)), reply.pauseMs).unref();
    return;
  }
  outgoing.end(method === "HEAD" ? undefined : body);
}
