import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import pg from "pg";

const channel = "billwright_jobs";

/** Commits that follow each other so closely are one notice. */
const restMs = 10;

/** After a listener's connection ended. */
const reconnectMs = 1_000;

/**
 * Tells whoever listens that jobs were committed: after the commit and outside of it, since a NOTIFY in a transaction makes the
 * commits of all others wait for its own. At most one each 10 ms; one that is lost is made good by the relay's poll.
 */
export function jobNotices(pool: pg.Pool): () => void {
  let isResting = false;
  let isWanted = false;
  const send = async () => {
    isResting = true;
    isWanted = false;
    await pool.query(`select pg_notify('${channel}', '')`).catch(() => undefined);
    await setTimeout(restMs, undefined, { ref: false });
    isResting = false;
    if (isWanted) void send();
  };
  return () => {
    isWanted = true;
    if (!isResting) void send();
  };
}

/**
 * Calls `onJobs` when jobs were committed, over a connection of its own, which is made anew when it ends. Behind a pooler in
 * transaction mode, or while there is no connection, nothing is heard.
 */
export function listenForJobs(
  { options }: pg.Pool,
  onJobs: () => void,
): { readonly close: () => Promise<void> } {
  const stop = new AbortController();
  const { signal } = stop;
  let client: pg.Client | null = null;
  const listenOnce = async () => {
    client = new pg.Client({
      ...options,
      application_name: "billwright-listener",
      keepAlive: true,
    });
    const over = once(client, "end"); // fails when the connection does
    over.catch(() => undefined);
    client.on("notification", onJobs);
    try {
      await Promise.race([client.connect().then(() => client?.query(`listen ${channel}`)), over]);
      onJobs(); // what was committed before it could be heard
      await over;
    } finally {
      client.on("error", () => undefined);
      void client.end().catch(() => undefined);
    }
  };
  const listen = async () => {
    while (!signal.aborted) {
      await listenOnce().catch(() => undefined);
      await setTimeout(reconnectMs, undefined, { signal }).catch(() => undefined);
    }
  };
  const listening = listen();
  return {
    close: async () => {
      stop.abort();
      await client?.end().catch(() => undefined);
      await listening;
    },
  };
}
