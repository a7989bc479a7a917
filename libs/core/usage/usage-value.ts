import { Temporal } from "temporal-polyfill";
import type { Decimal } from "../money/decimal.ts";

/** One usage event as one meter sees it. */
export type UsageValue = {
  /** The sender's event id. */
  readonly id: string;
  readonly at: Temporal.Instant;
  readonly value: Decimal;
  /** What unique_count tells apart. */
  readonly text?: string;
  /** unique_count only; unset: add. */
  readonly operation?: "add" | "remove";
  /** The event's own amount in major units, for prices that ask for one; null when it holds none. */
  readonly amount?: Decimal | null;
};

/**
 * The order of events: by time, then by id (by code points, as a database with collation "C" sorts), then by value and
 * text, so that events which share time and id (from two sources) have an order too.
 */
export function compareUsageValues(a: UsageValue, b: UsageValue): number {
  return (
    Temporal.Instant.compare(a.at, b.at) ||
    compareTexts(a.id, b.id) ||
    a.value.comparedTo(b.value) ||
    compareTexts(a.text ?? "", b.text ?? "") ||
    compareTexts(a.operation ?? "add", b.operation ?? "add")
  );
}

/** -1, 0 or 1 by the code points of the texts. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  let i = 0;
  while (i < shorter && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === shorter) return a.length < b.length ? -1 : 1;
  return utf8Rank(a.charCodeAt(i)) < utf8Rank(b.charCodeAt(i)) ? -1 : 1;
}

/** Surrogates stand for code points above all others, but their code units lie below U+E000. */
function utf8Rank(codeUnit: number): number {
  return codeUnit >= 0xd800 && codeUnit <= 0xdfff ? codeUnit + 0x10000 : codeUnit;
}
