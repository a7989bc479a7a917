import { Command } from "commander";
import { migrate } from "#libs/data/migrate.ts";
import { readConfig } from "#libs/platform/config.ts";
import { CliError, exitCodes, printJson, readConnection } from "../cli-context.ts";
import { prismaDir } from "../stack/prisma-dir.ts";

/** `billwright migrate`: brings the database to the newest schema, without downloading anything. */
export function migrateCommand(): Command {
  return new Command("migrate")
    .description(
      "apply the migrations as MIGRATION_DATABASE_URL (default: DATABASE_URL) and grant the roles to the login of DATABASE_URL",
    )
    .option("--json", "print what was applied as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  DATABASE_URL=postgres://billwright@db/billwright MIGRATION_DATABASE_URL=postgres://owner@db/billwright billwright migrate\n  billwright migrate --json",
    )
    .action(async (options: { json?: boolean }) => {
      const config = readConfig();
      const running = readConnection(config.BILLWRIGHT_DATA_DIR);
      const url = config.DATABASE_URL ?? running?.url ?? config.MIGRATION_DATABASE_URL;
      if (url === undefined)
        throw new CliError(
          exitCodes.badInput,
          "DATABASE_URL: nothing given; allowed: postgres://user:password@host:port/database",
        );
      const { applied } = await migrate(
        config.MIGRATION_DATABASE_URL ?? (config.DATABASE_URL ? url : (running?.ownerUrl ?? url)),
        url,
        prismaDir,
      );
      if (options.json) return printJson({ applied });
      const text =
        applied.length === 0
          ? "The schema is up to date."
          : applied.map((name) => `applied ${name}`).join("\n");
      process.stdout.write(`${text}\n`);
    });
}
