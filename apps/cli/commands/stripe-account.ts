import { text } from "node:stream/consumers";
import { Command } from "commander";
import { connectStripeAccount } from "#libs/billing/payment/stripe-account.ts";
import { createSecretBox } from "#libs/platform/secret-box.ts";
import { assertMasterKeys } from "../../assert-master-keys.ts";
import { CliError, exitCodes, pickTenant, withInstallation } from "../cli-context.ts";

/** An empty or shortened one would be a signature that anybody can make. */
const SIGNING_SECRET_LENGTH_MIN = 24;

/** `billwright tenant stripe-account`: lets a tenant's own account at Stripe tell us what happens there, and be called for the tenant. */
export function stripeAccountCommand(): Command {
  return new Command("stripe-account")
    .description(
      "note a tenant's own Stripe account; the signing secret of its endpoint and its keys are read from standard input",
    )
    .argument("<account>", "id of the account, acct_...")
    .option("--tenant <uuid>", "which tenant, when there are several")
    .addHelpText(
      "after",
      "\nStandard input: one a line or with blanks between, in any order:\n  whsec_...  signs its webhooks; several while it is changed\n  sk_...     secret or restricted key: from now on Stripe is called by it for the tenant's new customers;\n             Stripe is asked whether it is the account's (a restricted key must be allowed to read its account)\n  pk_...     publishable key, with the secret one\nWithout keys the installation's key goes on calling, or the one that is known.\n\nExamples:\n  billwright tenant stripe-account acct_1QxYz2 < secrets.txt",
    )
    .action((account: string, options: { tenant?: string }) =>
      withInstallation(async (found) => {
        if (!/^acct_\w+$/.test(account))
          throw new CliError(
            exitCodes.badInput,
            `account: given "${account}"; allowed: acct_ and letters or digits`,
          );
        const { MASTER_KEY: keys, PUBLIC_URL = "PUBLIC_URL" } = found.config;
        if (keys === undefined)
          throw new CliError(
            exitCodes.badInput,
            "MASTER_KEY must be set, as the installation has it: the secret is kept encrypted",
          );
        await assertMasterKeys(found.deps);
        const tenantId = await pickTenant(found, options.tenant);
        const secrets = readSecrets(await text(process.stdin));
        const box = createSecretBox(keys);
        await connectStripeAccount(
          { database: found.database, box, apiBase: found.config.stripe?.apiBase ?? null },
          { tenantId, actor: "cli", accountId: account, ...secrets },
        );
        process.stdout.write(`endpoint: ${PUBLIC_URL}/webhooks/stripe/${account}\n`);
      }),
    );
}

/** What standard input holds, each known by how it begins; nothing of it is ever printed. */
function readSecrets(given: string) {
  const words = given.split(/[\s,]+/).filter((word) => word !== "");
  const signing = words.filter((word) => word.startsWith("whsec_"));
  const secret = words.filter((word) => /^[rs]k_/.test(word));
  const publishable = words.filter((word) => word.startsWith("pk_"));
  const short = signing.find((word) => word.length < SIGNING_SECRET_LENGTH_MIN);
  if (short !== undefined) {
    throw new CliError(
      exitCodes.badInput,
      `the signing secret has ${short.length} characters; Stripe's have ${SIGNING_SECRET_LENGTH_MIN} at least, whsec_ included`,
    );
  }
  const isEverything = signing.length + secret.length + publishable.length === words.length;
  if (signing.length === 0 || !isEverything || secret.length > 1 || secret.length !== publishable.length) {
    throw new CliError(
      exitCodes.badInput,
      "standard input must hold the signing secret, whsec_..., and either both keys of the account, sk_... and pk_..., or none",
    );
  }
  const [apiKey] = secret;
  const [publishableKey] = publishable;
  const keys =
    apiKey === undefined || publishableKey === undefined ? {} : { keys: { apiKey, publishableKey } };
  return { webhookSecret: signing.join(","), ...keys };
}
