import { z } from "zod";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import type { ErrorPlace } from "#libs/core/errors.ts";

const mostPlaces = 100;

/** The value as the schema describes it. Throws `fields_invalid` with a place for every fault: `prices.0.interval.unit`. */
export function parseWire<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  assertNoPlaces(wirePlaces(schema, parsed.error, value));
  throw parsed.error;
}

/** What zod refused, in the sender's field names: where, what was given and what is allowed there. */
export function wirePlaces(schema: z.ZodType, error: z.ZodError, value: unknown): ErrorPlace[] {
  return error.issues.flatMap((issue) => placesOfIssue(schema, issue, value)).slice(0, mostPlaces);
}

function placesOfIssue(schema: z.ZodType, issue: z.core.$ZodIssue, value: unknown): ErrorPlace[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const allowed = fieldsAt(schema, issue.path);
    return issue.keys.map((key) => ({
      path: [...path, key].join("."),
      code: "field_unknown",
      message: `there is no such field${allowed.length > 0 ? `; allowed are ${allowed.join(", ")}` : ""}`,
    }));
  }
  const given = valueAt(value, issue.path);
  const place = (code: string, message: string): ErrorPlace[] => [{ path: path.join("."), code, message }];
  if (issue.code === "invalid_type" && given === undefined) {
    return place("field_required", `is required, as a value of type ${issue.expected}`);
  }
  if (issue.code === "invalid_value") {
    return place(
      "value_not_allowed",
      `must be one of ${issue.values.map(String).join(", ")}; got ${quote(given)}`,
    );
  }
  return place(
    issue.code === "invalid_type" ? "type_invalid" : "value_invalid",
    `${issue.message}; got ${quote(given)}`,
  );
}

/** The names of an object's fields where the path leads, through lists and optional fields. */
function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = unwrap(schema);
  for (const part of path) {
    if (at instanceof z.ZodObject) at = unwrap(at.shape[String(part)]);
    else if (at instanceof z.ZodArray) at = unwrap(at.element);
    else return [];
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function unwrap(schema: unknown): unknown {
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) inner = inner.unwrap();
  return inner;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      at !== null && typeof at === "object" && Object.hasOwn(at, part)
        ? (at as Record<PropertyKey, unknown>)[part]
        : undefined,
    value,
  );
}

function quote(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 80);
}
