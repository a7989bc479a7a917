import type { ImportRow, ImportRows } from "./import-row.ts";

/** Characters of the rows in one batch: long rows make smaller batches, so that memory is bounded. */
const LENGTH_MAX = 16 * 1024 * 1024;

/** Hands on batches while the next one is read and made ready: one is stored, one grows. Returns whether it was stopped. */
export async function eachBatch<Ready>(
  rows: ImportRows,
  size: number,
  signal: AbortSignal | undefined,
  prepare: (batch: readonly ImportRow[]) => Ready,
  store: (batch: Ready) => Promise<void>,
): Promise<boolean> {
  let batch: ImportRow[] = [];
  let length = 0;
  let storing: Promise<void> = Promise.resolve();
  const hand = async () => {
    const ready = prepare(batch);
    batch = [];
    length = 0;
    await storing;
    storing = store(ready);
    storing.catch(() => undefined);
  };
  try {
    for await (const some of rows) {
      for (const row of some) {
        batch.push(row);
        length += row.length;
        if (batch.length >= size || length >= LENGTH_MAX) await hand();
      }
      if (signal?.aborted) return true;
    }
    if (batch.length > 0) await hand();
    return false;
  } finally {
    await storing;
  }
}
