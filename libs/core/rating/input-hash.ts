import { hash } from "node:crypto";
import { Decimal, formatDecimal } from "../money/decimal.ts";

/**
 * SHA-256, in hex, of the value as canonical JSON: keys sorted by code unit, members that are undefined left out, bigint and
 * Decimal as plain decimal strings. Equal facts give equal hashes in every process.
 * @param texts canonical texts of members of the value that are known already
 * @throws TypeError what JSON cannot hold: functions, symbols, NaN, class instances, undefined in a list
 */
export function inputHash(value: unknown, texts: Readonly<Record<string, string>> = {}): string {
  return hash("sha256", canonicalJson(value, texts), "hex");
}

/** The text that `inputHash` hashes. */
export function canonicalJson(value: unknown, texts: Readonly<Record<string, string>> = {}): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `"${value}"`;
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Decimal.isDecimal(value)) return `"${formatDecimal(value)}"`;
  if (Array.isArray(value)) return `[${value.map((each) => canonicalJson(each)).join(",")}]`;
  if (isPlainObject(value)) {
    const members = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${texts[key] ?? canonicalJson(value[key])}`);
    return `{${members.join(",")}}`;
  }
  throw new TypeError(`canonicalJson: a ${typeof value} has no canonical form`);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
