import { toOpenApi } from "./openapi.ts";
import { allRoutes } from "./routes/all-routes.ts";

type Schema = Readonly<Record<string, unknown>>;

const document = JSON.parse(JSON.stringify(toOpenApi(allRoutes, "http://localhost:3000")));

/** What no schema can bound: whole bodies and files, a number of the sender's own, a token that is checked by its signature. */
const unbounded = [
  ...["metadata.*", "UsageEvent.value", "UsageEvent.properties.(name)", "path:token", "header:If-Match"],
  ...["post /v1/events", "post /v1/events/import"],
];

/** A pattern from end to end in which nothing repeats without a bound. */
const isBounded = (pattern: unknown) =>
  typeof pattern === "string" && /^\^.*\$$/.test(pattern) && !/[*+]|\{\d*,\}/.test(pattern);

function faultOf(schema: Schema): string | null {
  const types = [schema["type"]].flat();
  if (schema["enum"] !== undefined || schema["const"] !== undefined) return null;
  if (types.includes("integer") || types.includes("number")) {
    const least = schema["minimum"] ?? schema["exclusiveMinimum"];
    const most = schema["maximum"] ?? schema["exclusiveMaximum"];
    if (least === undefined || most === undefined || least === -Number.MAX_SAFE_INTEGER) return "no bounds";
  }
  if (types.includes("array") && schema["maxItems"] === undefined) return "no maxItems";
  const isText = types.includes("string") && schema["format"] !== "date-time";
  return isText && schema["maxLength"] === undefined && !isBounded(schema["pattern"]) ? "no maxLength" : null;
}

/** Every value that a request may carry, and that has no bound in the document. */
function openEnds(schema: Schema, path: string, seen: Set<string>): string[] {
  const ref = schema["$ref"];
  if (typeof ref === "string") {
    const name = ref.split("/").pop() ?? "";
    if (seen.has(name)) return [];
    seen.add(name);
    return openEnds(document.components.schemas[name], name, seen);
  }
  const fault = faultOf(schema);
  const under = (key: string, at: string) =>
    typeof schema[key] === "object" ? openEnds(schema[key] as Schema, at, seen) : [];
  return [
    ...(fault === null || unbounded.some((known) => path.endsWith(known)) ? [] : [`${path}: ${fault}`]),
    ...["anyOf", "oneOf", "allOf"].flatMap((key) =>
      ((schema[key] ?? []) as Schema[]).flatMap((each) => openEnds(each, path, seen)),
    ),
    ...Object.entries((schema["properties"] ?? {}) as Record<string, Schema>).flatMap(([name, each]) =>
      openEnds(each, `${path}.${name}`, seen),
    ),
    ...under("items", `${path}[]`),
    ...under("additionalProperties", `${path}.*`),
    ...under("propertyNames", `${path}.(name)`),
  ];
}

type Operation = {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
};

it("says of everything that a request may carry how large it may be", () => {
  const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(
    ([path, byMethod]) =>
      Object.entries(byMethod).map(([method, operation]) => [`${method} ${path}`, operation] as const),
  );
  expect(operations).toHaveLength(allRoutes.length);
  const seen = new Set<string>();
  const found = operations.flatMap(([name, { parameters = [], requestBody }]) => [
    ...parameters.flatMap((each) => openEnds(each.schema, `${each.in}:${each.name}`, seen)),
    ...Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => openEnds(schema, name, seen)),
  ]);
  expect([...new Set(found)]).toEqual([]);
});
