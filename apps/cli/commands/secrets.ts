import { Command } from "commander";
import { type ResealedSecrets, resealSecrets } from "#libs/billing/secret/reseal-secrets.ts";
import { publicId } from "#libs/core/public-id.ts";
import { withSystem, withTenant } from "#libs/data/database.ts";
import { listTenantIds } from "#libs/data/tenants.ts";
import { createSecretBox } from "#libs/platform/secret-box.ts";
import { CliError, exitCodes, printJson, withInstallation } from "../cli-context.ts";

/** `billwright secrets reseal`: what is encrypted at rest, after a change of MASTER_KEY. */
export function secretsCommand(): Command {
  return new Command("secrets")
    .description("tenants' secrets that are encrypted at rest")
    .addCommand(reseal());
}

function reseal(): Command {
  return new Command("reseal")
    .description(
      "seal every stored secret with the newest key of MASTER_KEY, so that the older ones can be taken out of it; safe to repeat. " +
        "Exit 3 when some were sealed with a key that MASTER_KEY does not hold: they stay as they are",
    )
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      "\nMASTER_KEY holds both keys meanwhile, the new one first, here and in every process.\n\nExamples:\n  MASTER_KEY=NEW,OLD billwright secrets reseal\n  MASTER_KEY=NEW,OLD billwright secrets reseal --json",
    )
    .action((options: { json?: boolean }) =>
      withInstallation(async ({ ownConfig, database }) => {
        const { MASTER_KEY: keys } = ownConfig;
        if (keys === undefined)
          throw new CliError(exitCodes.badInput, "MASTER_KEY must be set: the new key, a comma, the old one");
        const box = createSecretBox(keys);
        const tenants: (ResealedSecrets & { readonly tenant: string })[] = [];
        for (const tenantId of await withSystem(database, listTenantIds)) {
          const done = await withTenant(database, { tenantId, actor: "cli" }, (tx) => resealSecrets(tx, box));
          tenants.push({ tenant: publicId("tenant", tenantId), ...done });
        }
        if (options.json) printJson(tenants);
        else process.stdout.write(`${textOf(tenants)}\n`);
        if (tenants.some(({ unreadable }) => unreadable.length > 0)) process.exitCode = exitCodes.partial;
      }),
    );
}

function textOf(tenants: readonly (ResealedSecrets & { readonly tenant: string })[]): string {
  const sum = (of: (each: ResealedSecrets) => number) => tenants.reduce((total, each) => total + of(each), 0);
  const left = tenants.flatMap(({ tenant, unreadable }) =>
    unreadable.map(
      ({ kind, id, keyId }) =>
        `left: ${kind} ${id} of ${tenant}, sealed with key ${keyId}, which MASTER_KEY does not hold`,
    ),
  );
  const counts = `sealed again: ${sum((each) => each.resealed)}; sealed with the newest key before: ${sum((each) => each.current)}`;
  return [counts, ...left].join("\n");
}
