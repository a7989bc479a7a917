import { domainError } from "../errors.ts";

/** The properties that set one group of a meter apart, in the meter's order; a missing property is `""`. */
export type GroupEntries = readonly (readonly [property: string, value: string])[];

/**
 * The group as one string: `region=eu,tier=gold`. A backslash stands before `\`, `=` and `,` of names and values, so
 * different groups never look alike. A meter without `group_by` has the one group `""`.
 */
export function formatGroup(entries: GroupEntries): string {
  return entries.map(([property, value]) => `${escapePart(property)}=${escapePart(value)}`).join(",");
}

/** Reads what `formatGroup` wrote. Throws `group_invalid`. */
export function parseGroup(group: string): [property: string, value: string][] {
  if (group === "") return [];
  return splitUnescaped(group, ",").map((part) => {
    const [property, value, ...rest] = splitUnescaped(part, "=");
    if (property === undefined || value === undefined || rest.length > 0) {
      throw domainError("group_invalid", `"${group}" is not of the form property=value,property=value`);
    }
    return [unescapePart(property), unescapePart(value)];
  });
}

function escapePart(part: string): string {
  return part.replace(/[\\=,]/g, "\\$&");
}

function unescapePart(part: string): string {
  return part.replace(/\\(.)/gs, "$1");
}

function splitUnescaped(text: string, separator: "," | "="): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === separator) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}
