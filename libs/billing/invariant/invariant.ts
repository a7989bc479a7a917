import type { TenantTx } from "#libs/data/database.ts";
import type { Breach, LookRange } from "#libs/data/invariants/breach.ts";
import type { DeliveryStage } from "#libs/data/missing-deliveries.ts";

export type InvariantCode = `I${number}`;

/** `critical`: money or numbers are in doubt. `error`: something is not done. `warning`: worth a look. */
export type Severity = "critical" | "error" | "warning";

/** One look at one tenant. */
export type Look = {
  readonly range: LookRange;
  /** Everything there is, not a sample. */
  readonly deep: boolean;
  /** Stages of delivery that are switched on here. */
  readonly stages: readonly DeliveryStage[];
};

/** Something that always holds. Its breaches are rows that a query finds, each with what is wrong in words. */
export type Invariant = {
  readonly code: InvariantCode;
  readonly severity: Severity;
  readonly question: string;
  /** Whether breaches that name an account put it aside. */
  readonly parks: boolean;
  /** What puts it right; nothing here ever edits money. */
  readonly repair: string;
  /** What a look costs. */
  readonly cost: string;
  /** Looks at the rows of a range; unset: one look sees all that matters now, whatever the range. */
  readonly ranged: boolean;
  readonly find: (tx: TenantTx, look: Look) => Promise<readonly Breach[]>;
};
