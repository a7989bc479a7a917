/** Stripe's words. A `warning` asks before money is taken; `prevented` was settled before it became a dispute. */
export const disputeStates = [
  "warning_needs_response",
  "warning_under_review",
  "warning_closed",
  "prevented",
  "needs_response",
  "under_review",
  "won",
  "lost",
] as const;

export type DisputeState = (typeof disputeStates)[number];

const ranks: Readonly<Record<DisputeState, number>> = {
  warning_needs_response: 0,
  warning_under_review: 1,
  warning_closed: 2,
  prevented: 2,
  needs_response: 3,
  under_review: 4,
  won: 5,
  lost: 5,
};

/** The state after a message: states only go forward, and the first verdict stands. */
export function nextDisputeState(now: DisputeState, told: DisputeState): DisputeState {
  return ranks[told] > ranks[now] ? told : now;
}

/** What has happened to the money when a dispute stands so, in order: each is posted once. */
export function disputeOutcomes(state: DisputeState): readonly ("opened" | "won" | "lost")[] {
  if (ranks[state] < ranks.needs_response) return [];
  return state === "won" || state === "lost" ? ["opened", state] : ["opened"];
}

/** Whether nothing more will be said of it. */
export function isDisputeClosed(state: DisputeState): boolean {
  return ["warning_closed", "prevented", "won", "lost"].includes(state);
}
