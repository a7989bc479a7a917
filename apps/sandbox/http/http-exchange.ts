import type { IncomingHttpHeaders } from "node:http";

/** A request with its whole body in memory. `path` is decoded by nobody: it stands as it came. */
export type HttpRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

/** An answer; `cutAfterBytes` destroys the connection after that many bytes of the body, `pauseMs` waits in its middle. */
export type HttpAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly cutAfterBytes?: number;
  readonly pauseMs?: number;
};

/** `cut` destroys the connection without an answer. */
export type HttpReply = HttpAnswer | "cut";

export type HttpHandler = (request: HttpRequest) => Promise<HttpReply> | HttpReply;

/** A JSON answer. */
export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    body: `${JSON.stringify(value, null, 2)}\n`,
  };
}

/** The first value of a header, or null. */
export function headerOf(request: Pick<HttpRequest, "headers">, name: string): string | null {
  const value = request.headers[name];
  return Array.isArray(value) ? (value[0] ?? null) : (value ?? null);
}

/** A page that may run no script and load nothing from elsewhere. */
export function pageAnswer(status: number, title: string, body: string): HttpAnswer {
  return {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy":
        "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; img-src data:",
      "x-content-type-options": "nosniff",
    },
    body: `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${style}</style><main><h1>${escapeHtml(title)}</h1>${body}</main></html>`,
  };
}

const style = `
:root{color-scheme:light dark;--line:#8884}
body{font:15px/1.5 system-ui,sans-serif;margin:0}main{max-width:64rem;margin:2rem auto;padding:0 1.5rem}
h1{font-size:1.4rem;font-weight:600}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.5rem .75rem;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;font-size:.85rem;opacity:.7}td.time{white-space:nowrap;font-variant-numeric:tabular-nums}
iframe{width:100%;height:36rem;border:1px solid var(--line);border-radius:6px;background:#fff}
pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid var(--line);border-radius:6px;padding:1rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}dt{opacity:.7}dd{margin:0;overflow-wrap:anywhere}
.empty{opacity:.7;padding:2rem 0}code{font-size:.9em}`;

/** Text made safe between tags and inside quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
