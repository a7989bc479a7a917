import { text } from "node:stream/consumers";
import { Command } from "commander";
import { connectStripeAccount } from "#libs/billing/payment/stripe-account.ts";
import { withTenant } from "#libs/data/database.ts";
import { createSecretBox } from "#libs/platform/secret-box.ts";
import { CliError, exitCodes, pickTenant, withInstallation } from "../cli-context.ts";

/** `billwright tenant stripe-account`: lets a tenant's own account at Stripe tell us what happens there. */
export function stripeAccountCommand(): Command {
  return new Command("stripe-account")
    .description(
      "note a tenant's own Stripe account; the signing secret of its endpoint is read from standard input",
    )
    .argument("<account>", "id of the account, acct_...")
    .option("--tenant <uuid>", "which tenant, when there are several")
    .addHelpText("after", "\nExamples:\n  billwright tenant stripe-account acct_1QxYz2 < signing-secret.txt")
    .action((account: string, options: { tenant?: string }) =>
      withInstallation(async (found) => {
        const { MASTER_KEY: keys } = found.ownConfig;
        if (keys === undefined)
          throw new CliError(exitCodes.badInput, "MASTER_KEY must be set: the secret is kept encrypted");
        const tenantId = await pickTenant(found, options.tenant);
        const webhookSecret = (await text(process.stdin)).trim();
        if (!/^whsec_\S+$/.test(webhookSecret))
          throw new CliError(exitCodes.badInput, "standard input must hold the signing secret, whsec_...");
        const box = createSecretBox(keys);
        await withTenant(found.database, { tenantId, actor: "cli" }, (tx) =>
          connectStripeAccount(tx, { accountId: account, webhookSecret, box }),
        );
        process.stdout.write(`endpoint: PUBLIC_URL/webhooks/stripe/${account}\n`);
      }),
    );
}
