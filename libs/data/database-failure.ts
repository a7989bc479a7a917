const transientCodes: ReadonlySet<string> = new Set([
  ...["P1001", "P1002", "P1008", "P1017", "P2024", "P2028", "P2034"], // Prisma: unreachable, no connection free, timed out
  ...["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EPIPE", "ENOTFOUND"],
  ...["40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03", "53300", "25P03"], // Postgres: conflicts, time-outs, restarts
]);

/**
 * Whether an error says that the database cannot answer now, and could later: unreachable, restarting, out of
 * connections, a time-out or a deadlock. Looks through what drivers wrap around it.
 */
export function isDatabaseUnavailable(error: unknown, depth = 0): boolean {
  if (error === null || typeof error !== "object" || depth > 5) return false;
  const fields: Readonly<Record<string, unknown>> = { ...error };
  const codes = [fields["code"], fields["originalCode"], "code" in error ? error.code : undefined];
  if (codes.some((code) => typeof code === "string" && transientCodes.has(code))) return true;
  if (
    error instanceof Error &&
    /timeout exceeded when trying to connect|Connection terminated/i.test(error.message)
  ) {
    return true;
  }
  const inner = [
    fields["meta"],
    fields["driverAdapterError"],
    error instanceof Error ? error.cause : fields["cause"],
  ];
  return inner.some((next) => isDatabaseUnavailable(next, depth + 1));
}
