import { DomainError } from "#libs/core/errors.ts";

/** One thing the doctor looked at. A warning is worth a look; a problem keeps something from working. */
export type Finding = {
  readonly check: string;
  readonly level: "ok" | "warning" | "problem";
  readonly detail: string;
  /** What to do about it. */
  readonly advice?: string;
  /** The invariant that does not hold, and every breach that was found. */
  readonly invariant?: string;
  readonly severity?: string;
  readonly breaches?: readonly {
    readonly subject_type: string;
    readonly subject_id: string | null;
    readonly detail: string;
  }[];
};

export function ok(check: string, detail: string): Finding {
  return { check, level: "ok", detail };
}

export function warning(check: string, detail: string, advice: string): Finding {
  return { check, level: "warning", detail, advice };
}

export function problem(check: string, detail: string, advice: string): Finding {
  return { check, level: "problem", detail, advice };
}

/** Runs one check; what it throws becomes a problem with the advice. */
export async function attempt(
  check: string,
  advice: string,
  run: () => Promise<Finding | string>,
): Promise<Finding> {
  try {
    const result = await run();
    return typeof result === "string" ? ok(check, result) : result;
  } catch (error) {
    const named = error instanceof DomainError ? `${error.code}: ` : "";
    return problem(check, `${named}${error instanceof Error ? error.message : String(error)}`, advice);
  }
}
