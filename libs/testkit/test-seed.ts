/** The seed of a suite's random cases, another one in each run; printed, and repeated with `TEST_SEED=...`. */
export function testSeed(suite: string): number {
  const given = process.env["TEST_SEED"];
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  if (!Number.isSafeInteger(seed)) throw new Error(`TEST_SEED is a whole number, got ${given}`);
  console.info(`${suite}: TEST_SEED=${seed} repeats this run`);
  return seed;
}
