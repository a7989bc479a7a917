import type { ImportRow, ImportRows } from "./import-row.ts";

/** Hands on batches while the next one is read: one is stored, one grows. Returns whether it was stopped. */
export async function eachBatch(
  rows: ImportRows,
  size: number,
  signal: AbortSignal | undefined,
  store: (batch: readonly ImportRow[]) => Promise<void>,
): Promise<boolean> {
  let batch: ImportRow[] = [];
  let storing: Promise<void> = Promise.resolve();
  const hand = async () => {
    await storing;
    const full = batch;
    batch = [];
    storing = store(full);
    storing.catch(() => undefined);
  };
  try {
    for await (const some of rows) {
      for (const row of some) {
        batch.push(row);
        if (batch.length >= size) await hand();
      }
      if (signal?.aborted) return true;
    }
    if (batch.length > 0) await hand();
    return false;
  } finally {
    await storing;
  }
}
