/** Runs work a few at a time, now or later, until it is closed. */
export type DeliveryQueue = {
  readonly run: (work: () => Promise<void>) => void;
  /** Calls `act` after a while, unless the queue is closed or the returned function is called before. */
  readonly later: (milliseconds: number, act: () => void) => () => void;
  /** Aborted when the queue is closed. */
  readonly signal: AbortSignal;
  readonly close: () => void;
};

/** A queue that runs `atOnce` pieces of work side by side, in the order they came. */
export function createDeliveryQueue(atOnce: number): DeliveryQueue {
  const ready: (() => Promise<void>)[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const closing = new AbortController();
  let running = 0;
  const pump = (): void => {
    while (running < atOnce && !closing.signal.aborted) {
      const next = ready.shift();
      if (next === undefined) return;
      running += 1;
      void next().finally(() => {
        running -= 1;
        pump();
      });
    }
  };
  return {
    run: (work) => {
      ready.push(work);
      pump();
    },
    later: (milliseconds, act) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        if (!closing.signal.aborted) act();
      }, milliseconds);
      timers.add(timer);
      return () => {
        clearTimeout(timer);
        timers.delete(timer);
      };
    },
    signal: closing.signal,
    close: () => {
      closing.abort();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
