import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import type { Bench, BenchCase, Side } from "./bench.ts";
import { benchCatalog } from "./bench-catalog.ts";
import { resultTable } from "./print-results.ts";
import { runBenches } from "./run-benches.ts";
import { type RunLimits, spreadOf } from "./run-case.ts";

const limits: RunLimits = {
  pairs: 5,
  rows: 2_000,
  size: "tiny",
  limitMs: 60_000,
  signal: new AbortController().signal,
};
const side = (name: string, value: number, log: string[] = []): Side => ({
  name,
  sample: () => {
    log.push(name);
    return { value };
  },
});
const caseWith = (fields: Partial<BenchCase>): BenchCase => ({
  ...{ name: "case", unit: "us", better: "lower", verify: () => undefined },
  ...{ ours: side("ours", 2), peer: side("peer", 10) },
  ...fields,
});
const benchOf = (...cases: BenchCase[]): Bench => ({ name: "bench", about: "", open: () => ({ cases }) });
const runOne = async (given: BenchCase, within = limits) => {
  const [result] = await runBenches([benchOf(given)], within, () => undefined);
  return result?.cases[0];
};

test("the sides take turns at going first, after a warm-up", async () => {
  const log: string[] = [];
  await runOne(caseWith({ ours: side("a", 1, log), peer: side("b", 1, log) }));
  expect(log.join("")).toBe("ab" + "abbaabbaab");
});

test("a ratio above 1 says how many times better ours is, whichever way is better", async () => {
  expect(await runOne(caseWith({}))).toMatchObject({ ratio: { min: 5, median: 5, max: 5 } });
  expect(await runOne(caseWith({ better: "higher" }))).toMatchObject({ ratio: { median: 0.2 } });
});

test("a case whose sides disagree is not measured, and the others are", async () => {
  const disagreeing = caseWith({
    name: "wrong",
    verify: () => {
      throw new Error("ours is 1, the peer's 2");
    },
  });
  const [result] = await runBenches([benchOf(disagreeing, caseWith({}))], limits, () => undefined);
  expect(result?.cases[0]).toEqual({ name: "wrong", failed: "ours is 1, the peer's 2" });
  expect(result?.cases[1]).toMatchObject({ name: "case", ratio: { median: 5 } });
});

test("a case that has no time for five pairs has failed", async () => {
  const answer = await runOne(caseWith({}), { ...limits, limitMs: 0 });
  expect(answer).toEqual({ name: "case", failed: "0 of 5 pairs within 0 s (see --seconds)" });
});

test("a bench is closed when it was stopped in the middle", async () => {
  const stop = new AbortController();
  let isClosed = false;
  const stopping = {
    name: "ours",
    sample: () => {
      stop.abort();
      return { value: 1 };
    },
  };
  const close = async () => {
    isClosed = true;
  };
  const bench: Bench = {
    ...benchOf(),
    open: () => ({ cases: [caseWith({ ours: stopping })], close }),
  };
  const results = await runBenches([bench, bench], { ...limits, signal: stop.signal }, () => undefined);
  expect(isClosed).toBe(true);
  expect(results).toEqual([{ bench: "bench", cases: [{ name: "case", failed: "stopped" }] }]);
});

test("the table tells met targets from missed ones", async () => {
  const cases = [
    await runOne(caseWith({ target: 2 })),
    await runOne(caseWith({ name: "slow", target: 1.5, ratioTarget: 6 })),
  ].filter((each) => each !== undefined);
  expect(resultTable({ bench: "bench", cases }).split("\n")).toEqual([
    "case  unit  ours      target  peer  ratio min  median  max    target",
    "case  us       2       2 met    10          5       5    5",
    "slow  us       2  1.5 missed    10          5       5    5  6 missed",
  ]);
});

test("a bench that this machine cannot run says what it lacks", async () => {
  const lacking: Bench = { ...benchOf(), open: () => ({ cases: [], notRun: "there is no Redis" }) };
  const [result] = await runBenches([lacking], limits, () => undefined);
  expect(result && resultTable(result)).toBe("NOT RUN: there is no Redis");
});

test("the median of an even number of values lies between the middle two", () => {
  expect(spreadOf([4, 1, 2, 10])).toEqual({ min: 1, median: 3, max: 10 });
});

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

it.each(benchCatalog.map((bench) => [bench.name, bench] as const))(
  "%s measures two sides that come to the same answer",
  async (_name, bench) => {
    const { cases, notRun, close } = await bench.open({ rows: 2_000, size: "tiny", server: database });
    try {
      for (const each of cases) await each.verify();
      expect(cases.length > 0).toBe(notRun === undefined);
    } finally {
      await close?.();
    }
  },
  120_000,
);
