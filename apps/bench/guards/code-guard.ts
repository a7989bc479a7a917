import type { Guard, NamedTest } from "./guard.ts";

/**
 * A guard that is a line of ours.
 * @param text where it stands, once, in `file`
 * @param without what is left there when it is taken away
 */
export function codeGuard(
  name: string,
  { file, text, without }: { readonly file: string; readonly text: string; readonly without: string },
  ...tests: readonly NamedTest[]
): Guard {
  return { kind: "code", name, removal: null, edit: { file, text, without }, probes: [], tests };
}

/** Tests of one file, by name. */
export function testsIn(file: string): (name: string) => NamedTest {
  return (name) => ({ file, name });
}
