import { z } from "zod";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import type { ErrorPlace } from "#libs/core/errors.ts";
import { wireWords } from "./wire-words.ts";

const mostPlaces = 100;

/** The value as the schema describes it. Throws `fields_invalid` with a place for every fault: `prices.0.interval.unit`. */
export function parseWire<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value, { error: wireWords });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue) => placesOfIssue(schema, issue, value));
  assertNoPlaces(faults.slice(0, mostPlaces));
  throw parsed.error;
}

/** What zod refused, in the sender's field names: where, what was given and what is allowed there. */
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
  if (issue.code === "invalid_union" && issue.message === wireWords(issue)) {
    const meant = issue.errors.find((branch) => !branch.some(isAnotherType));
    if (meant !== undefined) {
      const within = meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
      return within.flatMap((inner) => placesOfIssue(schema, inner, value));
    }
  }
  const given = valueAt(value, issue.path);
  const place = (code: string, message: string): ErrorPlace[] => [{ path: path.join("."), code, message }];
  if (given === undefined) {
    const said = issue.message.startsWith("is required") ? issue.message : `is required: ${issue.message}`;
    return place("field_required", said);
  }
  return place(codeOf(issue), `${issue.message}; got ${quote(given)}`);
}

/** The value is not even of the type that this branch of a union takes. */
function isAnotherType(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "invalid_value");
}

function codeOf({ code }: z.core.$ZodIssue): string {
  if (code === "invalid_value") return "value_not_allowed";
  return code === "invalid_type" ? "type_invalid" : "value_invalid";
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
