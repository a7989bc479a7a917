import { openTestDatabase } from "#libs/testkit/test-database.ts";
import { databaseGuards, disagreements } from "./database-guards.ts";
import { type Guard, guardLabel } from "./guard.ts";
import type { GuardOptions } from "./guard-options.ts";
import { codeGuards } from "./lists/code-guards.ts";
import { probeVerdict, type Verdict } from "./probe-guard.ts";
import { type Catalog, readCatalog } from "./read-catalog.ts";
import { seedRows } from "./seed-rows.ts";
import { testVerdicts } from "./test-guard.ts";

export type GuardRun = { readonly verdicts: readonly Verdict[]; readonly disagreements: readonly string[] };

/** Every guard of the database and of the code. */
function allGuards(catalog: Catalog): Guard[] {
  return [...databaseGuards(catalog), ...codeGuards];
}

export async function listGuards(): Promise<Guard[]> {
  const test = await openTestDatabase();
  const owner = await test.owner.connect();
  try {
    return allGuards(await readCatalog(owner));
  } finally {
    owner.release();
    await test.close();
  }
}

export function chosenGuards(guards: readonly Guard[], { only }: Pick<GuardOptions, "only">): Guard[] {
  if (only.length === 0) return [...guards];
  return guards.filter((guard) =>
    only.some((what) =>
      typeof what === "string" ? guard.kind === what : guardLabel(guard).includes(what.part),
    ),
  );
}

/** Some of the guards, the same ones for the same seed; all when there are no more than `count`. */
export function sampleOf(guards: readonly Guard[], count: number, seed: number): Guard[] {
  const rest = [...guards];
  const sample: Guard[] = [];
  let state = seed;
  while (sample.length < count && rest.length > 0) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; // Numerical Recipes' generator
    sample.push(...rest.splice(Math.floor((state / 2 ** 32) * rest.length), 1));
  }
  return sample;
}

/** Sends the probes of every chosen guard, then runs the named tests of those that have some, in lanes side by side. */
export async function runGuards(
  options: Pick<GuardOptions, "only" | "sample" | "seed" | "lanes">,
  dir: string,
  report: { readonly onVerdict: (verdict: Verdict) => void; readonly stopped: AbortSignal },
): Promise<GuardRun> {
  const test = await openTestDatabase();
  try {
    const owner = await test.owner.connect();
    try {
      const catalog = await readCatalog(owner);
      const chosen = chosenGuards(allGuards(catalog), options);
      const tested = chosen.filter(({ tests }) => tests.length > 0);
      const sample = options.sample === null ? tested : sampleOf(tested, options.sample, options.seed);
      await seedRows(owner, catalog);
      const verdicts: Verdict[] = [];
      const probed = new Map<Guard, Verdict>();
      for (const guard of chosen) {
        if (report.stopped.aborted) break;
        const verdict = await probeVerdict(owner, guard);
        if (sample.includes(guard)) probed.set(guard, verdict);
        else if (guard.probes.length > 0) verdicts.push(verdict);
      }
      verdicts.forEach(report.onVerdict);
      verdicts.push(...(await testVerdicts([...probed.values()], options.lanes, dir, report)));
      return { verdicts, disagreements: disagreements(catalog) };
    } finally {
      owner.release();
    }
  } finally {
    await test.close();
  }
}
