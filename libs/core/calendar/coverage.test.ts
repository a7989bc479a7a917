import { Temporal } from "temporal-polyfill";
import { validateCoverage } from "./coverage.ts";

const day = (n: number) => Temporal.Instant.fromEpochMilliseconds(n * 86_400_000);
const range = (start: number, end: number) => ({ start: day(start), end: day(end) });
const days = (ranges: readonly { start: Temporal.Instant; end: Temporal.Instant }[]) =>
  ranges.map(({ start, end }) => [start, end].map((at) => at.epochMilliseconds / 86_400_000));

describe("validateCoverage", () => {
  it.each<[string, [number, number][], [number, number][], number[][], number[][]]>([
    [
      "nothing missing where ranges touch",
      [[0, 30]],
      [
        [0, 10],
        [10, 30],
      ],
      [],
      [],
    ],
    [
      "a gap at the start, in the middle and at the end",
      [[0, 30]],
      [
        [5, 10],
        [12, 20],
      ],
      [
        [0, 5],
        [10, 12],
        [20, 30],
      ],
      [],
    ],
    [
      "an overlap by name",
      [[0, 30]],
      [
        [0, 12],
        [10, 30],
      ],
      [],
      [[10, 12]],
    ],
    [
      "one range inside another",
      [[0, 30]],
      [
        [0, 30],
        [10, 12],
      ],
      [],
      [[10, 12]],
    ],
    [
      "no gap outside what is wanted",
      [
        [0, 10],
        [20, 30],
      ],
      [
        [0, 10],
        [20, 40],
      ],
      [],
      [],
    ],
    [
      "all of it when nothing is held",
      [
        [0, 10],
        [10, 30],
      ],
      [],
      [[0, 30]],
      [],
    ],
  ])("finds %s", (_name, wanted, held, gaps, overlaps) => {
    const ranges = (list: [number, number][]) => list.map(([start, end]) => range(start, end));
    const found = validateCoverage(ranges(wanted), ranges(held));
    expect(days(found.gaps)).toEqual(gaps);
    expect(days(found.overlaps)).toEqual(overlaps);
  });

  it("counts every day as held, missing or not wanted, on random ranges", () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    let state = seed;
    const next = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state % below;
    };
    const some = () =>
      Array.from({ length: next(6) }, () => {
        const start = next(40);
        return range(start, start + next(12));
      });
    for (let n = 0; n < 2_000; n++) {
      const [wanted, held] = [some(), some()];
      const found = validateCoverage(wanted, held);
      const all = {
        wanted: days(wanted),
        held: days(held),
        gaps: days(found.gaps),
        overlaps: days(found.overlaps),
      };
      const count = (list: number[][], d: number) =>
        list.filter(([start = 0, end = 0]) => start <= d && d < end).length;
      const wrong = Array.from({ length: 55 }, (_, d) => d).filter((d) => {
        const [isWanted, times] = [count(all.wanted, d) > 0, count(all.held, d)];
        const isGap = isWanted && times === 0;
        return count(all.gaps, d) !== (isGap ? 1 : 0) || count(all.overlaps, d) !== (times > 1 ? 1 : 0);
      });
      if (wrong.length > 0) throw new Error(`seed ${seed}, case ${n}: wrong on days ${wrong.join(", ")}`);
    }
  });
});
