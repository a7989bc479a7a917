import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import { dirname } from "node:path";

/** An append-only file of one JSON value a line. `append` returns after the line was handed to the system. */
type NdjsonLog<T> = { readonly append: (value: T) => void };

/**
 * Opens the log and hands every stored value to `replay`, oldest first. A last line that a killed
 * process left half-written is cut off: what it described never happened. A broken line elsewhere throws.
 */
export function openNdjsonLog<T>(file: string, replay: (value: T) => void): NdjsonLog<T> {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file)) {
    const bytes = readFileSync(file);
    const whole = bytes.lastIndexOf(0x0a) + 1;
    if (whole < bytes.length) truncateSync(file, whole);
    const lines = bytes.subarray(0, whole).toString("utf8").split("\n");
    lines.forEach((line, index) => {
      if (line === "") return;
      replay(parseLine<T>(line, `${file}:${index + 1}`));
    });
  }
  return { append: (value) => appendFileSync(file, `${JSON.stringify(value)}\n`) };
}

function parseLine<T>(line: string, place: string): T {
  try {
    return JSON.parse(line) as T;
  } catch {
    throw new Error(
      `${place} is not JSON: the log was edited; restore it or start with an empty data directory`,
    );
  }
}
