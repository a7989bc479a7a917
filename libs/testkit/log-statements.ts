import type { Database } from "#libs/data/database.ts";

/** The SQL of every statement that the application sent while `fn` ran. */
export async function logStatements(database: Database, fn: () => Promise<unknown>): Promise<string[]> {
  const statements: string[] = [];
  const clients = new Map<object, () => void>();
  const watch = (client: { query: (...args: never[]) => unknown }) => {
    if (clients.has(client)) return;
    const query = client.query;
    const send = query.bind(client) as (...args: unknown[]) => unknown;
    client.query = (...args: unknown[]) => {
      const [first] = args;
      statements.push(typeof first === "string" ? first : String((first as { text?: string }).text));
      return send(...args);
    };
    clients.set(client, () => {
      client.query = query;
    });
  };
  const onAcquire = (client: object) => watch(client as Parameters<typeof watch>[0]);
  database.pool.on("acquire", onAcquire);
  try {
    await fn();
  } finally {
    database.pool.off("acquire", onAcquire);
    for (const restore of clients.values()) restore();
  }
  return statements;
}
