import { randomFillSync } from "node:crypto";

const largestCount = 0xfff;

const ID_BYTES = 16;
/** Random bytes for many ids at once: a call for each would cost more than all else of it. */
const random = Buffer.alloc(256 * ID_BYTES);
let used = random.length;

let last = { ms: 0, count: 0 };

/**
 * A UUID version 7 (RFC 9562, method 1): 48 bits of milliseconds, a 12-bit count, 62 random bits. Ids of one process sort
 * in the order in which they were made, also within a millisecond or when the clock steps back.
 */
export function newId(nowMs: number = Date.now()): string {
  last = next(nowMs);
  const bytes = nextRandom();
  bytes.writeUIntBE(last.ms, 0, 6);
  bytes.writeUInt16BE(0x7000 | last.count, 6);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Bytes that were given to nobody yet, and are given to nobody again. */
function nextRandom(): Buffer {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  used += ID_BYTES;
  return random.subarray(used - ID_BYTES, used);
}

/** The lowest id that could be made at an instant: ids made from then on are not below it, ids made before are. */
export function lowestId(at: Date): string {
  const hex = Math.max(0, at.getTime()).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
}

function next(nowMs: number): typeof last {
  if (nowMs > last.ms) return { ms: nowMs, count: 0 };
  if (last.count < largestCount) return { ms: last.ms, count: last.count + 1 };
  return { ms: last.ms + 1, count: 0 };
}
