import { z } from "zod";
import { defineRoute, type Route } from "../define-route.ts";
import { docsPage } from "../docs/docs-page.ts";
import { errorsPage } from "../docs/errors-page.ts";
import { toOpenApi } from "../openapi.ts";

const tag = "Documentation";
const html = "text/html; charset=utf-8";

/** The document of all routes, these among them, and the pages made from it. */
export function docsRoutes(others: readonly Route[]): readonly Route[] {
  const all = (): readonly Route[] => [...others, ...routes];
  const document = defineRoute({
    method: "get",
    path: "/openapi.json",
    tag,
    summary: "The OpenAPI document",
    access: "public",
    response: { status: 200, schema: z.record(z.string(), z.unknown()) },
    errors: [],
    example: {},
    open: async (api) => ({ body: { ...toOpenApi(all(), api.deps.publicUrl) } }),
  });
  const docs = defineRoute({
    method: "get",
    path: "/docs",
    tag,
    summary: "This reference",
    access: "public",
    response: { status: 200, contentTypes: ["text/html"], description: "A page" },
    errors: [],
    example: {},
    open: async (api) => ({ content: docsPage(toOpenApi(all(), api.deps.publicUrl)), contentType: html }),
  });
  const errors = defineRoute({
    method: "get",
    path: "/docs/errors",
    tag,
    summary: "Every error code",
    access: "public",
    response: { status: 200, contentTypes: ["text/html"], description: "A page" },
    errors: [],
    example: {},
    open: async () => ({ content: errorsPage(), contentType: html }),
  });
  const routes = [document, docs, errors];
  return routes;
}
