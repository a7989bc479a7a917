import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase } from "#libs/data/database.ts";
import { migrate } from "#libs/data/migrate.ts";
import { causes } from "#libs/jobs/catalog.ts";
import { startEmbeddedPostgres } from "#libs/platform/postgres/embedded-postgres.ts";
import type { BenchTerms, OpenBench } from "./bench.ts";
import { projectDir } from "./stack/build-when-stale.ts";

/** A migrated database of one bench. */
export type Place = {
  readonly dir: string;
  readonly url: string;
  readonly ownerUrl: string;
  readonly database: Database;
  /** The owner of the schema, who sees every tenant. */
  readonly owner: Database["pool"];
  readonly ownerDatabase: Database;
  readonly close: () => Promise<void>;
};

type Server = NonNullable<BenchTerms["server"]> & { readonly stop?: () => Promise<void> };

/** Connections of the application, and of every peer, where a bench says nothing else. */
export const POOL_SIZE = 4;

/**
 * Opens a bench in a place of its own: the server that is given, else one that starts now, as durable as in production.
 * @param poolSize connections of each side
 */
export async function inPlace(
  { server }: BenchTerms,
  open: (place: Place) => OpenBench | Promise<OpenBench>,
  poolSize: number = POOL_SIZE,
): Promise<OpenBench> {
  const place = await openPlace(server, poolSize);
  try {
    const { close, ...opened } = await open(place);
    return {
      ...opened,
      close: async () => {
        await close?.();
        await place.close();
      },
    };
  } catch (error) {
    await place.close();
    throw error;
  }
}

async function openPlace(given: BenchTerms["server"], poolSize: number): Promise<Place> {
  const dir = mkdtempSync(join(tmpdir(), "billwright-bench-"));
  chmodSync(dir, 0o755);
  const server: Server = given ?? (await startServer(dir));
  const database = openDatabase({ url: server.url, poolSize, causes });
  const ownerDatabase = openDatabase({ url: server.ownerUrl, poolSize, causes });
  const close = async () => {
    await database.close();
    await ownerDatabase.close();
    await server.stop?.();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    if (given === undefined) await migrate(server.ownerUrl, server.url, join(projectDir, "prisma"));
    const { url, ownerUrl } = server;
    return { dir, url, ownerUrl, database, ownerDatabase, owner: ownerDatabase.pool, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function startServer(dir: string): Promise<Server> {
  return startEmbeddedPostgres({ dir: join(dir, "postgres"), database: "billwright", durable: true });
}
