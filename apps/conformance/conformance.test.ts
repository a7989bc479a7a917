import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BadInput, readConformanceOptions } from "./conformance-options.ts";
import { readVectors, type VectorCase } from "./read-vectors.ts";
import { countVerdicts, type Judged, verdictDetails, verdictLine, verdictTable } from "./report.ts";
import { coreRespondent, runVectors } from "./run-vectors.ts";

const cases = readVectors([join(__dirname, "vectors")]);
const run = (list: readonly VectorCase[], mutate = false) => runVectors(list, coreRespondent, { mutate });
const caseOf = (area: VectorCase["area"], input: object, expected: object): VectorCase => {
  return { area, id: "made", input: { ...input }, expected: { ...expected } };
};
const verdictOf = async (each: VectorCase): Promise<string> =>
  (await run([each])).map(({ verdict }) => verdict.verdict).join();

describe("the vectors of other engines", () => {
  let judged: Judged[];
  beforeAll(async () => {
    judged = await run(cases);
  });

  test("none differs, and at least 85 of 100 agree", () => {
    const counts = countVerdicts(judged);
    expect(verdictDetails(judged).filter((line) => line.includes("(another value)"))).toEqual([]);
    expect(counts.differ).toBe(0);
    expect(counts.total).toBeGreaterThan(450);
    expect(counts.agree / counts.total).toBeGreaterThanOrEqual(0.85);
  });

  test("the README states the verdict", () => {
    expect(readFileSync("README.md", "utf8")).toContain(`\`${verdictLine(judged)}\``);
  });

  test("every applicable case differs when what is expected is shifted", async () => {
    const shifted = countVerdicts(await run(cases, true));
    expect(shifted.differ).toBe(shifted.total - shifted["n/a"]);
    expect(shifted["n/a"]).toBe(countVerdicts(judged)["n/a"]);
  });

  test("other names in another order give the same table", async () => {
    const renamed = cases.map((each, index) => ({ ...each, id: `case ${index}` })).reverse();
    const again = await run(renamed);
    expect(verdictTable(again)).toEqual(verdictTable(judged));
    expect(verdictLine(again)).toBe(verdictLine(judged));
  });

  test("a case with a key that nobody knows differs, in every area and op", async () => {
    const known = cases.filter((_, index) => judged[index]?.verdict.verdict !== "n/a");
    const odd = known.map((each) => ({ ...each, input: { ...each.input, colour: "green" } }));
    const verdicts = await run(odd);
    expect(countVerdicts(verdicts)).toMatchObject({ differ: odd.length });
    expect(verdictDetails(verdicts).join("\n")).toContain("colour");
  });

  test("an expected key that Billwright has no answer for differs", async () => {
    const odd = cases.map((each) => ({ ...each, expected: { ...each.expected, colour: "green" } }));
    const counts = countVerdicts(await run(odd));
    expect(counts.differ).toBe(counts.total - counts["n/a"]);
  });
});

test("what breaks an adapter is a difference, and does not end the run", async () => {
  const [judged] = await runVectors(
    [caseOf("periods", { op: "floor" }, { result: "2026-01-01" })],
    {
      ...coreRespondent,
      adapters: {
        ...coreRespondent.adapters,
        periods: () => {
          throw new TypeError("no such thing");
        },
      },
    },
    { mutate: false },
  );
  expect(judged?.verdict).toMatchObject({
    verdict: "differ",
    differences: [{ reason: "broken: TypeError: no such thing" }],
  });
});

describe("a difference by decision", () => {
  const stub = {
    op: "next_boundary",
    start: "2024-01-15T00:00:00",
    anchor: "2024-06-15T12:00:00",
    interval: "year",
    anchor_rule: "start_year_plus_n",
  };

  test("is one only where the peer's own rule gives what is expected", async () => {
    expect(await verdictOf(caseOf("periods", stub, { end: "2025-06-15T12:00:00" }))).toBe("by decision");
    expect(await verdictOf(caseOf("periods", stub, { end: "2024-06-15T12:00:00" }))).toBe("agree");
    expect(await verdictOf(caseOf("periods", stub, { end: "2025-06-15T12:00:01" }))).toBe("differ");
  });

  test("names its rule and its record", async () => {
    const judged = await run([caseOf("periods", stub, { end: "2025-06-15T12:00:00" })]);
    expect(verdictDetails(judged).join("\n")).toContain("plain_grid (.github/adr/0011)");
  });
});

describe("reading vectors", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "conformance-"));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const read = (text: string) => {
    const path = join(dir, "odd.json");
    writeFileSync(path, text);
    return () => readVectors([path]);
  };

  test.each([
    ["no JSON", "{", "cannot be read"],
    ["another format", '{"cases": []}', "area: "],
    ["an unknown area", '{"area": "taxes", "cases": []}', "area: "],
    [
      "a case without input",
      '{"area": "periods", "cases": [{"id": "a", "expected": {"end": 1}}]}',
      "cases.0.input",
    ],
    [
      "a case that states nothing",
      '{"area": "periods", "cases": [{"id": "a", "input": {}, "expected": {}}]}',
      "states nothing",
    ],
  ])("%s is refused, naming file and place", (_what, text, place) => {
    expect(read(text)).toThrow(BadInput);
    expect(read(text)).toThrow("odd.json");
    expect(read(text)).toThrow(place);
  });

  test("a file that is not there and a folder without files are refused", () => {
    expect(() => readVectors([join(dir, "missing.json")])).toThrow("missing.json");
    expect(() => readVectors([dir])).toThrow("without *.json");
  });

  test("options that make no sense are refused", () => {
    expect(() => readConformanceOptions([])).toThrow(BadInput);
    expect(() => readConformanceOptions(["a.json", "--api", "http://x"])).toThrow("--key");
    expect(() => readConformanceOptions(["a.json", "--api", "x", "--key", "k"])).toThrow("URL");
    expect(() => readConformanceOptions(["a.json", "--loud"])).toThrow("loud");
    expect(readConformanceOptions(["--help"])).toBeNull();
  });
});
