import { createSecretBox } from "#libs/platform/secret-box.ts";

/** Seals secrets with a key of tests. */
export const testSecretBox = createSecretBox(["5a".repeat(32)]);
