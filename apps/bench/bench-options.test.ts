import { benchCatalog } from "./bench-catalog.ts";
import { benchUsage, OptionsError, readBenchOptions } from "./bench-options.ts";

const read = (...args: string[]) => readBenchOptions(args, benchCatalog);

test("without names every bench runs, in the order of the catalog", () => {
  expect(read()).toEqual({
    benches: benchCatalog,
    pairs: 5,
    rows: 100_000,
    size: "small",
    limitMs: 300_000,
    json: null,
  });
});

test("names select benches, once each", () => {
  const options = read("period-lookup", "rate-line", "rate-line", "--pairs", "7", "--json", "out.json");
  expect(options?.benches.map(({ name }) => name)).toEqual(["rate-line", "period-lookup"]);
  expect(options).toMatchObject({ pairs: 7, json: "out.json" });
});

test("an unknown name is refused with the names there are", () => {
  expect(() => read("rate-lines")).toThrow(OptionsError);
  expect(() => read("rate-lines")).toThrow(/no bench rate-lines; there are rate-line, period-lookup, /);
});

test("fewer than five pairs are refused", () => {
  expect(() => read("--pairs", "4")).toThrow("--pairs is a whole number from 5 to 50");
});

test("an unknown size is refused with the sizes there are", () => {
  expect(read("--size", "full")?.size).toBe("full");
  expect(() => read("--size", "huge")).toThrow('--size is one of tiny, small, full, not "huge"');
});

test("the usage names every bench", () => {
  expect(read("--help")).toBeNull();
  for (const { name } of benchCatalog) expect(benchUsage(benchCatalog)).toContain(`  ${name} `);
});
