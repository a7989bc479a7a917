import { domainError, type ErrorPlace } from "#libs/core/errors.ts";

const maxDepth = 32;
const loneSurrogate = /\p{Surrogate}/u;

/**
 * Refuses text that no database or document can hold: NUL and half a surrogate pair, in values and names.
 * @throws DomainError fields_invalid with each place, body_malformed when it is nested too deep
 */
export function refuseUnstorableText(value: unknown): void {
  const places: ErrorPlace[] = [];
  collect(value, [], places);
  if (places.length > 0) {
    throw domainError("fields_invalid", "Some text holds characters that cannot be stored.", {
      errors: places.slice(0, 50),
    });
  }
}

/** Whether a text can be stored as it is. */
export function isStorable(text: string): boolean {
  return !text.includes("\0") && !loneSurrogate.test(text);
}

function collect(value: unknown, path: readonly PropertyKey[], places: ErrorPlace[]): void {
  if (typeof value === "string") {
    if (!isStorable(value)) places.push(place(path));
    return;
  }
  if (value === null || typeof value !== "object") return;
  if (path.length >= maxDepth) {
    throw domainError("body_malformed", `The body is nested deeper than ${maxDepth} levels.`);
  }
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      collect(item, [...path, index], places);
    });
    return;
  }
  for (const [name, item] of Object.entries(value)) {
    if (!isStorable(name)) places.push(place([...path, name.replaceAll(/\0|\p{Surrogate}/gu, "?")]));
    collect(item, [...path, name], places);
  }
}

function place(path: readonly PropertyKey[]): ErrorPlace {
  return {
    path: path.map(String).join("."),
    code: "text_unstorable",
    message: "holds a NUL character or half of a surrogate pair",
  };
}
