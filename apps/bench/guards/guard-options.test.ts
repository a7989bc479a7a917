import type { Guard } from "./guard.ts";
import { OptionsError, readGuardOptions } from "./guard-options.ts";
import { isMissed, summaryLines, verdictLines } from "./print-guards.ts";
import { chosenGuards, sampleOf } from "./run-guards.ts";

const guardOf = (name: string, kind: Guard["kind"] = "check"): Guard => ({
  ...{ kind, name, removal: "", edit: null, probes: [], tests: [] },
});

describe("readGuardOptions", () => {
  it("takes every guard in two lanes unless told otherwise", () => {
    expect(readGuardOptions([])).toEqual({
      only: [],
      sample: null,
      seed: 1,
      lanes: 2,
      quiet: false,
      list: false,
    });
  });

  it("takes every option", () => {
    const args = [
      "--only",
      "row security",
      "--only",
      "coupon",
      "--sample",
      "12",
      "--seed",
      "7",
      "--lanes",
      "1",
      "--quiet",
      "--list",
    ];
    expect(readGuardOptions(args)).toEqual({
      ...{
        only: ["row security", { part: "coupon" }],
        sample: 12,
        seed: 7,
        lanes: 1,
        quiet: true,
        list: true,
      },
    });
  });

  it.each([
    [["--sample", "0"], "1 to 10000"],
    [["--lanes", "many"], "1 to 16"],
    [["--seed", "-1"], "--seed"],
    [["coupon"], "coupon"],
  ])("refuses %j and says what is allowed", (args, told) => {
    expect(() => readGuardOptions(args)).toThrow(OptionsError);
    expect(() => readGuardOptions(args)).toThrow(told);
  });
});

describe("the guards of a run", () => {
  const guards = [guardOf("coupon.a"), guardOf("coupon.b", "unique"), guardOf("tenant.c")];

  it("are of a kind, or have a part of a name", () => {
    const names = (...only: Parameters<typeof chosenGuards>[1]["only"]) =>
      chosenGuards(guards, { only }).map(({ name }) => name);
    expect(names("check")).toEqual(["coupon.a", "tenant.c"]);
    expect(names({ part: "coupon" })).toEqual(["coupon.a", "coupon.b"]);
    expect(names("unique", { part: "tenant" })).toEqual(["coupon.b", "tenant.c"]);
  });

  it("are the same sample for the same seed, each once, and others for others", () => {
    const many = Array.from({ length: 50 }, (_, index) => guardOf(`g${index}`));
    const sample = (seed: number) => sampleOf(many, 12, seed).map(({ name }) => name);
    expect(sample(1)).toEqual(sample(1));
    expect(new Set(sample(1)).size).toBe(12);
    expect(sample(1)).not.toEqual(sample(2));
    expect(sampleOf(many, 100, 1)).toHaveLength(50);
  });
});

describe("what is printed", () => {
  const [guard] = [guardOf("coupon.a")];

  it("is the guard and what failed without it", () => {
    const verdict = { guard, noticedBy: ["probe: update coupon", "a.test.ts › b"], troubles: [] };
    expect(verdictLines(verdict)).toEqual(["check coupon.a -> a.test.ts › b (and 1 more)"]);
    expect(isMissed(verdict)).toBe(false);
  });

  it("is that nobody noticed, with what stood in the way, and the run's verdict", () => {
    const missed = { guard, noticedBy: [], troubles: ["there is no test"] };
    expect(verdictLines(missed)).toEqual(["check coupon.a -> NOBODY NOTICED", "  TROUBLE: there is no test"]);
    expect(isMissed({ ...missed, troubles: [] })).toBe(true);
    const run = { verdicts: [missed], disagreements: ["check x is in the database and not listed"] };
    expect(summaryLines(run, ["check"], 3)).toEqual([
      "kind          taken away  missed",
      "check                  1       1",
      "MISSED: check coupon.a",
      "NOT LISTED: check x is in the database and not listed",
      "0 of 1 guards are held by a test, 1 disagreements of lists and catalog, 3 s",
    ]);
  });
});
