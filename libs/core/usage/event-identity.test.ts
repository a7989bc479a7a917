import { splitRepeats } from "./event-identity.ts";

const event = (source: string, id: string, value: number) => ({ source, id, value });

test("the first event of an identity counts, and the same id from another source is another event", () => {
  const events = [event("a", "x", 1), event("a", "x", 2), event("b", "x", 3), event("a", "y", 4)];
  const { first, again } = splitRepeats(events, (each) => each);
  expect(first.map(({ value }) => value)).toEqual([1, 3, 4]);
  expect(again.map(({ value }) => value)).toEqual([2]);
});

test("source and id do not run into each other", () => {
  const { again } = splitRepeats([event("ab", "c", 1), event("a", "bc", 2)], (each) => each);
  expect(again).toEqual([]);
});
