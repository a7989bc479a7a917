import { z } from "zod";

export type JsonSchema = { [keyword: string]: unknown };

export type SchemaSet = {
  /** Adds a schema: a reference when it has an id (`.meta({ id })`), else the schema itself. */
  readonly add: (schema: z.ZodType, io: "input" | "output") => JsonSchema;
  /** The schema itself, whatever its id. */
  readonly inline: (schema: z.ZodType) => JsonSchema;
  readonly all: () => Record<string, JsonSchema>;
};

/** Collects the named schemas of a document. What is named twice with another shape as input gets `Input` behind its name. */
export function createSchemaSet(fixed: Readonly<Record<string, JsonSchema>>): SchemaSet {
  const schemas: Record<string, JsonSchema> = { ...fixed };

  function keep(name: string, schema: JsonSchema, io: "input" | "output"): string {
    const text = JSON.stringify(schema);
    const candidates = [name, `${name}${io === "input" ? "Input" : "Output"}`];
    for (let n = 2; ; n++) {
      const candidate = candidates.shift() ?? `${name}${n}`;
      const known = schemas[candidate];
      if (known === undefined) schemas[candidate] = schema;
      if (known === undefined || JSON.stringify(known) === text) return candidate;
    }
  }

  function convert(schema: z.ZodType, io: "input" | "output"): { root: JsonSchema; id: string | undefined } {
    const {
      $schema: _dialect,
      $defs = {},
      ...root
    } = z.toJSONSchema(schema, {
      io,
      target: "draft-2020-12",
      unrepresentable: "any",
      reused: "inline",
    }) as JsonSchema & { $defs?: Record<string, JsonSchema> };
    const id = typeof root["id"] === "string" ? root["id"] : undefined;
    const names = new Map<string, string>();
    for (const [name, definition] of Object.entries($defs)) {
      names.set(name, keep(name, strip(pointTo(definition, (target) => target)), io));
    }
    return { root: strip(pointTo(root, (target) => names.get(target) ?? target)), id };
  }

  return {
    inline: (schema) => convert(schema, "input").root,
    add: (schema, io) => {
      const { root, id } = convert(schema, io);
      return id === undefined ? root : { $ref: `#/components/schemas/${keep(id, root, io)}` };
    },
    all: () => schemas,
  };
}

function pointTo(schema: JsonSchema, rename: (target: string) => string): JsonSchema {
  return mapValues(schema, (key, value) => {
    if (key !== "$ref" || typeof value !== "string") return value;
    const target = value.replace(/^#\/\$defs\//, "");
    return target === value ? value : `#/components/schemas/${rename(target)}`;
  });
}

function strip(schema: JsonSchema): JsonSchema {
  const { id: _id, ...rest } = schema;
  return rest;
}

function mapValues(schema: JsonSchema, change: (key: string, value: unknown) => unknown): JsonSchema {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(change(key, item))]));
  };
  return walk(schema) as JsonSchema;
}
