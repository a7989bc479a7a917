import type { TenantTx } from "#libs/data/database.ts";
import type { ReconciliationFinding } from "#libs/data/reconciliations.ts";

/** What a check came to; null: it is switched off here. */
export type CheckReport = {
  readonly objects: number;
  readonly findings: readonly Omit<ReconciliationFinding, "check">[];
} | null;

export type ReconciliationScope = {
  readonly tenantId: string;
  /** System time; null = each check's own window. */
  readonly since: Date | null;
  /** When the process stops; nothing that is read is waited for any more. */
  readonly stopping?: AbortSignal | undefined;
  readonly inTenant: <T>(work: (tx: TenantTx) => Promise<T>) => Promise<T>;
};
