import { type BoundaryDraft, draftBoundary, dueAt } from "#libs/billing/run/draft-boundary.ts";
import { defaultSettings } from "#libs/core/settings.ts";
import type { Bench, BenchCase, Sample } from "../bench.ts";
import { liveHeapBytes } from "../heap.ts";
import { type NaiveInvoice, naiveInvoice } from "../naive/naive-invoice.ts";
import { dueSubscriptions } from "../subscriptions.ts";

const TOTAL = 2_000;
const SMALL_TOTAL = 500;
const BYTES_PER_MB = 2 ** 20;

const draft = (from: number, count: number): BoundaryDraft[] =>
  dueSubscriptions(from, count).map(({ standing, usage }) =>
    draftBoundary(standing, dueAt(standing), usage, defaultSettings),
  );
const draftNaively = (from: number, count: number): NaiveInvoice[] =>
  dueSubscriptions(from, count).map(naiveInvoice);

/** What a run keeps in memory is its chunk, whatever the number of subscriptions. */
export const chunkMemory: Bench = {
  name: "chunk-memory",
  about: "most live heap while chunks are rated, above what was there before; naive: all in one list",
  open: () => ({
    cases: [
      ...[250, 500, 1_000].map(
        (chunk): BenchCase => ({
          name: `${TOTAL} subscriptions in chunks of ${chunk}`,
          ...{ unit: "MB", better: "lower", verify: verifyEach(chunk) },
          ours: { name: "drafts of a chunk", sample: () => peakHeap(draft, TOTAL, chunk) },
          peer: { name: "naive, one list", sample: () => peakHeap(draftNaively, TOTAL, TOTAL) },
        }),
      ),
      {
        name: `chunks of 250: ${TOTAL} beside ${SMALL_TOTAL}`,
        ...{ unit: "MB", better: "lower", verify: verifyEach(250), ratioTarget: 0.8 },
        ours: { name: `${TOTAL} in all`, sample: () => peakHeap(draft, TOTAL, 250) },
        peer: { name: `${SMALL_TOTAL} in all`, sample: () => peakHeap(draft, SMALL_TOTAL, 250) },
      },
    ],
  }),
};

/** The greatest live heap with a finished chunk in hand. */
function peakHeap(rate: (from: number, count: number) => unknown[], total: number, chunk: number): Sample {
  const before = liveHeapBytes();
  let peak = 0;
  for (let from = 0; from < total; from += chunk) {
    const held = rate(from, Math.min(chunk, total - from));
    peak = Math.max(peak, liveHeapBytes() - before);
    held.length = 0;
  }
  return { value: peak / BYTES_PER_MB };
}

function verifyEach(chunk: number): () => void {
  return () => {
    const [ours, peer] = [draft(0, chunk).length, draftNaively(0, chunk).length];
    if (ours !== chunk || peer !== chunk) throw new Error(`${ours} and ${peer} of ${chunk} were rated`);
  };
}
