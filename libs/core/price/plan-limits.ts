import type { Interval } from "./price.ts";

/** What a version of a plan promises for each period of its own interval, in minor units; null = nothing. */
export type PlanLimits = {
  readonly planVersionId: string;
  readonly interval: Interval;
  readonly minimumCommitmentMinor: bigint | null;
  readonly maximumAmountMinor: bigint | null;
};
