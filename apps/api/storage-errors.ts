import type { ErrorCode } from "#libs/core/errors.ts";

/** What a route can answer with that asks the object store. */
export const storageErrors: readonly ErrorCode[] = [
  "storage_unavailable",
  "storage_timeout",
  "storage_interrupted",
];
