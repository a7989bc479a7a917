import { DriverAdapterError } from "@prisma/driver-adapter-utils";
import { isDatabaseTimeOut, isDatabaseUnavailable, isHeldUp } from "./database-failure.ts";

/** Postgres and pgbouncer put one code over different things. */
function saidByPostgres(message: string): Error {
  return new DriverAdapterError({
    ...{ kind: "postgres", code: "08P01", originalCode: "08P01", severity: "FATAL", message },
    ...{ detail: undefined, column: undefined, hint: undefined },
  });
}

describe("isDatabaseUnavailable", () => {
  it.each([
    ["a connection that was reset in a transaction", new DriverAdapterError({ kind: "ConnectionClosed" })],
    ["a server that cannot be reached", new DriverAdapterError({ kind: "DatabaseNotReachable" })],
    ["a socket that timed out", new DriverAdapterError({ kind: "SocketTimeout" })],
    ["too many connections", new DriverAdapterError({ kind: "TooManyConnections", cause: "53300" })],
    [
      "a conflict that Prisma wrapped",
      { meta: { driverAdapterError: { cause: { originalCode: "40P01" } } } },
    ],
    ["a server that pgbouncer lost", saidByPostgres("server conn crashed?")],
    ["a connection that ended by itself", new Error("Connection terminated unexpectedly")],
    ["a server that fell silent", new Error("Query read timeout")],
    [
      "a session that was ended meanwhile",
      new Error("Client has encountered a connection error and is not queryable"),
    ],
  ])("may pass: %s", (_, error) => {
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it.each([
    ["a broken constraint", new DriverAdapterError({ kind: "UniqueConstraintViolation" })],
    [
      "a statement that is wrong",
      saidByPostgres("bind message supplies 1 parameters, but prepared statement requires 2"),
    ],
    ["an error of ours", new TypeError("x is not a function")],
    ["nothing", undefined],
  ])("does not pass by itself: %s", (_, error) => {
    expect(isDatabaseUnavailable(error)).toBe(false);
    expect(isDatabaseTimeOut(error)).toBe(false);
  });
});

describe("isHeldUp", () => {
  it.each(["55P03", "57014", "40P01", "40001"])("says so of %s, which rows of the work may cause", (code) => {
    expect(isHeldUp({ code })).toBe(true);
  });

  it.each(["57P01", "53300", "ECONNREFUSED", "23505"])("does not say so of %s", (code) => {
    expect(isHeldUp({ code })).toBe(false);
  });
});
