const transientCodes: ReadonlySet<string> = new Set([
  ...["P1001", "P1002", "P1008", "P1017", "P2024", "P2028", "P2034"], // Prisma: unreachable, no connection free, timed out
  ...["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EPIPE", "ENOTFOUND"],
  ...[
    "ConnectionClosed",
    "DatabaseNotReachable",
    "SocketTimeout",
    "TooManyConnections",
    "TransactionWriteConflict",
  ], // the adapter's own words, where Prisma does not put a code over them
  ...["40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03", "53300", "25P03"], // Postgres: conflicts, time-outs, restarts
  ...["08000", "08001", "08003", "08006"], // no connection, or none any more
]);

/**
 * What has no code of its own: the driver's words, and pgbouncer's, which says 08P01 of every server that it lost or did not reach,
 * as Postgres does of a statement that is wrong.
 */
const transientWords =
  /timeout exceeded when trying to connect|Connection terminated|is not queryable|Query read timeout|server conn crashed|server login (failed|has been failing)|server_login_retry|query_wait_timeout|pgbouncer cannot connect/i;

/** Postgres ended a statement or an idle transaction, or Prisma a transaction: it took too long. */
const timeOutCodes: ReadonlySet<string> = new Set(["57014", "25P03", "P2028"]);

/** Whether the work was cut off because it took too long: less of it at once may pass. */
export function isDatabaseTimeOut(error: unknown): boolean {
  return hasCode(error, (code) => timeOutCodes.has(code));
}

/** Postgres gave up waiting for rows, or found that two waited for each other, or that a statement took too long. */
const heldUpCodes: ReadonlySet<string> = new Set(["55P03", "57014", "40P01", "40001"]);

/** Whether the rows of this very work may be why it failed, as somebody else holds them: other rows may pass at once. */
export function isHeldUp(error: unknown): boolean {
  return hasCode(error, (code) => heldUpCodes.has(code));
}

/**
 * Whether an error says that the database cannot answer now, and could later: unreachable, restarting, out of
 * connections, a time-out or a deadlock. Looks through what drivers wrap around it.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  return hasCode(error, (code) => transientCodes.has(code)) || hasMessage(error, transientWords);
}

/** Whether an error, or anything that drivers wrapped in it, has such a code. */
function hasCode(error: unknown, isOne: (code: string) => boolean, depth = 0): boolean {
  if (error === null || typeof error !== "object" || depth > 5) return false;
  const fields: Readonly<Record<string, unknown>> = { ...error };
  const codes = [
    fields["code"],
    fields["originalCode"],
    fields["kind"],
    "code" in error ? error.code : undefined,
  ];
  if (codes.some((code) => typeof code === "string" && isOne(code))) return true;
  return innerOf(error, fields).some((next) => hasCode(next, isOne, depth + 1));
}

function hasMessage(error: unknown, pattern: RegExp, depth = 0): boolean {
  if (error === null || typeof error !== "object" || depth > 5) return false;
  if (error instanceof Error && pattern.test(error.message)) return true;
  return innerOf(error, { ...error }).some((next) => hasMessage(next, pattern, depth + 1));
}

function innerOf(error: object, fields: Readonly<Record<string, unknown>>): unknown[] {
  return [
    fields["meta"],
    fields["driverAdapterError"],
    error instanceof Error ? error.cause : fields["cause"],
  ];
}
