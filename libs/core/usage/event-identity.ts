/** What makes a usage event the same one within a tenant, whatever else it says. */
export type EventIdentity = { readonly source: string; readonly id: string };

/** One text for an identity; NUL is in neither part. */
export function identityKey({ source, id }: EventIdentity): string {
  return `${source}\0${id}`;
}

/**
 * The first of each identity, and the repetitions of them, both in the order given. The first one counts, whatever the
 * others hold (.github/adr/0012-usage-facts.md).
 */
export function splitRepeats<T>(
  events: readonly T[],
  identityOf: (event: T) => EventIdentity,
): { readonly first: readonly T[]; readonly again: readonly T[] } {
  const seen = new Set<string>();
  const first: T[] = [];
  const again: T[] = [];
  for (const event of events) {
    seen.add(identityKey(identityOf(event)));
    const isNew = seen.size > first.length;
    (isNew ? first : again).push(event);
  }
  return { first, again };
}
