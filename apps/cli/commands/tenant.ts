import { Command, InvalidArgumentError, Option } from "commander";
import { Temporal } from "temporal-polyfill";
import { createTenant } from "#libs/billing/catalog/create-tenant.ts";
import { withSystem } from "#libs/data/database.ts";
import { listTenants, type TenantMode } from "#libs/data/tenants.ts";
import { printJson, withDatabaseOnly } from "../cli-context.ts";
import { stripeAccountCommand } from "./stripe-account.ts";

type CreateOptions = { mode: TenantMode; clock?: Temporal.Instant; json?: boolean };

/** `billwright tenant create|list`: the companies that bill with this installation. */
export function tenantCommand(): Command {
  const create = new Command("create")
    .description("make a tenant and print its id")
    .argument("<name>", "name of the company")
    .addOption(
      new Option("--mode <mode>", "live, or test with a clock of its own")
        .choices(["live", "test"])
        .default("live"),
    )
    .option("--clock <time>", "where a test tenant's clock stands, RFC 3339", parseTime)
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      '\nExamples:\n  billwright tenant create "Acme GmbH"\n  billwright tenant create Trial --mode test --clock 2026-01-01T00:00:00Z',
    )
    .action((name: string, options: CreateOptions) =>
      withDatabaseOnly(async ({ database }) => {
        const clock = options.clock === undefined ? {} : { clockNow: options.clock };
        const { tenantId } = await createTenant(database, {
          name,
          mode: options.mode,
          actor: "cli",
          ...clock,
        });
        if (options.json) return printJson({ id: tenantId, name, mode: options.mode });
        process.stdout.write(`${tenantId}\nNext: billwright keys create --role admin --tenant ${tenantId}\n`);
      }),
    );
  const list = new Command("list")
    .description("list the tenants")
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExamples:\n  billwright tenant list\n  billwright tenant list --json")
    .action((options: { json?: boolean }) =>
      withDatabaseOnly(async ({ database }) => {
        const rows = await withSystem(database, (db) => listTenants(db));
        if (options.json) return printJson(rows);
        for (const row of rows) {
          process.stdout.write(
            `${row.id}  ${row.mode}  ${row.name}${row.clock_now ? `  clock ${row.clock_now.toISOString()}` : ""}\n`,
          );
        }
        if (rows.length === 0) process.stdout.write("no tenant yet: billwright tenant create NAME\n");
      }),
    );
  return new Command("tenant")
    .description("make and list tenants")
    .addCommand(create)
    .addCommand(list)
    .addCommand(stripeAccountCommand());
}

export function parseTime(text: string): Temporal.Instant {
  try {
    return Temporal.Instant.from(text);
  } catch {
    throw new InvalidArgumentError("a time with an offset is wanted, such as 2026-01-01T00:00:00Z.");
  }
}
