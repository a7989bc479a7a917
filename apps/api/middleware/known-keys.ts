import { hash } from "node:crypto";
import type { AuthenticatedKey } from "#libs/billing/catalog/authenticate-api-key.ts";

export type KnownKeys = {
  /** Whose key this was a moment ago; null for any other. Says nothing of whether it can still be used. */
  readonly find: (secret: string) => AuthenticatedKey | null;
  readonly keep: (secret: string, caller: AuthenticatedKey) => void;
};

/** So often at least a key is looked up in full, which notes when it was last used. */
const keptMs = 30_000;
const keysMax = 10_000;

/** Keys by their hash, each with what never changes of it: its tenant, its id and its role. */
export function createKnownKeys(): KnownKeys {
  const known = new Map<string, { readonly caller: AuthenticatedKey; until: number }>();
  const nameOf = (secret: string) => hash("sha256", secret, "base64url");
  return {
    find: (secret) => {
      const entry = known.get(nameOf(secret));
      const now = Date.now();
      if (entry === undefined || entry.until + keptMs < now) return null;
      if (entry.until > now) return entry.caller;
      entry.until = now + 1_000; // one of those who come together looks it up
      return null;
    },
    keep: (secret, caller) => {
      if (known.size >= keysMax) known.clear();
      known.set(nameOf(secret), { caller, until: Date.now() + keptMs });
    },
  };
}
