import { parseArgs } from "node:util";
import { type Guard, guards } from "../stack/break-guard.ts";

export type ChaosOptions = {
  readonly seed: number;
  readonly kills: number;
  readonly backend: "redis" | "postgres";
  /** The guard that is taken away, to prove that its absence is noticed. */
  readonly broken: Guard | null;
  /** Leaves the folder of the run behind, with every process's log. */
  readonly keep: boolean;
};

export const chaosUsage = `npm run chaos -- [options]

  --seed N               choices of this run (default 1)
  --kills K              processes to kill, 0 to 50 (default 8)
  --backend NAME         redis (needs redis-server on PATH) or postgres (default)
  --break GUARD          take a guard away: ${guards.join(", ")}; must end with exit 1
  --keep                 leave the run's folder with all logs behind

Exit 0: every invariant holds. 1: one is broken, and named. 2: wrong options.
`;

/** Thrown for options that cannot be run. */
export class OptionsError extends Error {
  override readonly name = "OptionsError";
}

/** Reads the command line; null = the usage was asked for. Throws OptionsError. */
export function readChaosOptions(args: readonly string[]): ChaosOptions | null {
  const values = parse(args);
  if (values.help) return null;
  const { backend } = values;
  if (backend !== "redis" && backend !== "postgres") {
    throw new OptionsError(`--backend is redis or postgres, not "${backend}"`);
  }
  const broken = guards.find((guard) => guard === values.break) ?? null;
  if (values.break !== undefined && broken === null) {
    throw new OptionsError(`--break is one of ${guards.join(", ")}, not "${values.break}"`);
  }
  return {
    seed: wholeNumber("--seed", values.seed, 2 ** 31),
    kills: wholeNumber("--kills", values.kills, 50),
    backend,
    broken,
    keep: values.keep,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: "string", default: "1" },
        kills: { type: "string", default: "8" },
        backend: { type: "string", default: "postgres" },
        break: { type: "string" },
        keep: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  throw new OptionsError(`${flag} is a whole number from 0 to ${most}, not "${text}"`);
}
