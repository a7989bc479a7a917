import { DomainError, domainError, type ErrorPlace } from "./errors.ts";

/** Throws `fields_invalid` with every place; nothing when there is none. */
export function assertNoPlaces(errors: readonly ErrorPlace[]): void {
  const [first, ...more] = errors;
  if (first === undefined) return;
  const rest = more.length === 0 ? "" : ` (and ${more.length} more)`;
  throw domainError("fields_invalid", `${first.path}: ${first.message}${rest}`, { errors });
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
