import { gzipSync } from "node:zlib";

/** One compact JSON object a line, each line ended by a line feed. */
export function toNdjson(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

/** Gzip without time, file name or operating system in its header, so that equal text gives equal bytes. */
export function toGzip(text: string): Buffer {
  const zipped = gzipSync(Buffer.from(text, "utf8"), { level: 9, memLevel: 9 });
  zipped.fill(0, 4, 8);
  zipped[9] = 255;
  return zipped;
}
