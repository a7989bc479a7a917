import type { DomainEvent, EventType, JobSeed, SubjectType } from "#libs/core/events.ts";
import { arrayLiteral } from "./array-literal.ts";
import { newId } from "./new-id.ts";
import { toDate, type TenantTx } from "./database.ts";
import { insertJobs } from "./jobs.ts";
import { insertDeliveries } from "./webhook-deliveries.ts";

export type NewEvent = {
  readonly type: EventType;
  readonly subjectType: SubjectType;
  readonly subjectId: string;
  readonly data?: DomainEvent["data"];
};

/**
 * Stores what happened together with the jobs it causes and the webhooks it is told by, set-based; all carry the transaction's
 * run.
 * @returns their ids, in the same order
 */
export async function emitEvents(tx: TenantTx, events: readonly NewEvent[]): Promise<string[]> {
  if (events.length === 0) return [];
  const full = events.map((event) => toDomainEvent(tx, event));
  await tx.db.$executeRaw`
    insert into domain_event (tenant_id, id, type, subject_type, subject_id, data, run_id, occurred_at)
    select ${tx.tenantId}::uuid, e.id, e.type, e.subject_type, e.subject_id, e.data::jsonb, ${tx.runId}::uuid, ${toDate(tx.now)}
    from unnest(${arrayLiteral(full.map((e) => e.id))}::uuid[], ${arrayLiteral(full.map((e) => e.type))}::text[], ${arrayLiteral(full.map((e) => e.subjectType))}::text[],
                ${arrayLiteral(full.map((e) => e.subjectId))}::uuid[], ${arrayLiteral(full.map((e) => JSON.stringify(e.data)))}::text[])
      as e (id, type, subject_type, subject_id, data)`;
  const caused: (JobSeed & { causeId: string })[] = full.flatMap((event) =>
    tx.causes(event).map((seed) => ({ ...seed, causeId: event.id })),
  );
  await insertJobs(tx, caused);
  await planDeliveries(tx, await insertDeliveries(tx, full));
  return full.map((event) => event.id);
}

/** Sends off the next try of webhook deliveries. */
export async function planDeliveries(
  tx: TenantTx,
  deliveries: readonly { readonly id: string; readonly attempts: number }[],
): Promise<void> {
  await planJobs(
    tx,
    deliveries.map(({ id: subjectId, attempts }) => ({
      ...({ type: "webhook_delivery.due", subjectType: "webhook_delivery", subjectId } as const),
      data: { attempt_no: attempts + 1 },
    })),
  );
}

/**
 * Inserts the jobs that signals cause without storing them as events: the inner steps of a run, which are no facts
 * of the business, and of a dry run, which must leave no trace but run and job.
 */
export async function planJobs(tx: TenantTx, signals: readonly NewEvent[]): Promise<string[]> {
  return insertJobs(
    tx,
    signals.flatMap((signal) => tx.causes(toDomainEvent(tx, signal))),
  );
}

/** The jobs that a signal causes, not written yet. */
export function seedsOf(tx: TenantTx, signal: NewEvent): readonly JobSeed[] {
  return tx.causes(toDomainEvent(tx, signal));
}

/** Stored events with ids in `[fromId, toId)`, in their order. */
export async function listDomainEvents(
  tx: TenantTx,
  range: { readonly fromId: string; readonly toId: string; readonly limit: number },
): Promise<DomainEvent[]> {
  return tx.db.$queryRaw<DomainEvent[]>`
    select id, tenant_id as "tenantId", type, subject_type as "subjectType", subject_id as "subjectId", data, run_id as "runId" from domain_event
    where tenant_id = ${tx.tenantId}::uuid and id >= ${range.fromId}::uuid and id < ${range.toId}::uuid order by id limit ${range.limit}`;
}

function toDomainEvent(tx: TenantTx, event: NewEvent): DomainEvent {
  return {
    id: newId(),
    tenantId: tx.tenantId,
    type: event.type,
    subjectType: event.subjectType,
    subjectId: event.subjectId,
    data: event.data ?? {},
    runId: tx.runId,
  };
}
