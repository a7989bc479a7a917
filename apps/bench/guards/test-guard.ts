import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cloneTemplate } from "#libs/testkit/test-database.ts";
import type { Edit, Guard, NamedTest } from "./guard.ts";
import type { Verdict } from "./probe-guard.ts";
import { openTestLane, type TestLane, type TestRun, withoutText } from "./test-lane.ts";

/**
 * Runs the named tests of guards in lanes side by side: with the guard in place, where they must pass, and without it.
 * @param probed the guards, with what their probes said
 */
export async function testVerdicts(
  probed: readonly Verdict[],
  laneCount: number,
  dir: string,
  report: { readonly onVerdict: (verdict: Verdict) => void; readonly stopped: AbortSignal },
): Promise<Verdict[]> {
  const lanes = Array.from({ length: Math.min(laneCount, probed.length) }, (_, index) =>
    openTestLane(join(dir, `lane-${index}`)),
  );
  report.stopped.addEventListener("abort", () => {
    for (const lane of lanes) lane.stop();
  });
  const queue = [...probed];
  const known = new Map<string, string[]>();
  const verdicts: Verdict[] = [];
  const work = async (lane: TestLane) => {
    for (let next = queue.shift(); next !== undefined && !report.stopped.aborted; next = queue.shift()) {
      const verdict = await testVerdict(lane, next, known);
      if (report.stopped.aborted) return;
      verdicts.push(verdict);
      report.onVerdict(verdict);
    }
  };
  await Promise.all(lanes.map(work));
  return verdicts;
}

/** @param known what is wrong with tests while their guard is in place, as far as it was looked at */
async function testVerdict(lane: TestLane, probed: Verdict, known: Map<string, string[]>): Promise<Verdict> {
  const { guard } = probed;
  const key = JSON.stringify(guard.tests);
  const wrong = known.get(key) ?? complaintsAbout(guard.tests, await runOn(lane, guard.tests, []));
  known.set(key, wrong);
  if (wrong.length > 0) return { ...probed, troubles: [...probed.troubles, ...wrong] };
  try {
    const { passed, failed, broken } = await runWithout(lane, guard);
    const idle = passed.map((title) => `passes without it: ${title}`);
    return {
      guard,
      noticedBy: [...probed.noticedBy, ...failed],
      troubles: [...probed.troubles, ...broken, ...idle],
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...probed, troubles: [...probed.troubles, reason] };
  }
}

async function runWithout(lane: TestLane, guard: Guard): Promise<TestRun> {
  const replaced = guard.edit === null ? null : replacedFunction(guard.edit);
  if (replaced !== null) return runOn(lane, guard.tests, [replaced]);
  const putBack = guard.edit === null ? null : lane.take(guard.edit);
  try {
    return await runOn(lane, guard.tests, guard.removal === null ? [] : [guard.removal]);
  } finally {
    putBack?.();
  }
}

/**
 * The function of a migration without its guard, for a database that has been migrated already; null when the guard stands elsewhere.
 * @throws Error when the text does not stand in one function, once
 */
function replacedFunction(edit: Edit): string | null {
  if (!edit.file.startsWith("prisma/migrations/")) return null;
  const text = readFileSync(edit.file, "utf8");
  const functions = [...text.matchAll(/^CREATE FUNCTION [\s\S]*?\n(?:END )?\$\$;$/gm)].map(([each]) => each);
  const [found, ...others] = functions.filter((each) => each.includes(edit.text));
  if (found === undefined || others.length > 0)
    throw new Error(
      `${edit.file} holds the guard's text in ${found === undefined ? 0 : "several"} functions: ${edit.text}`,
    );
  return withoutText(found, edit).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION");
}

/** Runs tests on a clone of the migrated database. @param removal takes a guard away from it */
async function runOn(
  lane: TestLane,
  tests: readonly NamedTest[],
  removal: readonly string[],
): Promise<TestRun> {
  const clone = await cloneTemplate(removal);
  try {
    return await lane.run(tests, clone);
  } finally {
    await clone.drop();
  }
}

/** Why a run with every guard in place says that a later failure would prove nothing. */
function complaintsAbout(tests: readonly NamedTest[], { passed, failed, broken }: TestRun): string[] {
  const missing = tests.filter(
    ({ file, name }) =>
      ![...passed, ...failed].some((title) => title.startsWith(`${file} › `) && title.endsWith(name)),
  );
  return [
    ...broken,
    ...failed.map((title) => `fails with its guard in place: ${title}`),
    ...missing.map(({ file, name }) => `there is no test ${file} › ${name}`),
  ];
}
