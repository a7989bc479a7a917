import { z } from "zod";
import { counted } from "#libs/core/counted.ts";

/** Types as people call them. */
const typeWords: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

const formatWords: Readonly<Record<string, string>> = {
  email: 'an e-mail address, such as "billing@acme.example"',
  url: 'a URL, such as "https://acme.example"',
  datetime: 'an RFC 3339 time in UTC, such as "2026-03-01T00:00:00Z"',
  date: 'a date, such as "2026-03-01"',
  uuid: "a UUID",
};

type Sizes = {
  readonly origin: string;
  readonly bound: number | bigint;
  readonly inclusive?: boolean | undefined;
  readonly exact?: boolean | undefined;
};

/** What a schema allows, in our words, where it does not bring words of its own: `safeParse(value, { error: wireWords })`. */
export function wireWords(issue: z.core.$ZodRawIssue | z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return typeMessage(issue);
    case "invalid_value":
      return mustBe(issue, `one of ${issue.values.map(String).join(", ")}`);
    case "too_small":
      return sizeMessage({ ...issue, bound: issue.minimum }, "at least", "more than");
    case "too_big":
      return sizeMessage({ ...issue, bound: issue.maximum }, "at most", "less than");
    case "invalid_format":
      return `must be ${formatWords[issue.format] ?? `written like ${issue.pattern ?? issue.format}`}`;
    case "invalid_key":
      return `has a name that ${issue.issues[0]?.message ?? "is not allowed"}`;
    case "invalid_union":
      return unionMessage(issue.errors);
    case "unrecognized_keys":
      return "there is no such field";
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    default:
      return "is not allowed";
  }
}

/** Whether nothing was given at all; only a raw issue, as zod hands it to its maps, knows. */
function isMissing(issue: object): boolean {
  return "inst" in issue && !("input" in issue && issue.input !== undefined);
}

function mustBe(issue: object, what: string): string {
  return isMissing(issue) ? `is required, as ${what}` : `must be ${what}`;
}

function typeMessage(issue: { readonly expected: string; readonly inst?: unknown }): string {
  const isWhole = issue.inst instanceof z.ZodNumber && issue.inst.isInt;
  const type = isWhole ? "int" : issue.expected;
  return mustBe(issue, typeWords[type] ?? `of type ${type}`);
}

function sizeMessage({ origin, bound, inclusive, exact }: Sizes, atBound: string, beyond: string): string {
  const size = exact === true ? "exactly" : inclusive === false ? beyond : atBound;
  if (origin === "string") {
    if (size === "at least" && bound === 1) return "must not be empty";
    return `must have ${size} ${counted(bound, "character", "characters")}`;
  }
  if (origin === "array" || origin === "set" || origin === "map" || origin === "object") {
    return `must have ${size} ${counted(bound, "entry", "entries")}`;
  }
  return `must be ${size} ${bound}`;
}

/** "must be text, a number or null": the forms of a union whose types all differ from what was given. */
function unionMessage(branches: readonly (readonly z.core.$ZodIssue[])[]): string {
  const forms = branches.flatMap((issues) => {
    const [first] = issues;
    return first === undefined ? [] : [first.message.replace(/^(must be|is required, as) /, "")];
  });
  const last = forms.at(-1) ?? "another form";
  const others = [...new Set(forms.slice(0, -1))];
  return `must be ${others.length === 0 ? last : `${others.join(", ")} or ${last}`}`;
}
