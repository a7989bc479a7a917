import { Agent } from "node:http";
import { type SentRequest, sendRequest } from "./send-request.ts";

export type PlannedRequest = SentRequest & {
  /** What its time counts for. */
  readonly kind: string;
};

export type Load = {
  readonly port: number;
  readonly perSecond: number;
  readonly count: number;
  /** The request number `n`, from 0. */
  readonly plan: (n: number) => PlannedRequest;
};

/** More requests that wait at once mean that the server does not keep up at all. */
const WAITING_MAX = 4_000;

/**
 * Sends requests at a fixed rate, whether those before were answered or not, on as many connections as that takes. A time
 * counts from the moment when the request was due, so that a server which stalls cannot slow down who measures it
 * (coordinated omission).
 * @returns milliseconds by kind, sorted
 * @throws Error for the first answer that is not 2xx, and when the server falls behind without end
 */
export async function sendAtRate(load: Load): Promise<Map<string, number[]>> {
  const agent = new Agent({ keepAlive: true });
  const times = new Map<string, number[]>();
  const waiting = new Set<Promise<void>>();
  const everyMs = 1_000 / load.perSecond;
  let failure: unknown = null;
  const start = performance.now() + 50;
  try {
    for (let n = 0; n < load.count && failure === null; n += 1) {
      const dueAt = start + n * everyMs;
      await sleepUntil(dueAt);
      const planned = load.plan(n);
      const sent = sendRequest(planned, load.port, agent)
        .then(() => {
          const ofKind = times.get(planned.kind) ?? [];
          times.set(planned.kind, ofKind);
          ofKind.push(performance.now() - dueAt);
        })
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => waiting.delete(sent));
      waiting.add(sent);
      if (waiting.size > WAITING_MAX) throw new Error(`${waiting.size} requests wait for their answers`);
    }
    await Promise.all(waiting);
  } finally {
    agent.destroy();
  }
  if (failure !== null) throw failure;
  for (const ofKind of times.values()) ofKind.sort((a, b) => a - b);
  return times;
}

/** The smallest value that `share` of the sorted values do not exceed (nearest rank). */
export function percentileOf(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

async function sleepUntil(at: number): Promise<void> {
  const left = at - performance.now();
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
}
