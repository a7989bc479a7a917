const everyMs = 200;

/**
 * Looks again and again until there is something to see.
 * @throws Error that names `what` when the bound has passed
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined>,
  boundMs = 45_000,
): Promise<T> {
  const end = Date.now() + boundMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== undefined) return seen;
    if (Date.now() > end) throw new Error(`${what} did not come within ${boundMs / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
