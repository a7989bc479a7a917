import { errorTable } from "#libs/core/errors.ts";
import type { ErrorCode } from "#libs/core/errors.ts";
import { html } from "#libs/platform/html.ts";
import { statusOf } from "../middleware/error-response.ts";
import { page } from "./docs-page.ts";

/** Every code with its status and meaning; each row is what a problem's `type` links to. */
export function errorsPage(): string {
  const codes = Object.keys(errorTable) as ErrorCode[];
  const groups = [...new Set(codes.map(statusOf))].sort((a, b) => a - b);
  const nav = html`<a class="brand" href="/docs">Billwright</a><p><a href="/docs">API reference</a> · errors</p>
<h2>Codes</h2><ul>${codes.map((code) => html`<li><a href="#${code}">${code}</a></li>`)}</ul>`;
  const body = html`<h1>Errors</h1>
<p class="lead">Errors are RFC 9457 problems (<code>application/problem+json</code>). <code>code</code> is stable: build on it, not on the text.
<code>errors</code> names each refused place in the words of your request. ${groups.length} statuses, ${codes.length} codes.</p>
<table><thead><tr><th>Code</th><th>Status</th><th>Meaning</th><th>What to do</th></tr></thead><tbody>${codes.map(
    (code) =>
      html`<tr id="${code}"><td><code>${code}</code></td><td>${statusOf(code)}</td><td>${errorTable[code].title}</td><td>${adviceByKind[errorTable[code].kind]}</td></tr>`,
  )}</tbody></table>`;
  return page("Billwright errors", nav, body);
}

const adviceByKind = {
  malformed: "Correct the request; it was not understood.",
  invalid: "Correct what errors and detail name; the same request fails again.",
  unauthorized: "Send a key that is valid.",
  forbidden: "Use a key with a role that may.",
  not_found: "Check the id, and that it belongs to this tenant.",
  gone: "Ask for a new one; this one will not come back.",
  conflict: "Read the object anew, or wait, then decide.",
  too_large: "Send less at once.",
  unsupported: "Send one of the types that the route takes.",
  limit: "Wait for Retry-After, then send it again.",
  unavailable: "Send it again later, with the same Idempotency-Key.",
  misconfigured: "Tell the operator: the configuration has to be mended first.",
  internal: "Send it again later; tell the operator the request id.",
} as const;
