import { Temporal } from "temporal-polyfill";
import { Decimal } from "#libs/core/money/decimal.ts";

/** Another value than the expected one: numbers move by 0.01, times by a second, truth turns, texts grow. */
export function shiftValue(value: unknown): unknown {
  if (typeof value === "string") return shiftText(value);
  if (typeof value === "number") return new Decimal(value).plus("0.01").toNumber();
  if (typeof value === "boolean") return !value;
  if (value === null || value === undefined) return "0.01";
  if (Array.isArray(value)) return value.length === 0 ? ["0.01"] : value.map(shiftValue);
  const entries = Object.entries(value);
  if (entries.length === 0) return { shifted: "0.01" };
  return Object.fromEntries(entries.map(([key, each]) => [key, shiftValue(each)]));
}

function shiftText(text: string): string {
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return new Decimal(text).plus("0.01").toFixed();
  const [, above, below] = /^(-?\d+)\/(\d+)$/.exec(text) ?? [];
  if (above !== undefined && below !== undefined) {
    return `${BigInt(above) * 100n + BigInt(below)}/${BigInt(below) * 100n}`;
  }
  if (/^\d{4}-\d{2}-\d{2}T.*Z$/.test(text)) return Temporal.Instant.from(text).add({ seconds: 1 }).toString();
  if (/^\d{4}-\d{2}-\d{2}(T|$)/.test(text)) {
    return Temporal.PlainDateTime.from(text).add({ seconds: 1 }).toString();
  }
  return `${text} (shifted)`;
}
