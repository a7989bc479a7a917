import { type ErrorCode, errorTable } from "#libs/core/errors.ts";
import type { Route } from "./define-route.ts";
import { rolesOf } from "./middleware/authenticate.ts";
import { problemType, statusOf } from "./middleware/error-response.ts";
import { tagTexts } from "./tag-texts.ts";
import { createSchemaSet, type JsonSchema, type SchemaSet } from "./openapi-schemas.ts";

export type OpenApiMedia = {
  schema?: JsonSchema;
  example?: unknown;
  examples?: Record<string, { summary: string; value: unknown }>;
};

export type OpenApiResponse = {
  description: string;
  headers?: Record<string, { description: string; schema: JsonSchema }>;
  content?: Record<string, OpenApiMedia>;
};

export type OpenApiParameter = {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: JsonSchema;
  example?: unknown;
};

export type OpenApiOperation = {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: Record<string, string[]>[];
  parameters: OpenApiParameter[];
  requestBody?: { required: boolean; content: Record<string, OpenApiMedia> };
  responses: Record<string, OpenApiResponse>;
};

export type OpenApiDocument = {
  openapi: "3.1.0";
  info: {
    title: string;
    version: string;
    description: string;
    license: { name: string; identifier: string };
  };
  servers: { url: string }[];
  tags: { name: string; description?: string }[];
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: {
    schemas: Record<string, JsonSchema>;
    securitySchemes: Record<string, Record<string, string>>;
  };
};

const problemSchema: JsonSchema = {
  type: "object",
  description: "RFC 9457. `code` is stable; `type` links to what it means.",
  required: ["type", "title", "status", "detail", "code", "request_id", "errors"],
  properties: {
    type: { type: "string", examples: ["/docs/errors#fields_invalid"] },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    code: { type: "string", enum: Object.keys(errorTable) },
    request_id: { type: "string" },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["path", "code", "message"],
        properties: { path: { type: "string" }, code: { type: "string" }, message: { type: "string" } },
      },
    },
  },
};

/** The OpenAPI 3.1 document of these routes, from the objects that validate. Pure: the same routes, the same document. */
export function toOpenApi(routes: readonly Route[], publicUrl: string): OpenApiDocument {
  const schemas = createSchemaSet({ Problem: problemSchema });
  const paths: OpenApiDocument["paths"] = {};
  for (const route of routes) {
    const item = paths[route.path] ?? {};
    item[route.method] = operationOf(route, schemas);
    paths[route.path] = item;
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Billwright",
      version: "1",
      description:
        "Usage in, correct invoices out. Money is a decimal string in major units with its currency beside it; quantities " +
        "and rates are decimal strings; times are RFC 3339, answered in UTC. Errors are RFC 9457 problems.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: publicUrl }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({
      name,
      ...(tagTexts[name] === undefined ? {} : { description: tagTexts[name] }),
    })),
    paths,
    components: {
      schemas: schemas.all(),
      securitySchemes: {
        apiKey: {
          type: "http",
          scheme: "bearer",
          description: "An API key: bw_live_... or bw_test_...; it names the tenant, the mode and the role.",
        },
      },
    },
  };
}

function operationOf(route: Route, schemas: SchemaSet): OpenApiOperation {
  const isPublic = route.access === "public";
  const roles = route.access === "public" ? [] : rolesOf(route.access, route.method);
  const said = [route.description, isPublic ? "Needs no API key." : `Roles: ${roles.join(", ")}.`];
  const body = requestBodyOf(route, schemas);
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    description: said.filter(Boolean).join("\n\n"),
    security: isPublic ? [] : [{ apiKey: [] }],
    parameters: [...parametersOf(route, schemas), ...headersOf(route)],
    ...(body === undefined ? {} : { requestBody: body }),
    responses: { ...successOf(route, schemas), ...problemsOf(route) },
  };
}

/** `post /v1/customers/{id}/credits` -> `post_customers_id_credits`. */
function operationId(route: Route): string {
  const words = route.path.replace(/^\/v1/, "").match(/\w+/g) ?? ["root"];
  return [route.method, ...words].join("_");
}

function requestBodyOf(route: Route, schemas: SchemaSet): OpenApiOperation["requestBody"] {
  if (route.body === undefined && route.accepts === undefined) return undefined;
  const schema = route.body === undefined ? {} : schemas.add(route.body, "input");
  const media = { schema, ...(route.example.body === undefined ? {} : { example: route.example.body }) };
  const types = route.accepts ?? ["application/json"];
  const isOptional = route.body?.safeParse(undefined).success === true;
  return {
    required: !isOptional,
    content: Object.fromEntries(
      types.map((type) => [
        type,
        type.includes("json") && !type.includes("nd") ? media : { schema: { type: "string" } },
      ]),
    ),
  };
}

function parametersOf(route: Route, schemas: SchemaSet): OpenApiParameter[] {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  const inPath = propertiesOf(route.params === undefined ? {} : schemas.inline(route.params));
  const inQuery = propertiesOf(route.query === undefined ? {} : schemas.inline(route.query));
  const path = names.map((name): OpenApiParameter => {
    const example = route.example.params?.[name];
    return {
      name,
      in: "path",
      required: true,
      schema: inPath.properties[name] ?? { type: "string" },
      ...(example === undefined ? {} : { example }),
    };
  });
  const query = Object.entries(inQuery.properties).map(([name, schema]): OpenApiParameter => {
    const sent = route.example.query?.[name];
    const example =
      sent !== undefined && ["integer", "number"].includes(String(schema["type"])) ? Number(sent) : sent;
    const described = schema["description"];
    return {
      name,
      in: "query",
      required: inQuery.required.includes(name),
      schema,
      ...(typeof described === "string" ? { description: described } : {}),
      ...(example === undefined ? {} : { example }),
    };
  });
  return [...path, ...query];
}

function propertiesOf(schema: JsonSchema): { properties: Record<string, JsonSchema>; required: string[] } {
  return {
    properties: (schema["properties"] ?? {}) as Record<string, JsonSchema>,
    required: (schema["required"] ?? []) as string[],
  };
}

function headersOf(route: Route): OpenApiParameter[] {
  const header = (name: string, description: string, schema: JsonSchema): OpenApiParameter => ({
    name,
    in: "header",
    required: false,
    description,
    schema,
  });
  const text = (maxLength: number): JsonSchema => ({ type: "string", minLength: 1, maxLength });
  const headers = [header("X-Request-ID", "Taken, or made, and returned", text(128))];
  if (route.access === "public" || route.method === "get") return headers;
  if (route.idempotent) {
    headers.push(
      header(
        "Idempotency-Key",
        "The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days",
        text(255),
      ),
    );
  }
  headers.push(
    header("X-Actor", "Who acts; goes into the audit log", text(500)),
    header("X-Reason", "Why; goes into the audit log", text(500)),
  );
  if (route.method === "patch" || route.method === "put" || route.errors.includes("version_conflict")) {
    headers.push(
      header("If-Match", "The version that is to be changed; 409 when it moved", { type: "string" }),
    );
  }
  return headers;
}

function successOf(route: Route, schemas: SchemaSet): Record<string, OpenApiResponse> {
  const { status, schema, description, contentTypes = [], headers = {} } = route.response;
  const example = route.example.response;
  const json =
    schema === undefined
      ? {}
      : {
          "application/json": {
            schema: schemas.add(schema, "output"),
            ...(example === undefined ? {} : { example }),
          },
        };
  const others = Object.fromEntries(contentTypes.map((type) => [type, { schema: { type: "string" } }]));
  const content = { ...json, ...others };
  const described = Object.entries({ ...headers, "X-Request-ID": "Id of this request" });
  return {
    [String(status)]: {
      description: description ?? "Done",
      headers: Object.fromEntries(
        described.map(([name, text]) => [name, { description: text, schema: { type: "string" } }]),
      ),
      ...(Object.keys(content).length === 0 ? {} : { content }),
    },
  };
}

/** Codes that a route can answer with: its own and those of its kind. */
function errorsOf(route: Route): ErrorCode[] {
  const codes = new Set<ErrorCode>([
    ...route.errors,
    "internal",
    "request_malformed",
    "database_unavailable",
    "method_not_allowed",
  ]);
  const add = (...more: ErrorCode[]) => {
    for (const code of more) codes.add(code);
  };
  if (route.access !== "public") add("api_key_invalid", "role_forbidden", "rate_limited");
  if (route.query !== undefined || route.params !== undefined || route.method !== "get")
    add("fields_invalid");
  if (route.method !== "get") add("body_malformed", "body_too_large", "unsupported_media_type");
  if (route.idempotent) add("idempotency_key_reused", "idempotency_key_in_progress");
  return [...codes].sort();
}

function problemsOf(route: Route): Record<string, OpenApiResponse> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorsOf(route)) {
    const status = statusOf(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `${code}: ${errorTable[code].title}`).join("; "),
        content: {
          [problemType]: {
            schema: { $ref: "#/components/schemas/Problem" },
            examples: Object.fromEntries(codes.map((code) => [code, problemExample(code)])),
          },
        },
      },
    ]),
  );
}

function problemExample(code: ErrorCode): { summary: string; value: unknown } {
  const { title } = errorTable[code];
  return {
    summary: title,
    value: {
      type: `/docs/errors#${code}`,
      title,
      status: statusOf(code),
      detail: title,
      code,
      request_id: "4f2c9a1e-6d0b-4a57-9c1c-0a8d2f6f7e11",
      errors:
        code === "fields_invalid" ? [{ path: "name", code: "field_required", message: "is required" }] : [],
    },
  };
}
