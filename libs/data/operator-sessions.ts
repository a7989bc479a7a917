import type { Db } from "./database.ts";
import { newId } from "./new-id.ts";

export type OperatorSession = { readonly email: string; readonly csrf_token: string };

/** Keeps a session by the hash of its token; the token itself stays with the browser. System role, database time. */
export async function insertOperatorSession(
  db: Db,
  session: {
    readonly email: string;
    readonly tokenHash: string;
    readonly csrfToken: string;
    readonly lifeMs: number;
  },
): Promise<void> {
  await db.$executeRaw`delete from operator_session where expires_at < now()`;
  await db.$executeRaw`
    insert into operator_session (id, email, token_hash, csrf_token, expires_at)
    values (${newId()}::uuid, ${session.email}, ${session.tokenHash}, ${session.csrfToken}, now() + ${session.lifeMs} * interval '1 millisecond')`;
}

/** Null when there is none, or it has run out. System role. */
export async function findOperatorSession(db: Db, tokenHash: string): Promise<OperatorSession | null> {
  const rows = await db.$queryRaw<OperatorSession[]>`
    select email, csrf_token from operator_session where token_hash = ${tokenHash} and expires_at > now()`;
  return rows[0] ?? null;
}

/** System role. */
export async function deleteOperatorSession(db: Db, tokenHash: string): Promise<void> {
  await db.$executeRaw`delete from operator_session where token_hash = ${tokenHash}`;
}
