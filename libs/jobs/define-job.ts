import type { z } from "zod";
import type { Deps } from "#libs/billing/deps.ts";
import type { Tx } from "#libs/billing/work/tx.ts";
import type { DomainEvent, EventType, JobSeed } from "#libs/core/events.ts";
import type { QueueName } from "#libs/platform/queue/queue-names.ts";

export type RetryPolicy = {
  /** Tries of one dispatch, with exponential back-off; the sweeper dispatches again until the budget is used up. */
  readonly attempts: number;
  readonly delayMs: number;
  /** Tries over all dispatches. */
  readonly budget: number;
};

type JobBase<P> = {
  /** A string for ever, `noun.verb`; never a class or file name. */
  readonly name: string;
  readonly queue: QueueName;
  /** Events that cause it, and the payload each gives; null = this event needs no job. */
  readonly on?: Partial<Record<EventType, (event: DomainEvent) => P | null>>;
  /** Ids only, never snapshots. */
  readonly payload: z.ZodType<P>;
  /** Made of business facts; unique per tenant. */
  readonly key: (payload: P) => string;
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
  readonly delayMs?: number;
};

export type JobDefinition<P> = JobBase<P> &
  (
    | {
        readonly transaction: (tx: Tx, payload: P, deps: Deps) => Promise<unknown>;
        /**
         * The same for several jobs of one tenant in one transaction, where that is less work: one result a payload, in their order.
         * When it throws, each is done alone. An audit row would name one of them, so jobs that write some stay alone.
         */
        readonly together?: (tx: Tx, payloads: readonly P[], deps: Deps) => Promise<readonly unknown[]>;
        /** What to do instead after a failure; null = the failure stands. */
        readonly recover?: (
          deps: Deps,
          payload: P,
          scope: ExternalScope,
          thrown: unknown,
        ) => Promise<unknown>;
      }
    | { readonly external: (deps: Deps, payload: P, scope: ExternalScope) => Promise<unknown> }
  );

/** Where an external job belongs. */
export type ExternalScope = {
  readonly tenantId: string;
  readonly runId: string | null;
  readonly jobId: string;
  /** Comes with `work_stopped` when the process stops: work that reads for long ends then, and its job waits for the next process. */
  readonly stopping?: AbortSignal | undefined;
};

/** A definition whose payload type has been closed over: what the catalog lists. */
export type AnyJob = {
  readonly name: string;
  readonly queue: QueueName;
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
  readonly kind: "transaction" | "external";
  readonly causedBy: readonly EventType[];
  readonly seedOf: (event: DomainEvent) => JobSeed | null;
  readonly runTransaction: (tx: Tx, payload: unknown, deps: Deps) => Promise<unknown>;
  /** Null where each job is a transaction of its own. */
  readonly runTogether:
    | ((tx: Tx, payloads: readonly unknown[], deps: Deps) => Promise<readonly unknown[]>)
    | null;
  readonly runExternal: (deps: Deps, payload: unknown, scope: ExternalScope) => Promise<unknown>;
  readonly recover: (deps: Deps, payload: unknown, scope: ExternalScope, thrown: unknown) => Promise<unknown>;
};

/** One job in one object: name, queue, causes, payload, key, retry, time-out, handler. `seed` makes its row. */
export function defineJob<P extends Readonly<Record<string, unknown>>>(definition: JobDefinition<P>) {
  const seed = (payload: P): JobSeed => ({
    name: definition.name,
    queue: definition.queue,
    key: `${definition.name}/${definition.key(payload)}`,
    payload: { ...definition.payload.parse(payload) },
    attemptBudget: definition.retry.budget,
    ...(definition.delayMs === undefined ? {} : { delayMs: definition.delayMs }),
  });
  const together = "transaction" in definition ? definition.together : undefined;
  const job: AnyJob = {
    name: definition.name,
    queue: definition.queue,
    retry: definition.retry,
    timeoutMs: definition.timeoutMs,
    kind: "transaction" in definition ? "transaction" : "external",
    causedBy: Object.keys(definition.on ?? {}) as EventType[],
    seedOf: (event) => {
      const payload = definition.on?.[event.type]?.(event) ?? null;
      return payload === null ? null : seed(payload);
    },
    runTransaction: (tx, payload, deps) => {
      if (!("transaction" in definition)) throw new Error(`${definition.name} is external`);
      return definition.transaction(tx, definition.payload.parse(payload), deps);
    },
    runTogether:
      together === undefined
        ? null
        : (tx, payloads, deps) =>
            together(
              tx,
              payloads.map((payload) => definition.payload.parse(payload)),
              deps,
            ),
    runExternal: (deps, payload, scope) => {
      if (!("external" in definition)) throw new Error(`${definition.name} is a transaction`);
      return definition.external(deps, definition.payload.parse(payload), scope);
    },
    recover: async (deps, payload, scope, thrown) => {
      if (!("transaction" in definition) || definition.recover === undefined) return null;
      return definition.recover(deps, definition.payload.parse(payload), scope, thrown);
    },
  };
  return { ...job, seed };
}
