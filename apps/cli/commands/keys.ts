import { Command, Option } from "commander";
import type { Temporal } from "temporal-polyfill";
import { createApiKey } from "#libs/billing/catalog/create-api-key.ts";
import { rotateApiKey } from "#libs/billing/catalog/rotate-api-key.ts";
import { revokeApiKey } from "#libs/billing/catalog/revoke-api-key.ts";
import { domainError } from "#libs/core/errors.ts";
import { parsePublicId, publicId } from "#libs/core/public-id.ts";
import { type ApiKeyRole, listApiKeys } from "#libs/data/api-keys.ts";
import { withTenant } from "#libs/data/database.ts";
import { pickTenant, printJson, withDatabaseOnly } from "../cli-context.ts";
import { parseTime } from "./tenant.ts";

type Common = { tenant?: string; json?: boolean };

/** `billwright keys create|list|rotate|revoke`: API keys of a tenant. */
export function keysCommand(): Command {
  return new Command("keys")
    .description("make, list, rotate and revoke API keys")
    .addCommand(create())
    .addCommand(list())
    .addCommand(rotate())
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
          return printJson(
            rows.map(({ id, replaced_by: by, ...row }) => ({
              ...{ id: publicId("api_key", id), ...row },
              replaced_by: by === null ? null : publicId("api_key", by),
            })),
          );
        for (const row of rows) {
          const ends = row.expires_at === null ? "active" : `until ${row.expires_at.toISOString()}`;
          const state = row.revoked_at ? "revoked" : ends;
          process.stdout.write(
            `${publicId("api_key", row.id)}  ${row.role.padEnd(8)}  ...${row.last_four}  ${state}  ${row.name}\n`,
          );
        }
      }),
    );
}

function rotate(): Command {
  return new Command("rotate")
    .description("replace a key by a new one, printed once; the old one ends after an overlap")
    .argument("<id>", "its id, key_...")
    .option("--overlap <duration>", "how long the old one still works, PT0S to P30D", "PT24H")
    .option("--tenant <uuid>", "which tenant, when there are several")
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  billwright keys rotate key_01k2...\n  billwright keys rotate key_01k2... --overlap P7D --json",
    )
    .action((id: string, options: Common & { overlap: string }) =>
      withDatabaseOnly(async (found) => {
        const tenantId = await pickTenant(found, options.tenant);
        const { row, secret, replaced } = await withTenant(found.database, { tenantId, actor: "cli" }, (tx) =>
          rotateApiKey(tx, { keyId: keyIdOf(id), overlap: options.overlap }),
        );
        const endsAt = replaced.expires_at?.toISOString() ?? null;
        if (options.json)
          return printJson({ id: publicId("api_key", row.id), key: secret, replaced: id, ends_at: endsAt });
        process.stdout.write(`${secret}\n`);
        process.stderr.write(`${publicId("api_key", row.id)}; ${id} ends at ${endsAt}\n`);
      }),
    );
}

/** @throws DomainError api_key_not_found */
function keyIdOf(id: string): string {
  const keyId = parsePublicId("api_key", id);
  if (keyId === null)
    throw domainError("api_key_not_found", `"${id}" is no key id; \`billwright keys list\` shows them`);
  return keyId;
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
        const tenantId = await pickTenant(found, options.tenant);
        await withTenant(found.database, { tenantId, actor: "cli" }, (tx) =>
          revokeApiKey(tx, { keyId: keyIdOf(id) }),
        );
        process.stdout.write(`revoked ${id}\n`);
      }),
    );
}
