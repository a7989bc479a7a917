import { createHash, randomInt } from "node:crypto";
import type { TenantMode } from "#libs/data/tenants.ts";

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const randomLength = 40;

/** A new secret: `bw_test_` and 40 random characters, 238 bits. */
export function newApiKeySecret(mode: TenantMode): string {
  const random = Array.from({ length: randomLength }, () => base62.charAt(randomInt(base62.length)));
  return `bw_${mode}_${random.join("")}`;
}

/** The mode that a well-formed secret names; null for anything else. */
export function modeOfSecret(secret: string): TenantMode | null {
  const mode = /^bw_(live|test)_[0-9A-Za-z]{32,128}$/.exec(secret)?.[1];
  return mode === "live" || mode === "test" ? mode : null;
}

/** What is stored of a secret: SHA-256 in hex. The secret is random, so a slow hash would add nothing. */
export function hashApiKey(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
