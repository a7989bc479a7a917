import { OptionsError, readChaosOptions } from "./chaos-options.ts";

describe("readChaosOptions", () => {
  it("kills eight processes on Postgres unless told otherwise", () => {
    expect(readChaosOptions([])).toEqual({
      seed: 1,
      kills: 8,
      backend: "postgres",
      broken: null,
      keep: false,
    });
  });

  it("takes every option", () => {
    const args = ["--seed", "7", "--kills", "2", "--backend", "redis", "--break", "effect-fence", "--keep"];
    expect(readChaosOptions(args)).toEqual({
      ...{ seed: 7, kills: 2, backend: "redis", broken: "effect-fence", keep: true },
    });
  });

  it.each([
    [["--backend", "kafka"], 'redis or postgres, not "kafka"'],
    [["--break", "everything"], "claim, effect-fence, effect-memory, inbox-unique, job-key"],
    [["--kills", "51"], "0 to 50"],
    [["--seed", "-1"], "--seed"],
    [["--color"], "color"],
  ])("refuses %j and says what is allowed", (args, told) => {
    expect(() => readChaosOptions(args)).toThrow(OptionsError);
    expect(() => readChaosOptions(args)).toThrow(told);
  });
});
