/**
 * `pending`: asked for, and the provider has not answered; `processing`: the provider has taken the money from us and is
 * giving it back; `failed` ends it from any state, also after it had succeeded (the customer's account was closed).
 */
export type RefundState = "pending" | "processing" | "succeeded" | "failed";

const ranks: Readonly<Record<RefundState, number>> = { pending: 0, processing: 1, succeeded: 2, failed: 3 };

/** The state after a message: states only go forward, so messages may come twice and in any order. */
export function nextRefundState(now: RefundState, told: RefundState): RefundState {
  return ranks[told] > ranks[now] ? told : now;
}

/** Whether money has left us in this state. */
export function isPaidOut(state: RefundState): boolean {
  return state === "processing" || state === "succeeded";
}
