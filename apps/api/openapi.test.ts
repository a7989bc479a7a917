import { spawn } from "node:child_process";
import type { Route } from "./define-route.ts";
import { docsPage } from "./docs/docs-page.ts";
import { errorsPage } from "./docs/errors-page.ts";
import { type OpenApiOperation, toOpenApi } from "./openapi.ts";
import { allRoutes } from "./routes/all-routes.ts";
import { errorTable } from "#libs/core/errors.ts";

const document = toOpenApi(allRoutes, "http://localhost:3000");

function operationOf(route: Route): OpenApiOperation {
  const operation = document.paths[route.path]?.[route.method];
  if (operation === undefined) throw new Error(`${route.method} ${route.path} is not documented`);
  return operation;
}

/** Every value under `$ref`, wherever it stands. */
function refsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(refsIn);
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === "$ref" && typeof item === "string" ? [item] : refsIn(item),
  );
}

function resolves(ref: string): boolean {
  let at: unknown = document;
  for (const part of ref.replace(/^#\//, "").split("/")) {
    at =
      at !== null && typeof at === "object"
        ? Object.entries(at).find(([key]) => key === part)?.[1]
        : undefined;
  }
  return at !== undefined;
}

describe("the OpenAPI document", () => {
  it("describes every route once, with its own operation id", () => {
    const ids = allRoutes.map((route) => operationOf(route).operationId);
    expect(new Set(ids).size).toBe(allRoutes.length);
    expect(document.openapi).toBe("3.1.0");
  });

  it("has no reference that leads nowhere", () => {
    const refs = refsIn(document);
    expect(refs.length).toBeGreaterThan(50);
    expect(refs.filter((ref) => !resolves(ref))).toEqual([]);
  });

  it("is plain JSON and the same each time", () => {
    const text = JSON.stringify(document);
    expect(JSON.parse(text)).toEqual(document);
    expect(JSON.stringify(toOpenApi(allRoutes, "http://localhost:3000"))).toBe(text);
  });

  it("names a problem for every code that a route can answer with", () => {
    for (const route of allRoutes) {
      const { responses } = operationOf(route);
      const codes = Object.values(responses).flatMap((response) =>
        Object.keys(response.content?.["application/problem+json"]?.examples ?? {}),
      );
      expect(codes).toEqual(expect.arrayContaining(["internal", ...route.errors]));
    }
  });

  it("has examples that its own schemas accept", () => {
    for (const route of allRoutes) {
      const { body, response } = route.example;
      const name = `${route.method} ${route.path}`;
      if (body !== undefined)
        expect([name, route.body?.safeParse(body).error?.message]).toEqual([name, undefined]);
      if (response !== undefined) {
        expect([name, route.response.schema?.safeParse(response).error?.message]).toEqual([name, undefined]);
      }
    }
  });

  it("gives every route with a JSON body an example of it, and forbids unknown fields in it", () => {
    for (const route of allRoutes.filter((each) => each.body !== undefined && each.raw !== true)) {
      const name = `${route.method} ${route.path}`;
      expect([name, route.example.body]).not.toEqual([name, undefined]);
      const schema = operationOf(route).requestBody?.content["application/json"]?.schema;
      expect([name, schema?.["additionalProperties"]]).toEqual([name, false]);
    }
  });

  it("puts every write behind Idempotency-Key, but for events, provider webhooks, payers and previews of files", () => {
    const without = allRoutes.filter((route) => route.method !== "get" && !route.idempotent);
    expect(without.map((route) => route.path)).toEqual([
      ...["/v1/events", "/v1/events/import", "/public/pay/{token}/intent"],
      ...["/v1/templates/{kind}/preview", "/webhooks/stripe", "/webhooks/stripe/{account}"],
    ]);
  });
});

describe("the pages", () => {
  it("show every operation and load nothing from elsewhere", () => {
    const page = docsPage(document);
    for (const route of allRoutes) expect(page).toContain(`id="${operationOf(route).operationId}"`);
    expect(page).not.toMatch(/<script|<link|src="http|url\(/);
  });

  it("have an anchor for every error code", () => {
    const page = errorsPage();
    for (const code of Object.keys(errorTable)) expect(page).toContain(`id="${code}"`);
  });

  it("lints clean by redocly's strict rules", async () => {
    const lint = spawn("npm", ["run", "--silent", "openapi:lint"], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    lint.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    const code = await new Promise((resolve) => lint.on("close", resolve));
    expect([code, said.trim()]).toEqual([0, expect.stringMatching(/^0 findings in \d+ routes$/)]);
  }, 120_000);
});
