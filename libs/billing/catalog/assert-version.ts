import { domainError } from "#libs/core/errors.ts";

/** Refuses a change that was made on an older state. Throws `version_conflict`; passes when no version is asked for. */
export function assertVersion(what: string, stored: number, expected: number | undefined): void {
  if (expected === undefined || expected === stored) return;
  throw domainError(
    "version_conflict",
    `the ${what} is at version ${stored}, not ${expected}; read it again and repeat the change`,
  );
}
