import { Command, Option } from "commander";
import type { Temporal } from "temporal-polyfill";
import { createApiKey } from "#libs/billing/catalog/create-api-key.ts";
import { revokeApiKey } from "#libs/billing/catalog/revoke-api-key.ts";
import { domainError } from "#libs/core/errors.ts";
import { parsePublicId, publicId } from "#libs/core/public-id.ts";
import { type ApiKeyRole, listApiKeys } from "#libs/data/api-keys.ts";
import { withTenant } from "#libs/data/database.ts";
import { pickTenant, printJson, withDatabaseOnly } from "../cli-context.ts";
import { parseTime } from "./tenant.ts";

type Common = { tenant?: string; json?: boolean };

/** `billwright keys create|list|revoke`: API keys of a tenant. */
export function keysCommand(): Command {
  return new Command("keys")
    .description("make, list and revoke API keys")
    .addCommand(create())
    .addCommand(list())
    .addCommand(revoke());
}

function create(): Command {
  return new Command("create")
    .description("make a key; its secret is printed once and can never be read again")
    .addOption(
      new Option("--role <role>", "what it may do")
        .choices(["admin", "operator", "ingest", "reader"])
        .default("admin"),
    )
    .option("--name <name>", "what it is for", "cli")
    .option("--expires <time>", "when it stops working, RFC 3339", parseTime)
    .option("--tenant <uuid>", "which tenant, when there are several")
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  billwright keys create --role ingest --name collector\n  billwright keys create --role reader --expires 2027-01-01T00:00:00Z --json",
    )
    .action((options: Common & { role: ApiKeyRole; name: string; expires?: Temporal.Instant }) =>
      withDatabaseOnly(async (found) => {
        const tenantId = await pickTenant(found, options.tenant);
        const expires = options.expires === undefined ? {} : { expiresAt: options.expires };
        const { row, secret } = await withTenant(found.database, { tenantId, actor: "cli" }, (tx) =>
          createApiKey(tx, { name: options.name, role: options.role, ...expires }),
        );
        if (options.json)
          return printJson({ id: publicId("api_key", row.id), role: options.role, key: secret });
        process.stdout.write(`${secret}\n`);
        process.stderr.write(`${publicId("api_key", row.id)} of tenant ${publicId("tenant", tenantId)}\n`);
      }),
    );
}

function list(): Command {
  return new Command("list")
    .description("list the keys, newest first, without their secrets")
    .option("--tenant <uuid>", "which tenant, when there are several")
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExamples:\n  billwright keys list\n  billwright keys list --json")
    .action((options: Common) =>
      withDatabaseOnly(async (found) => {
        const tenantId = await pickTenant(found, options.tenant);
        const { rows } = await withTenant(found.database, { tenantId, actor: "cli" }, (tx) =>
          listApiKeys(tx, { limit: 100, cursor: null }),
        );
        if (options.json)
          return printJson(rows.map(({ id, ...row }) => ({ id: publicId("api_key", id), ...row })));
        for (const row of rows) {
          const state = row.revoked_at ? "revoked" : "active";
          process.stdout.write(
            `${publicId("api_key", row.id)}  ${row.role.padEnd(8)}  ...${row.last_four}  ${state}  ${row.name}\n`,
          );
        }
      }),
    );
}

function revoke(): Command {
  return new Command("revoke")
    .description("end a key; whoever uses it is refused from now on")
    .argument("<id>", "its id, key_...")
    .option("--tenant <uuid>", "which tenant, when there are several")
    .addHelpText(
      "after",
      "\nExamples:\n  billwright keys revoke key_01k2...\n  billwright keys revoke key_01k2... --tenant UUID",
    )
    .action((id: string, options: Common) =>
      withDatabaseOnly(async (found) => {
        const keyId = parsePublicId("api_key", id);
        if (keyId === null)
          throw domainError("api_key_not_found", `"${id}" is no key id; \`billwright keys list\` shows them`);
        const tenantId = await pickTenant(found, options.tenant);
        await withTenant(found.database, { tenantId, actor: "cli" }, (tx) => revokeApiKey(tx, { keyId }));
        process.stdout.write(`revoked ${id}\n`);
      }),
    );
}
