import { parseArgs } from "node:util";

export type ConformanceOptions = {
  /** Vector files, and folders of them. */
  readonly paths: readonly string[];
  /** Shifts every expected value, to prove that a wrong one is noticed. */
  readonly mutate: boolean;
  /** Asks a running Billwright instead of libs/core. */
  readonly api: { readonly url: string; readonly key: string } | null;
};

export const conformanceUsage = `npm run conformance -- FILE_OR_FOLDER... [options]

  --mutate               shift every expected value (by 0.01, or a second): every applicable case must then differ
  --api URL --key KEY    ask a running Billwright as a test tenant's administrator, instead of libs/core

Exit 0: no case differs (with --mutate: all do). 1: at least one does (does not). 2: wrong options or files.
`;

/** Thrown for options and files that cannot be used. */
export class BadInput extends Error {
  override readonly name = "BadInput";
}

/** Reads the command line; null = the usage was asked for. Throws BadInput. */
export function readConformanceOptions(args: readonly string[]): ConformanceOptions | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  if (positionals.length === 0) throw new BadInput("name at least one vector file, or a folder of them");
  if ((values.api === undefined) !== (values.key === undefined)) {
    throw new BadInput("--api and --key go together");
  }
  const api =
    values.api === undefined || values.key === undefined
      ? null
      : { url: readUrl(values.api), key: values.key };
  return { paths: positionals, mutate: values.mutate, api };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        mutate: { type: "boolean", default: false },
        api: { type: "string" },
        key: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new BadInput(error instanceof Error ? error.message : String(error));
  }
}

function readUrl(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text.replace(/\/+$/, "");
  throw new BadInput(`--api is an http or https URL, not "${text}"`);
}
