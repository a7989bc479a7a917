import type { BenchCase, Sample, Side, Size } from "./bench.ts";
import { PAIRS_MIN } from "./bench-options.ts";
import { collectGarbage } from "./heap.ts";

/** Least, middle and greatest of several values. */
export type Spread = { readonly min: number; readonly median: number; readonly max: number };

type Measured = Sample & Required<Pick<Sample, "cpuSeconds">>;

export type Pair = {
  /** The side that went first; the sides take turns at it. */
  readonly first: "ours" | "peer";
  readonly ours: Measured;
  readonly peer: Measured;
  /** How many times better ours is than the peer. */
  readonly ratio: number;
};

export type CaseResult = {
  readonly name: string;
  readonly unit: string;
  readonly better: BenchCase["better"];
  readonly target: number | null;
  readonly ratioTarget: number | null;
  readonly ours: Spread & { readonly name: string };
  readonly peer: Spread & { readonly name: string };
  readonly ratio: Spread;
  readonly pairs: readonly Pair[];
};

export type RunLimits = {
  readonly pairs: number;
  readonly rows: number;
  readonly size: Size;
  readonly limitMs: number;
  /** Ends the run after the sample that is being taken. */
  readonly signal: AbortSignal;
};

const WARM_UPS = 1;

/**
 * Verifies that both sides agree, warms them up, and samples them in pairs: ours first, then the peer first, and so on.
 * Stops early when the time is over. Throws when the sides disagree, a sample fails, or time is over before the least
 * number of pairs.
 */
export async function runCase(
  given: BenchCase,
  { pairs: wanted, limitMs, signal }: RunLimits,
): Promise<CaseResult> {
  const deadline = performance.now() + limitMs;
  const goesOn = () => performance.now() < deadline && !signal.aborted;
  await given.verify();
  for (let i = 0; i < WARM_UPS && goesOn(); i++) {
    await given.ours.sample();
    await given.peer.sample();
  }
  const pairs: Pair[] = [];
  while (pairs.length < wanted && goesOn()) pairs.push(await runPair(given, pairs.length));
  if (signal.aborted) throw new Error("stopped");
  if (pairs.length < PAIRS_MIN) {
    throw new Error(`${pairs.length} of ${PAIRS_MIN} pairs within ${limitMs / 1_000} s (see --seconds)`);
  }
  const { name, unit, better, target = null, ratioTarget = null } = given;
  return {
    ...{ name, unit, better, target, ratioTarget },
    ours: { name: given.ours.name, ...spreadOf(pairs.map(({ ours }) => ours.value)) },
    peer: { name: given.peer.name, ...spreadOf(pairs.map(({ peer }) => peer.value)) },
    ratio: spreadOf(pairs.map(({ ratio }) => ratio)),
    pairs,
  };
}

async function runPair(given: BenchCase, index: number): Promise<Pair> {
  const first = index % 2 === 0 ? "ours" : "peer";
  const early = await measure(given[first]);
  const late = await measure(given[first === "ours" ? "peer" : "ours"]);
  const [ours, peer] = first === "ours" ? [early, late] : [late, early];
  const ratio = given.better === "lower" ? peer.value / ours.value : ours.value / peer.value;
  if (!Number.isFinite(ratio)) throw new Error(`${ours.value} beside ${peer.value} has no ratio`);
  return { first, ours, peer, ratio };
}

async function measure(side: Side): Promise<Measured> {
  collectGarbage();
  const before = process.cpuUsage();
  const sample = await side.sample();
  const { user, system } = process.cpuUsage(before);
  return { cpuSeconds: (user + system) / 1e6, ...sample };
}

/** The median of an even number of values is the mean of the middle two. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    min: at(0),
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    max: at(sorted.length - 1),
  };
}
