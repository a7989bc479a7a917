import { slopeOf } from "./slope-of.ts";

test.each([
  ["in proportion", 1],
  ["not at all", 0],
  ["by the square", 2],
])("what grows %s has the exponent %d", (_how, exponent) => {
  const points = [10, 100, 1_000].map((size) => ({ size, ms: 3 * size ** exponent }));
  expect(slopeOf(points)).toBeCloseTo(exponent);
});

test("one slow measure moves the exponent no further than its share", () => {
  const points = [
    { size: 10, ms: 10 },
    { size: 100, ms: 100 },
    { size: 1_000, ms: 2_000 },
  ];
  expect(slopeOf(points)).toBeCloseTo(1 + Math.log10(2) / 2);
});
