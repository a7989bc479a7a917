import { counted } from "./counted.ts";
import { DomainError, domainError, type ErrorPlace } from "./errors.ts";

/** Throws `fields_invalid` with every place; nothing when there is none. */
export function assertNoPlaces(errors: readonly ErrorPlace[]): void {
  const [first] = errors;
  if (first === undefined) return;
  const where = first.path === "" ? "" : `${first.path}: `;
  const count = counted(errors.length, "field is wrong", "fields are wrong");
  const one = errors.length === 1 ? "" : "the first is ";
  throw domainError("fields_invalid", `${count}; ${one}${where}${first.message}`, { errors });
}

/** The refusal of `check` as a place under `path`; none when it passes. Other errors go on. */
export function placesOf(path: string, check: () => unknown): ErrorPlace[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return [{ path, code: error.code, message: error.message }];
  }
}
