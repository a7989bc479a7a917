import { join } from "node:path";
import { cloneTemplate } from "#libs/testkit/test-database.ts";
import type { NamedTest } from "./guard.ts";
import type { Verdict } from "./probe-guard.ts";
import { openTestLane, type TestLane, type TestRun } from "./test-lane.ts";

/**
 * Runs the named tests of guards, each without its guard, in lanes side by side. First all of them run with every guard
 * in place: only a test that passes then says something by failing later.
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
  const sound = await runSound(
    lanes,
    probed.flatMap(({ guard }) => guard.tests),
  );
  const queue = [...probed];
  const verdicts: Verdict[] = [];
  const work = async (lane: TestLane) => {
    for (let next = queue.shift(); next !== undefined && !report.stopped.aborted; next = queue.shift()) {
      const verdict = await testVerdict(lane, next, sound);
      verdicts.push(verdict);
      report.onVerdict(verdict);
    }
  };
  await Promise.all(lanes.map(work));
  return verdicts;
}

async function runSound(lanes: readonly TestLane[], tests: readonly NamedTest[]): Promise<TestRun[]> {
  const files = [...new Set(tests.map(({ file }) => file))];
  const shares = lanes.map((_, lane) => files.filter((_file, index) => index % lanes.length === lane));
  return Promise.all(
    lanes.map((lane, index) =>
      runOn(
        lane,
        tests.filter(({ file }) => shares[index]?.includes(file)),
        [],
      ),
    ),
  );
}

/** Runs tests on a clone that lacks a guard. */
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

async function testVerdict(lane: TestLane, probed: Verdict, sound: readonly TestRun[]): Promise<Verdict> {
  const { guard, noticedBy } = probed;
  const unsound = guard.tests.flatMap((test) => complaintAbout(test, sound));
  if (unsound.length > 0) return { guard, noticedBy, troubles: [...probed.troubles, ...unsound] };
  let putBack: () => void = () => undefined;
  try {
    if (guard.edit !== null) putBack = lane.take(guard.edit);
    const run = await runOn(lane, guard.tests, guard.removal === null ? [] : [guard.removal]);
    const troubles = [...probed.troubles, ...run.broken];
    return { guard, noticedBy: [...noticedBy, ...run.failed], troubles };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { guard, noticedBy, troubles: [...probed.troubles, reason] };
  } finally {
    putBack();
  }
}

/** What is wrong with a named test while every guard is in place. */
function complaintAbout({ file, name }: NamedTest, sound: readonly TestRun[]): string[] {
  const isIt = (title: string) => title.startsWith(`${file} › `) && title.endsWith(name);
  const broken = sound.flatMap((run) => run.broken.filter((text) => text.startsWith(file)));
  if (broken.length > 0) return broken;
  if (sound.some(({ failed }) => failed.some(isIt)))
    return [`fails with its guard in place: ${file} › ${name}`];
  if (sound.some(({ passed }) => passed.some(isIt))) return [];
  const reasons = sound.flatMap((run) => run.broken);
  return [`there is no test ${file} › ${name}`, ...reasons];
}
