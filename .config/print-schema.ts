import { startEmbeddedPostgres } from "#libs/platform/postgres/embedded-postgres.ts";
import { printSchemaSql } from "#libs/data/migrate.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Prints the SQL of schema.prisma from scratch: what a new migration is cut from. */
async function main(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "billwright-schema-"));
  const server = await startEmbeddedPostgres({ dir: join(dir, "pg"), database: "print", durable: false });
  try {
    process.stdout.write(await printSchemaSql(server.ownerUrl, "prisma"));
  } finally {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
