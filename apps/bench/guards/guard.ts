/** What kind of thing keeps an invariant: in the database's catalog, or a line of ours. */
export const guardKinds = [
  ...(["check", "foreign key", "unique", "trigger", "rule", "policy", "row security"] as const),
  ...(["grant", "function", "role", "code"] as const),
] as const;
export type GuardKind = (typeof guardKinds)[number];

/** A test of the suite; `name` is its full name, or the end of it. */
export type NamedTest = { readonly file: string; readonly name: string };

/** One statement that a guard must answer, in a transaction that is rolled back. */
export type Probe = {
  /** As the owner, before the guard is taken away: clears what would refuse the same for another reason. */
  readonly setUp?: readonly string[];
  /** Past foreign keys and triggers, so that the guard alone stands in the way. */
  readonly past?: "triggers";
  /** Who sends the statement, in a tenant's transaction; the schema's owner unless it is said. */
  readonly as?: string;
  readonly act: string;
  /** What the guard answers: a refusal, or none of the rows. */
  readonly answer: Refusal | "no rows";
};

export type Refusal = { readonly code: string; readonly constraint?: string; readonly message?: string };

/** Where a guard stands in the sources, and what is left when it is taken away. */
export type Edit = { readonly file: string; readonly text: string; readonly without: string };

export type Guard = {
  readonly kind: GuardKind;
  readonly name: string;
  /** Takes a guard of the database away. */
  readonly removal: string | null;
  /** Takes a guard of the code away. */
  readonly edit: Edit | null;
  readonly probes: readonly Probe[];
  readonly tests: readonly NamedTest[];
};

export function guardLabel({ kind, name }: Pick<Guard, "kind" | "name">): string {
  return `${kind} ${name}`;
}
