import { type Html, html } from "#libs/platform/html.ts";
import type { JsonSchema } from "../openapi-schemas.ts";

type Schemas = Readonly<Record<string, JsonSchema>>;

const maxDepth = 6;

/** The fields of a schema as a list that opens, with what is inside. */
export function schemaView(schema: JsonSchema, schemas: Schemas, depth = 0): Html {
  const seen = resolve(schema, schemas);
  const branches = new Map(
    branchesOf(seen)
      .filter((branch) => hasFields(branch, schemas))
      .map((branch) => [JSON.stringify(innermost(branch, schemas)), branch]),
  );
  if (branches.size > 0) {
    return html`${[...branches.values()].map((branch) => schemaView(branch, schemas, depth))}`;
  }
  if (isSchema(seen["items"])) return schemaView(seen["items"], schemas, depth);
  const properties = seen["properties"];
  if (!isSchema(properties) || depth > maxDepth) return html``;
  const required = Array.isArray(seen["required"]) ? seen["required"] : [];
  const rows = Object.entries(properties).map(([name, value]) =>
    isSchema(value) ? fieldRow(name, value, required.includes(name), schemas, depth) : html``,
  );
  return html`<dl>${rows}</dl>`;
}

function fieldRow(
  name: string,
  schema: JsonSchema,
  isRequired: boolean,
  schemas: Schemas,
  depth: number,
): Html {
  const described = schema["description"] ?? resolve(schema, schemas)["description"];
  return html`<div><dt>${name}</dt><dd>${typeText(schema, schemas)}${isRequired && html`<span class="need">required</span>`}</dd>${
    typeof described === "string" && html`<dd class="more">${described}</dd>`
  }${hasFields(schema, schemas) && html`<details><summary>fields</summary>${schemaView(schema, schemas, depth + 1)}</details>`}</div>`;
}

function hasFields(schema: JsonSchema, schemas: Schemas, depth = 0): boolean {
  if (depth > 4) return false;
  const seen = resolve(schema, schemas);
  if (isSchema(seen["properties"])) return true;
  if (isSchema(seen["items"])) return hasFields(seen["items"], schemas, depth + 1);
  return branchesOf(seen).some((branch) => hasFields(branch, schemas, depth + 1));
}

/** A type in a few words: `string (date-time)`, `sum | count`, `array of object`. */
export function typeText(schema: JsonSchema, schemas: Schemas, depth = 0): string {
  const seen = resolve(schema, schemas);
  if (depth > 5) return "any";
  if (Array.isArray(seen["enum"])) return seen["enum"].map(String).join(" | ");
  if (seen["const"] !== undefined) return JSON.stringify(seen["const"]);
  const branches = branchesOf(seen);
  if (branches.length > 0) {
    return [...new Set(branches.map((branch) => typeText(branch, schemas, depth + 1)))].join(" | ");
  }
  if (isSchema(seen["items"])) return `array of ${typeText(seen["items"], schemas, depth + 1)}`;
  const type = Array.isArray(seen["type"]) ? seen["type"].join(" | ") : String(seen["type"] ?? "any");
  const format = typeof seen["format"] === "string" ? ` (${seen["format"]})` : "";
  return `${type}${format}${boundsText(seen)}`;
}

function boundsText(schema: JsonSchema): string {
  const [low, high] = [schema["minimum"], schema["maximum"]];
  const isBound = (value: unknown): value is number =>
    typeof value === "number" && Math.abs(value) < 2 ** 53 - 1;
  if (!isBound(low) && !isBound(high)) return "";
  return `, ${isBound(low) ? low : "…"} to ${isBound(high) ? high : "…"}`;
}

/** What a list, or a list of lists, is made of. */
function innermost(schema: JsonSchema, schemas: Schemas): JsonSchema {
  const seen = resolve(schema, schemas);
  return isSchema(seen["items"]) ? innermost(seen["items"], schemas) : seen;
}

function branchesOf(schema: JsonSchema): JsonSchema[] {
  const branches = schema["anyOf"] ?? schema["oneOf"];
  return Array.isArray(branches) ? branches.filter(isSchema) : [];
}

function resolve(schema: JsonSchema, schemas: Schemas): JsonSchema {
  const ref = schema["$ref"];
  if (typeof ref !== "string") return schema;
  return schemas[ref.replace("#/components/schemas/", "")] ?? {};
}

function isSchema(value: unknown): value is JsonSchema {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
