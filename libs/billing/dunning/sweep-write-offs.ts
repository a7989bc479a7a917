import { type TenantTx, withSystem, withTenant } from "#libs/data/database.ts";
import { listTenantIds } from "#libs/data/tenants.ts";
import type { Deps } from "../deps.ts";
import { describeFailure } from "../work/run-work.ts";
import { findWriteOffs, writeOffOverdue } from "./write-off-overdue.ts";

type SweepDeps = Pick<Deps, "database" | "logger">;

/**
 * Gives up what stayed unpaid for `uncollectible_after_days`, of every tenant, each invoice in a transaction of its own; one
 * that fails is logged and stops no other. Any number of processes may do this at once. Returns how many invoices.
 */
export async function sweepWriteOffs(deps: SweepDeps): Promise<number> {
  let givenUp = 0;
  for (const tenantId of await withSystem(deps.database, listTenantIds)) {
    let round = 0;
    do givenUp += round = await writeOffSome(deps, tenantId);
    while (round > 0);
  }
  return givenUp;
}

async function writeOffSome(deps: SweepDeps, tenantId: string): Promise<number> {
  let givenUp = 0;
  for (const id of (await orLog(deps, tenantId, findWriteOffs)) ?? []) {
    const isGivenUp = await orLog(deps, tenantId, (tx) => writeOffOverdue(tx, id), id);
    if (isGivenUp === true) givenUp += 1;
  }
  return givenUp;
}

async function orLog<T>(
  { database, logger }: SweepDeps,
  tenantId: string,
  step: (tx: TenantTx) => Promise<T>,
  invoiceId?: string,
): Promise<T | null> {
  try {
    return await withTenant(database, { tenantId, actor: "schedule:invoice.write_off" }, step);
  } catch (error) {
    const ids = { tenant_id: tenantId, invoice_id: invoiceId };
    logger.error("unpaid invoices could not be given up", { ...ids, error: describeFailure(error) });
    return null;
  }
}
