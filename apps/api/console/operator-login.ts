import { createHash, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { domainError } from "#libs/core/errors.ts";
import { type Database, withSystem } from "#libs/data/database.ts";
import {
  deleteOperatorSession,
  findOperatorSession,
  insertOperatorSession,
  type OperatorSession,
} from "#libs/data/operator-sessions.ts";
import { clearHits, countHits } from "#libs/data/rate-limit.ts";

export type OperatorLogin = {
  /**
   * A session's token for the right e-mail and password; null for wrong ones.
   * @throws rate_limited with `retryAfterSeconds` after five wrong tries of an account or an address
   */
  readonly signIn: (tried: {
    readonly email: string;
    readonly password: string;
    readonly address: string;
  }) => Promise<string | null>;
  readonly find: (token: string) => Promise<OperatorSession | null>;
  readonly signOut: (token: string) => Promise<void>;
};

export const sessionLifeMs = 12 * 60 * 60_000;
const triesMax = 5;
const waitMs = 15 * 60_000;
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/** The console's one operator, from the configuration. The password is kept as its scrypt hash only. */
export function createOperatorLogin(
  database: Database,
  admin: { readonly email: string; readonly password: string },
): OperatorLogin {
  const salt = randomBytes(16);
  const expected = derive(admin.password, salt);
  expected.catch(() => undefined); // told to whoever signs in

  return {
    signIn: async ({ email, password, address }) => {
      const account = email.trim().toLowerCase();
      const keys = [`login:account:${digest(account)}`, `login:address:${address}`];
      await countTry(database, keys);
      const isPassword = timingSafeEqual(await derive(password, salt), await expected);
      const isAccount = timingSafeEqual(
        Buffer.from(digest(account)),
        Buffer.from(digest(admin.email.trim().toLowerCase())),
      );
      if (!isPassword || !isAccount) return null;
      const token = randomBytes(32).toString("base64url");
      await withSystem(database, async (db) => {
        await clearHits(db, keys);
        await insertOperatorSession(db, {
          email: admin.email,
          tokenHash: digest(token),
          csrfToken: randomBytes(24).toString("base64url"),
          lifeMs: sessionLifeMs,
        });
      });
      return token;
    },
    find: (token) => withSystem(database, (db) => findOperatorSession(db, digest(token))),
    signOut: (token) => withSystem(database, (db) => deleteOperatorSession(db, digest(token))),
  };
}

/** Counted before the password is looked at, so that racing tries cannot get more than five. */
async function countTry(database: Database, keys: readonly string[]): Promise<void> {
  const counts = await withSystem(database, async (db) => {
    const counted = [];
    for (const key of keys) counted.push(await countHits(db, key, 1, waitMs));
    return counted;
  });
  const over = counts.filter((count) => count.hits > triesMax);
  if (over.length === 0) return;
  const retryAfterSeconds = Math.ceil(Math.max(...over.map((count) => count.resetMs)) / 1_000);
  throw domainError(
    "rate_limited",
    `Too many wrong tries; the next one is allowed in ${Math.ceil(retryAfterSeconds / 60)} minutes.`,
    { retryAfterSeconds },
  );
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, 32, cost, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
