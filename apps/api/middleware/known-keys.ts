import { hash } from "node:crypto";
import type { AuthenticatedKey } from "#libs/billing/catalog/authenticate-api-key.ts";

export type KnownKeys = {
  /** Whose key this was within the last half minute; null for any other. Says nothing of whether it can still be used. */
  readonly find: (secret: string) => AuthenticatedKey | null;
  readonly keep: (secret: string, caller: AuthenticatedKey) => void;
  /** A key that was found to be unusable. */
  readonly forget: (keyId: string) => void;
};

/** Nobody is known for longer than this after the key was looked up in full. */
const keptMs = 30_000;
/** A key in use is looked up again from then on, which notes when it was last used. */
const lookUpAfterMs = 25_000;
const keysMax = 10_000;

/** Keys by their hash, each with what never changes of it: its tenant, its id and its role. */
export function createKnownKeys(): KnownKeys {
  type Entry = { readonly caller: AuthenticatedKey; readonly until: number; lookUpAt: number };
  const known = new Map<string, Entry>();
  const nameOf = (secret: string) => hash("sha256", secret, "base64url");
  return {
    find: (secret) => {
      const entry = known.get(nameOf(secret));
      const now = Date.now();
      if (entry === undefined || entry.until <= now) return null;
      if (entry.lookUpAt > now) return entry.caller;
      entry.lookUpAt = now + 1_000; // one of those who come together looks it up
      return null;
    },
    keep: (secret, caller) => {
      if (known.size >= keysMax) known.clear();
      const now = Date.now();
      known.set(nameOf(secret), { caller, until: now + keptMs, lookUpAt: now + lookUpAfterMs });
    },
    forget: (keyId) => {
      for (const [name, { caller }] of known) if (caller.keyId === keyId) known.delete(name);
    },
  };
}
