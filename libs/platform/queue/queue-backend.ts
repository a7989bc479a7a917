import {
  createPostgresBackend,
  createRedisBackend,
  type PostgresConnectionOptions,
  type Processor,
  type Queue,
  withBackend,
  type WorkerOptions,
} from "bullmq";
import { Redis } from "ioredis";
import pg from "pg";

/** A ledger row to run, or a schedule that ticks; `atMs`: the tick that was meant, when it is delivered late. */
export type Delivery = { readonly jobId?: string; readonly schedule?: string; readonly atMs?: number };

export type DeliveryQueue = Queue<Delivery, unknown, string>;

export type QueueWorker = {
  readonly close: (force?: boolean) => Promise<void>;
  readonly isRunning: () => boolean;
};

export type HitCount = { readonly hits: number; readonly resetMs: number };

/** One way to reach the queues, whatever carries them. */
export type QueueBackend = {
  readonly kind: "redis" | "postgres";
  readonly queue: (name: string) => DeliveryQueue;
  readonly work: (name: string, processor: Processor<Delivery>, options: WorkerSettings) => QueueWorker;
  /**
   * Adds one to a key's count, which is forgotten `windowMs` after its first; answers the count and how long it is kept.
   * Null where the carrier is the database itself, which counts in a table. Throws when the carrier does not answer.
   */
  readonly countHit: ((key: string, windowMs: number) => Promise<HitCount>) | null;
  /** Answers when the carrier does; throws what is wrong with it. */
  readonly check: () => Promise<void>;
  /** What the carrier does when its memory is full, such as `noeviction`; null where nothing is dropped, or it does not say. */
  readonly evictionPolicy: () => Promise<string | null>;
  readonly close: () => Promise<void>;
};

export type WorkerSettings = Pick<
  WorkerOptions,
  "concurrency" | "lockDuration" | "stalledInterval" | "limiter"
> & {
  readonly onError: (error: Error) => void;
};

const keepFinished = { removeOnComplete: { count: 1_000 }, removeOnFail: { count: 5_000 } } as const;

/** Opens the queues: Redis when its URL is given, else BullMQ's own Postgres backend. One code path above this line. */
export function openQueueBackend(options: {
  readonly redisUrl: string | undefined;
  readonly databaseUrl: string;
  readonly prefix?: string;
}): QueueBackend {
  return options.redisUrl === undefined
    ? openOnPostgres(options.databaseUrl, options.prefix)
    : openOnRedis(options.redisUrl, options.prefix);
}

/** One step for Redis, so that no count is left without an end. */
const countScript = `
local hits = redis.call("INCR", KEYS[1])
if hits == 1 or redis.call("PTTL", KEYS[1]) < 0 then redis.call("PEXPIRE", KEYS[1], ARGV[1]) end
return { hits, redis.call("PTTL", KEYS[1]) }`;

/**
 * A connection on which a command has no answer for so long is dead, though nobody closed it, and is made anew. Longer than
 * BullMQ waits for work.
 */
const silenceMs = 20_000;

function openOnRedis(url: string, prefix = "billwright"): QueueBackend {
  const { Queue, Worker } = withBackend(createRedisBackend);
  const connection = new Redis(url, {
    maxRetriesPerRequest: null,
    lazyConnect: true,
    socketTimeout: silenceMs,
  });
  connection.on("error", () => undefined); // reported by each call that needs the connection
  const queues = new Map<string, DeliveryQueue>();
  const workers: QueueWorker[] = [];
  return {
    kind: "redis",
    queue: (name) => {
      const open =
        queues.get(name) ??
        (new Queue<Delivery, unknown, string>(name, {
          connection,
          prefix,
          defaultJobOptions: keepFinished,
        }) as DeliveryQueue);
      if (!queues.has(name)) open.on("error", () => undefined);
      queues.set(name, open);
      return open;
    },
    work: (name, processor, { onError, ...settings }) => {
      const worker = new Worker<Delivery>(name, processor, { connection, prefix, ...settings });
      worker.on("error", onError);
      workers.push(worker);
      return worker;
    },
    countHit: async (key, windowMs) => {
      const counting = connection.eval(countScript, 1, `${prefix}:hits:${key}`, windowMs);
      const [hits, resetMs] = (await within(counting, 2_000, "redis did not count within 2 s")) as number[];
      return { hits: Number(hits), resetMs: Number(resetMs) };
    },
    check: async () => {
      await within(connection.ping(), 3_000, "redis did not answer within 3 s");
    },
    evictionPolicy: async () => {
      const info = await within(connection.info("memory"), 3_000, "redis did not answer within 3 s");
      return /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? null;
    },
    close: async () => {
      await Promise.allSettled(workers.map((worker) => worker.close()));
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      connection.disconnect();
    },
  };
}

function openOnPostgres(url: string, prefix = "billwright"): QueueBackend {
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const pool = new pg.Pool({
    connectionString: url,
    max: 30,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    options: "-c search_path=bullmq",
    application_name: "billwright-queue",
  });
  pool.setMaxListeners(0); // every queue and worker listens to it
  pool.on("error", () => undefined); // an idle connection died; the pool replaces it
  const connection = pool as unknown as PostgresConnectionOptions; // a pg.Pool is what it asks for; its own type is narrower
  const queues = new Map<string, DeliveryQueue>();
  const workers: QueueWorker[] = [];
  return {
    kind: "postgres",
    queue: (name) => {
      const open =
        queues.get(name) ??
        (new Queue<Delivery, unknown, string>(name, {
          connection,
          prefix,
          defaultJobOptions: keepFinished,
        }) as unknown as DeliveryQueue);
      if (!queues.has(name)) open.on("error", () => undefined);
      queues.set(name, open);
      return open;
    },
    work: (name, processor, { onError, ...settings }) => {
      const worker = new Worker<Delivery>(name, processor, { connection, prefix, ...settings });
      worker.on("error", onError);
      workers.push(worker);
      return worker;
    },
    countHit: null,
    check: async () => {
      await pool.query("select 1");
    },
    evictionPolicy: async () => null,
    close: async () => {
      await Promise.allSettled(workers.map((worker) => worker.close()));
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      await pool.end();
    },
  };
}

async function within<T>(promise: Promise<T>, ms: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
