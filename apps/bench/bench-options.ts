import { parseArgs } from "node:util";
import { type Bench, type Size, sizes } from "./bench.ts";

export type BenchOptions = {
  /** Those named on the command line; all when none is. */
  readonly benches: readonly Bench[];
  readonly pairs: number;
  /** See `BenchTerms`. */
  readonly rows: number;
  readonly size: Size;
  /** After so long a case starts no further pair; with fewer than the least number of pairs it has failed. */
  readonly limitMs: number;
  /** File that the raw figures are written to; null = none. */
  readonly json: string | null;
};

/** Fewer say nothing about how far the ratio moves. */
export const PAIRS_MIN = 5;

const ROWS = 100_000;

/** Thrown for options that cannot be run. */
export class OptionsError extends Error {
  override readonly name = "OptionsError";
}

export function benchUsage(catalog: readonly Bench[]): string {
  const names = catalog.map(({ name, about }) => `  ${name.padEnd(18)} ${about}`).join("\n");
  return `npm run bench -- [NAME...] [options]

Measures our code and a fixed peer in turns in one run. A ratio above 1 says how many times better ours is.

${names}

  --pairs N              pairs of samples of each case, ${PAIRS_MIN} to 50 (default ${PAIRS_MIN})
  --rows N               events of the import, 1000 to 10000000 (default ${ROWS})
  --size SIZE            ${sizes.join(", ")} (default small): what the other benches work on
  --seconds N            most time of each case, 1 to 3600 (default 300)
  --json FILE            write every sample, with machine and versions
  --help                 this text

Exit 0: all is measured. 1: a case failed, ran out of time, or its sides disagree. 2: wrong options.
`;
}

/** Reads the command line; null = the usage was asked for. Throws OptionsError. */
export function readBenchOptions(args: readonly string[], catalog: readonly Bench[]): BenchOptions | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  const unknown = positionals.filter((name) => !catalog.some((bench) => bench.name === name));
  if (unknown.length > 0) {
    const known = catalog.map(({ name }) => name).join(", ");
    throw new OptionsError(`there is no bench ${unknown.join(", ")}; there are ${known}`);
  }
  return {
    benches: positionals.length === 0 ? catalog : catalog.filter(({ name }) => positionals.includes(name)),
    pairs: wholeNumber("--pairs", values.pairs, PAIRS_MIN, 50),
    rows: wholeNumber("--rows", values.rows, 1_000, 10_000_000),
    size: sizeOf(values.size),
    limitMs: wholeNumber("--seconds", values.seconds, 1, 3_600) * 1_000,
    json: values.json ?? null,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        pairs: { type: "string", default: String(PAIRS_MIN) },
        rows: { type: "string", default: String(ROWS) },
        size: { type: "string", default: "small" },
        seconds: { type: "string", default: "300" },
        json: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error));
  }
}

function sizeOf(text: string): Size {
  const size = sizes.find((each) => each === text);
  if (size !== undefined) return size;
  throw new OptionsError(`--size is one of ${sizes.join(", ")}, not "${text}"`);
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new OptionsError(`${flag} is a whole number from ${least} to ${most}, not "${text}"`);
}
