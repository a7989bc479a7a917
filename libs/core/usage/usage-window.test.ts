import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { splitWindow, splitWindows } from "./usage-window.ts";

const range = (text: string) => {
  const [start = "", end = ""] = text.split("..");
  return { start: Temporal.Instant.from(`2026-03-${start}Z`), end: Temporal.Instant.from(`2026-03-${end}Z`) };
};

describe("splitWindow", () => {
  test.each([
    ["whole hours", "01T00:00..02T00:00", "01T00:00..02T00:00", []],
    [
      "a Kolkata day, cut in half hours",
      "01T18:30..02T18:30",
      "01T19:00..02T18:00",
      ["01T18:30..01T19:00", "02T18:00..02T18:30"],
    ],
    ["a cut start", "01T18:15..01T20:00", "01T19:00..01T20:00", ["01T18:15..01T19:00"]],
    ["a cut end", "01T18:00..01T19:00:00.001", "01T18:00..01T19:00", ["01T19:00..01T19:00:00.001"]],
    ["no whole hour across an hour", "01T18:30..01T19:30", null, ["01T18:30..01T19:30"]],
    ["two cut hours that touch", "01T18:30..01T19:00", null, ["01T18:30..01T19:00"]],
    ["a few minutes", "01T18:30..01T18:40", null, ["01T18:30..01T18:40"]],
    ["nothing", "01T18:30..01T18:30", null, []],
    ["the wrong way round", "01T18:30..01T17:30", null, []],
  ])("%s", (_what, window, hours, edges) => {
    expect(splitWindow(range(window))).toEqual({ hours: hours && range(hours), edges: edges.map(range) });
  });

  test("gives parts that are exactly the window, hours on the hour, edges within theirs", () => {
    const second = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(second, second, (a, b) => {
        const at = (s: number) => Temporal.Instant.fromEpochMilliseconds(s * 1000);
        const { hours, edges } = splitWindow({ start: at(Math.min(a, b)), end: at(Math.max(a, b)) });
        const parts = [...edges, ...(hours ? [hours] : [])]
          .map(({ start, end }) => [start.epochMilliseconds / 1000, end.epochMilliseconds / 1000] as const)
          .sort(([x], [y]) => x - y);
        const whole = (s: number) => s % 3600 === 0;
        let end = Math.min(a, b);
        for (const [from, to] of parts) {
          if (from !== end || to <= from) throw new Error(`the part [${from}, ${to}) does not follow ${end}`);
          end = to;
        }
        if (end !== Math.max(a, b)) throw new Error(`the parts end at ${end}`);
        if (
          hours &&
          !(whole(hours.start.epochMilliseconds / 1000) && whole(hours.end.epochMilliseconds / 1000))
        ) {
          throw new Error("the hours are cut");
        }
        if (
          edges.some(({ start, end: last }) => last.epochMilliseconds - start.epochMilliseconds >= 7_200_000)
        ) {
          throw new Error("an edge is two hours long");
        }
      }),
      { numRuns: 100_000 },
    );
  });
});

describe("splitWindows", () => {
  const shown = (windows: string[]) => {
    const { hours, windowOfHour, edges } = splitWindows(windows.map(range));
    const text = (each: ReturnType<typeof range>) =>
      `${each.start.toString().slice(8, 16)}..${each.end.toString().slice(8, 16)}`;
    return { hours: hours && text(hours), windowOfHour, edges: edges.map(text) };
  };

  test("says which window holds each hour, and cuts the hours in which a window ends", () => {
    expect(shown(["01T18:30..01T20:30", "01T20:30..01T22:00", "01T22:00..01T23:10"])).toEqual({
      hours: "01T19:00..01T23:00",
      windowOfHour: [0, -1, 1, 2],
      edges: ["01T18:30..01T19:00", "01T20:00..01T20:30", "01T20:30..01T21:00", "01T23:00..01T23:10"],
    });
  });

  test("has no hours when no window holds a whole one, and no edges when all lie on the hour", () => {
    expect(shown(["01T18:30..01T18:40", "01T18:40..01T19:20"])).toEqual({
      hours: null,
      windowOfHour: [],
      edges: ["01T18:30..01T18:40", "01T18:40..01T19:20"],
    });
    expect(shown(["01T18:00..01T19:00", "01T19:00..01T21:00"])).toEqual({
      hours: "01T18:00..01T21:00",
      windowOfHour: [0, 1, 1],
      edges: [],
    });
  });

  test("of one window are the parts that splitWindow gives, before 1970 too", () => {
    const second = fc.integer({ min: -50_000, max: 50_000 });
    fc.assert(
      fc.property(second, second, (a, b) => {
        const at = (s: number) => Temporal.Instant.fromEpochMilliseconds(s * 1000);
        const window = { start: at(a), end: at(b) };
        const { hours, edges } = splitWindows([window]);
        expect({ hours, edges }).toEqual(splitWindow(window));
      }),
      { numRuns: 2_000 },
    );
  });
});
