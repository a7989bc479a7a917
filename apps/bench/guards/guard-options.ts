import { parseArgs } from "node:util";
import { type GuardKind, guardKinds } from "./guard.ts";

export type GuardOptions = {
  /** Kinds, and parts of names; empty = every guard. */
  readonly only: readonly (GuardKind | { readonly part: string })[];
  /** How many of the guards with named tests are tried; null = all. Probes are always sent. */
  readonly sample: number | null;
  readonly seed: number;
  /** Jest processes at the same time. */
  readonly lanes: number;
  /** Prints what nobody noticed and the summary only. */
  readonly quiet: boolean;
  /** Prints the guards and stops. */
  readonly list: boolean;
};

export const guardUsage = `npm run guards -- [options]

Takes each guard away in turn and expects that somebody notices: a guard of the database in a cloned database, a guard of
the code in a copy of the sources. Prints guard -> what failed without it: a probe (a statement that the guard must
refuse) or a test of the suite.

  --only WHAT            a kind (${guardKinds.join(", ")})
                         or part of a guard's name; may be repeated
  --sample N             run the named tests of N guards only; probes are always sent
  --seed N               which ones (default 1)
  --lanes N              test processes at the same time, 1 to 16 (default 2)
  --quiet                print only what nobody noticed, and the summary
  --list                 print every guard with its probes and tests, and stop

Exit 0: each guard was missed. 1: one was not, or the database holds a guard that is not listed. 2: wrong options.
`;

/** Thrown for options that cannot be run. */
export class OptionsError extends Error {
  override readonly name = "OptionsError";
}

/** Reads the command line; null = the usage was asked for. Throws OptionsError. */
export function readGuardOptions(args: readonly string[]): GuardOptions | null {
  const values = parse(args);
  if (values.help) return null;
  return {
    only: values.only.map((what) => guardKinds.find((kind) => kind === what) ?? { part: what }),
    sample: values.sample === undefined ? null : wholeNumber("--sample", values.sample, 1, 10_000),
    seed: wholeNumber("--seed", values.seed, 0, 2 ** 31),
    lanes: wholeNumber("--lanes", values.lanes, 1, 16),
    quiet: values.quiet,
    list: values.list,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: "string", multiple: true, default: [] },
        sample: { type: "string" },
        seed: { type: "string", default: "1" },
        lanes: { type: "string", default: "2" },
        quiet: { type: "boolean", default: false },
        list: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new OptionsError(`${flag} is a whole number from ${least} to ${most}, not "${text}"`);
}
