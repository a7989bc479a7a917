/** Looks until there is something to see, or the bound has passed: then null. */
export async function until<T>(
  look: () => Promise<T | null> | T | null,
  boundMs: number,
  everyMs = 40,
): Promise<T | null> {
  const end = Date.now() + boundMs;
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    if (Date.now() >= end) return null;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
