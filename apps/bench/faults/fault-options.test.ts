import { faultCatalog } from "./fault-catalog.ts";
import { OptionsError, readFaultOptions } from "./fault-options.ts";

const read = (...args: string[]) => readFaultOptions(args, faultCatalog);
const codesOf = (options: ReturnType<typeof read>) =>
  typeof options === "string" ? options : options.faults.map((fault) => fault.code);

describe("readFaultOptions", () => {
  it("takes every fault unless told otherwise", () => {
    expect(read()).toEqual({ faults: faultCatalog, seed: 1, isQuick: false, broken: null, keep: false });
  });

  it("takes the named faults in the order of the matrix", () => {
    expect(codesOf(read("F4", "F3", "--seed", "7"))).toEqual(["F3", "F4"]);
  });

  it("takes some of them when it must be quick, and the named ones all the same", () => {
    const quick = codesOf(read("--quick"));
    expect(quick.length).toBeGreaterThan(1);
    expect(quick.length).toBeLessThan(faultCatalog.length);
    expect(codesOf(read("--quick", "F9"))).toEqual(["F9"]);
  });

  it("answers what it was asked for instead of a run", () => {
    expect([read("--list"), read("--help")]).toEqual(["list", "usage"]);
  });

  it.each([
    [["F99"], '"F99" is no fault; there are F1, F2'],
    [["--seed", "-1"], "--seed"],
    [["--seed", "x"], "--seed is a whole number"],
    [["--break", "everything"], "claim, effect-fence, effect-memory, inbox-unique"],
    [["--color"], "color"],
  ])("refuses %j and says what is allowed", (args, told) => {
    expect(() => read(...args)).toThrow(OptionsError);
    expect(() => read(...args)).toThrow(told);
  });
});

describe("the catalog of faults", () => {
  it("names each fault once, in the order of the matrix", () => {
    const numbers = faultCatalog.map((fault) => Number(fault.code.slice(1)));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });
});
