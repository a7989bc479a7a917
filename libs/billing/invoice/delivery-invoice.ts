import { domainError } from "#libs/core/errors.ts";
import { type TenantTx, withTenant } from "#libs/data/database.ts";
import { type DeliveryInvoice, loadDeliveryInvoice } from "#libs/data/invoice-delivery.ts";
import type { Deps } from "../deps.ts";

/** Which invoice to deliver or collect, and for which run and job. */
export type DeliveryInput = {
  readonly tenantId: string;
  readonly invoiceId: string;
  readonly runId?: string | null;
  readonly jobId?: string | null;
};

/** Opens a transaction of the invoice's tenant that carries the run and the job. */
export function inDelivery<T>(
  deps: Pick<Deps, "database">,
  input: DeliveryInput,
  actor: string,
  work: (tx: TenantTx) => Promise<T>,
): Promise<T> {
  const scope = {
    tenantId: input.tenantId,
    actor,
    runId: input.runId ?? null,
    requestId: input.jobId ?? undefined,
  };
  return withTenant(deps.database, scope, work);
}

/** @throws DomainError invoice_not_found, also for a draft: it has no document to deliver */
export async function requireDeliveryInvoice(tx: TenantTx, invoiceId: string): Promise<DeliveryInvoice> {
  const invoice = await loadDeliveryInvoice(tx, invoiceId);
  if (invoice !== null) return invoice;
  throw domainError("invoice_not_found", `no issued invoice ${invoiceId}`);
}
