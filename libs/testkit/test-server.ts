import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { migrate } from "#libs/data/migrate.ts";
import { startEmbeddedPostgres } from "#libs/platform/postgres/embedded-postgres.ts";

/** Runs as a child of the test run: one embedded server with a migrated template database, until its input ends. */
async function main(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "billwright-test-"));
  const server = await startEmbeddedPostgres({
    dir: join(dir, "pg"),
    database: "billwright_template",
    durable: false,
  });
  await migrate(server.ownerUrl, server.url, resolve("prisma"));
  process.stdout.write(`${JSON.stringify({ url: server.url, ownerUrl: server.ownerUrl })}\n`);
  process.stdin.resume();
  await new Promise((end) => process.stdin.once("end", end));
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
