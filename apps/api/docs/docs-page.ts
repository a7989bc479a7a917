import { type Html, html, trustedHtml } from "#libs/platform/html.ts";
import type { OpenApiDocument, OpenApiMedia, OpenApiOperation, OpenApiParameter } from "../openapi.ts";
import { docsStyle } from "./docs-style.ts";
import { schemaView, typeText } from "./schema-view.ts";

type Entry = { readonly method: string; readonly path: string; readonly operation: OpenApiOperation };

/** The reference as one page without scripts, from the OpenAPI document alone. */
export function docsPage(document: OpenApiDocument): string {
  const entries: Entry[] = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
  );
  const groups = document.tags.map(({ name }) => ({
    name,
    entries: entries.filter((entry) => entry.operation.tags.includes(name)),
  }));
  const body = html`<h1>API reference</h1>
<p class="lead">${document.info.description}</p>
<pre>curl ${document.servers[0]?.url ?? ""}/v1/customers \\
  -H "Authorization: Bearer $BILLWRIGHT_KEY"</pre>
<p class="lead">Every write takes an <code>Idempotency-Key</code>. Lists take <code>limit</code> and <code>cursor</code>. Objects carry a
<code>version</code>; send it as <code>If-Match</code> to change only what you saw. The document itself is at <a href="/openapi.json">/openapi.json</a>,
every error code at <a href="/docs/errors">/docs/errors</a>.</p>
${groups.map(
  (group) =>
    html`<h2 class="tag">${group.name}</h2>${group.entries.map((entry) => operationView(entry, document))}`,
)}`;
  return page("Billwright API", navigation(groups), body);
}

/** A whole page with our style. */
export function page(title: string, nav: Html, body: Html): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${trustedHtml(docsStyle)}</style></head>
<body><div class="layout"><nav>${nav}</nav><main>${body}</main></div></body></html>`.markup;
}

function navigation(groups: readonly { readonly name: string; readonly entries: readonly Entry[] }[]): Html {
  return html`<a class="brand" href="/docs">Billwright</a><p>API reference · <a href="/docs/errors">errors</a> · <a href="/openapi.json">openapi.json</a></p>
${groups.map(
  (group) =>
    html`<h2>${group.name}</h2><ul>${group.entries.map(
      (entry) =>
        html`<li><a href="#${entry.operation.operationId}"><span class="verb ${entry.method}">${entry.method}</span>${entry.operation.summary}</a></li>`,
    )}</ul>`,
)}`;
}

function operationView({ method, path, operation }: Entry, document: OpenApiDocument): Html {
  const body = operation.requestBody?.content;
  const [success] = Object.entries(operation.responses).filter(([status]) => Number(status) < 300);
  const answer = success?.[1].content?.["application/json"];
  return html`<article id="${operation.operationId}"><h3><span class="sum">${operation.summary}</span><span class="verb ${method}">${method}</span><span class="path">${path}</span></h3>
<div><p>${operation.description ?? ""}</p>
${parameterList("Path", "path", operation, document)}${parameterList("Query", "query", operation, document)}
${body !== undefined && bodyView("Body", body, document)}
${answer?.schema !== undefined && html`<h4>Answer ${success?.[0] ?? ""}</h4><details><summary>fields</summary>${schemaView(answer.schema, document.components.schemas)}</details>`}
<h4>Errors</h4><div class="codes">${errorLinks(operation)}</div></div>
<div class="side"><h4>Request</h4><pre>${curlOf({ method, path, operation }, document)}</pre>
${answer?.example !== undefined && html`<h4>Answer ${success?.[0] ?? ""}</h4><pre>${JSON.stringify(answer.example, null, 2)}</pre>`}</div></article>`;
}

function parameterList(
  title: string,
  place: OpenApiParameter["in"],
  operation: OpenApiOperation,
  document: OpenApiDocument,
): Html {
  const shown = operation.parameters.filter((parameter) => parameter.in === place);
  if (shown.length === 0) return html``;
  return html`<h4>${title}</h4><dl>${shown.map(
    (parameter) =>
      html`<div><dt>${parameter.name}</dt><dd>${typeText(parameter.schema, document.components.schemas)}</dd>${
        parameter.description !== undefined && html`<dd class="more">${parameter.description}</dd>`
      }</div>`,
  )}</dl>`;
}

function bodyView(title: string, content: Record<string, OpenApiMedia>, document: OpenApiDocument): Html {
  const types = Object.keys(content);
  const schema = Object.values(content)[0]?.schema;
  return html`<h4>${title}</h4>${types.length > 1 && html`<p>${types.join(", ")}</p>`}${
    schema !== undefined && schemaView(schema, document.components.schemas)
  }`;
}

function errorLinks(operation: OpenApiOperation): Html[] {
  return Object.entries(operation.responses)
    .filter(([status]) => Number(status) >= 400)
    .flatMap(([status, response]) =>
      Object.values(response.content ?? {}).flatMap((media) =>
        Object.keys(media.examples ?? {}).map(
          (code) => html`<a href="/docs/errors#${code}"><b>${status}</b> ${code}</a>`,
        ),
      ),
    );
}

function curlOf({ method, path, operation }: Entry, document: OpenApiDocument): string {
  const filled = operation.parameters
    .filter((parameter) => parameter.in === "path")
    .reduce(
      (url, parameter) => url.replace(`{${parameter.name}}`, String(parameter.example ?? parameter.name)),
      path,
    );
  const query = operation.parameters
    .filter((parameter) => parameter.in === "query" && parameter.example !== undefined)
    .map((parameter) => `${parameter.name}=${encodeURIComponent(String(parameter.example))}`);
  const url = `${document.servers[0]?.url ?? ""}${filled}${query.length > 0 ? `?${query.join("&")}` : ""}`;
  const example = operation.requestBody?.content["application/json"]?.example;
  const lines = [
    `curl ${method === "get" ? "" : `-X ${method.toUpperCase()} `}"${url}"`,
    ...(operation.security.length > 0 ? ['  -H "Authorization: Bearer $BILLWRIGHT_KEY"'] : []),
    ...(example === undefined
      ? []
      : [
          '  -H "Content-Type: application/json"',
          `  -d '${JSON.stringify(example, null, 2).replaceAll("'", "'\\''")}'`,
        ]),
  ];
  return lines.join(" \\\n");
}
