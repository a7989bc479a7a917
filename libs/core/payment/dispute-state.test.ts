import { disputeOutcomes, type DisputeState, isDisputeClosed, nextDisputeState } from "./dispute-state.ts";

test.each<[DisputeState, DisputeState, DisputeState]>([
  ["warning_needs_response", "needs_response", "needs_response"],
  ["under_review", "needs_response", "under_review"],
  ["needs_response", "lost", "lost"],
  ["lost", "under_review", "lost"],
  ["won", "lost", "won"],
  ["warning_closed", "warning_under_review", "warning_closed"],
])("a dispute that is %s and told %s is %s", (now, told, next) => {
  expect(nextDisputeState(now, told)).toBe(next);
});

test("money is taken when a warning becomes a dispute, and ends by its verdict", () => {
  expect(disputeOutcomes("warning_under_review")).toEqual([]);
  expect(disputeOutcomes("prevented")).toEqual([]);
  expect(disputeOutcomes("under_review")).toEqual(["opened"]);
  expect(disputeOutcomes("won")).toEqual(["opened", "won"]);
  expect(
    ["lost", "prevented", "under_review"].map((state) => isDisputeClosed(state as DisputeState)),
  ).toEqual([true, true, false]);
});
