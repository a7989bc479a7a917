/** Fewer than these cost more apart than a second tab gains. */
const keptTogether = 4;

export type PrintQueueTerms<T> = {
  /** So many batches are printed side by side. */
  readonly tabs: number;
  readonly batchSize: number;
  /** Whether it is printed with nothing beside it. Does not throw, as `goTogether` does not. */
  readonly isAlone: (each: T) => boolean;
  /** Whether the two may be in one batch. */
  readonly goTogether: (first: T, other: T) => boolean;
  /** Prints a batch beside others. Rejects when none of it was settled: by its own fault, or by one that printed beside it. */
  readonly print: (batch: readonly T[]) => Promise<void>;
  /** Prints with nothing beside it what must be alone. Settles it; never rejects. */
  readonly printAlone: (each: T) => Promise<void>;
  /** Prints with nothing beside it a batch that failed. Settles each; never rejects. */
  readonly printAgain: (batch: readonly T[]) => Promise<void>;
};

export type PrintQueue<T> = {
  readonly add: (each: T) => void;
  /** Resolves when nothing waits or prints. */
  readonly finish: () => Promise<void>;
};

/**
 * Who is printed when: the oldest first, in batches that share what waits between the free tabs. A batch that failed is printed again
 * when the others have ended, because only then it shows whose fault it was.
 */
export function printQueue<T>(terms: PrintQueueTerms<T>): PrintQueue<T> {
  const waiting: T[] = [];
  let turn: Promise<void> | null = null;
  let wake: () => void = () => undefined;

  async function work(): Promise<void> {
    // What is asked for in the same moment is printed together.
    await new Promise((next) => setImmediate(next));
    const running = new Set<Promise<void>>();
    const failed: (readonly T[])[] = [];
    while (waiting.length + running.size + failed.length > 0) {
      const [first] = waiting;
      const mustBeAlone = failed.length > 0 || (first !== undefined && terms.isAlone(first));
      if (mustBeAlone && running.size === 0) {
        const again = failed.shift();
        if (again !== undefined) await terms.printAgain(again);
        else await terms.printAlone(waiting.shift() as T);
      } else if (mustBeAlone || first === undefined || running.size >= terms.tabs) {
        const arrival = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await Promise.race([...running, ...(mustBeAlone ? [] : [arrival])]);
      } else {
        const batch = takeBatch(waiting, terms, terms.tabs - running.size);
        const printing = terms
          .print(batch)
          .catch(() => void failed.push(batch))
          .finally(() => running.delete(printing));
        running.add(printing);
      }
    }
    turn = null;
  }

  return {
    add: (each) => {
      waiting.push(each);
      wake();
      turn ??= work();
    },
    finish: async () => {
      await turn;
    },
  };
}

/** The oldest that waits and those that go with it, as many as leave the other free tabs their part. */
function takeBatch<T>(waiting: T[], terms: PrintQueueTerms<T>, freeTabs: number): T[] {
  const first = waiting[0] as T;
  const share = Math.min(terms.batchSize, Math.max(keptTogether, Math.ceil(waiting.length / freeTabs)));
  const batch = waiting
    .filter((each) => each === first || (!terms.isAlone(each) && terms.goTogether(first, each)))
    .slice(0, share);
  for (const each of batch) waiting.splice(waiting.indexOf(each), 1);
  return batch;
}
