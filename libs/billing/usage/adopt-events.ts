import type { TenantTx } from "#libs/data/database.ts";
import { resolveWaitingEvents, type WaitingFor } from "#libs/data/usage-adoption.ts";
import { addToBuckets } from "#libs/data/usage-buckets.ts";
import { loadUsageMeters } from "#libs/data/usage-meters.ts";
import { addEvents, type BucketMap } from "./event-buckets.ts";
import { byEventType } from "./ingest-events.ts";

const BATCH = 2_000;

export type Adoption = {
  /** Events that count from now on. */
  readonly adopted: number;
};

/**
 * Counts the stored events that waited for a customer or a meter, or for anything that exists by now. Each event is
 * counted once, however often and by however many this is done. An event that its meter cannot use is adopted and adds
 * nothing.
 */
export async function adoptEvents(
  tx: TenantTx,
  input: { readonly customerId?: string; readonly meterId?: string },
): Promise<Adoption> {
  const meters = await loadUsageMeters(tx);
  const meter = meters.find((each) => each.id === input.meterId);
  if (input.meterId !== undefined && meter === undefined) return { adopted: 0 };
  const waitingFor: WaitingFor =
    meter ?? (input.customerId === undefined ? null : { customerId: input.customerId });
  const buckets: BucketMap = new Map();
  const metersByEventType = byEventType(meters);
  let adopted = 0;
  for (;;) {
    const { moved, resolved } = await resolveWaitingEvents(tx, waitingFor, BATCH);
    addEvents(buckets, resolved, metersByEventType);
    adopted += resolved.length;
    if (moved < BATCH) break;
  }
  await addToBuckets(tx, [...buckets.values()]);
  return { adopted };
}
