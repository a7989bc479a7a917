import { parseArgs } from "node:util";
import { type Guard, guards } from "../stack/break-guard.ts";
import type { Fault } from "./fault.ts";

export type FaultOptions = {
  readonly faults: readonly Fault[];
  readonly seed: number;
  readonly isQuick: boolean;
  /** The guard that is taken away, to prove that its absence is noticed. */
  readonly broken: Guard | null;
  readonly keep: boolean;
};

export const faultUsage = `npm run faults -- [options] [F1 F2 ...]

  F1 F2 ...       only these (default: all)
  --seed N        choices of this run (default 1): the same seed makes the same ones
  --quick         a short selection of the faults, each with few injections
  --list          says what each fault does, and runs nothing
  --break GUARD   take a guard away: ${guards.join(", ")}; must end with exit 1
  --keep          leave the folders with all logs behind

Exit 0: every invariant holds under each fault. 1: one does not, or a fault could not be injected. 2: wrong options.
`;

/** Thrown for options that cannot be run. */
export class OptionsError extends Error {
  override readonly name = "OptionsError";
}

/** Reads the command line; `usage` or `list` = it was asked for. Throws OptionsError. */
export function readFaultOptions(
  args: readonly string[],
  catalog: readonly Fault[],
): FaultOptions | "usage" | "list" {
  const { values, positionals } = parse(args);
  if (values.help) return "usage";
  if (values.list) return "list";
  const broken = guards.find((guard) => guard === values.break) ?? null;
  if (values.break !== undefined && broken === null) {
    throw new OptionsError(`--break is one of ${guards.join(", ")}, not "${values.break}"`);
  }
  if (!/^\d+$/.test(values.seed) || Number(values.seed) > 2 ** 31) {
    throw new OptionsError(`--seed is a whole number from 0 to ${2 ** 31}, not "${values.seed}"`);
  }
  const unknown = positionals.find((code) => !catalog.some((fault) => fault.code === code));
  if (unknown !== undefined) {
    const codes = catalog.map((fault) => fault.code).join(", ");
    throw new OptionsError(`"${unknown}" is no fault; there are ${codes}`);
  }
  const isWanted = (fault: Fault) =>
    positionals.length > 0 ? positionals.includes(fault.code) : !values.quick || fault.isQuick === true;
  return {
    faults: catalog.filter(isWanted),
    seed: Number(values.seed),
    isQuick: values.quick,
    broken,
    keep: values.keep,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        seed: { type: "string", default: "1" },
        quick: { type: "boolean", default: false },
        list: { type: "boolean", default: false },
        break: { type: "string" },
        keep: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error));
  }
}
