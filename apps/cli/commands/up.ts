import { Command } from "commander";
import { hasApiKeys } from "#libs/data/api-keys.ts";
import { readConfig } from "#libs/platform/config.ts";
import { startStack } from "../stack/start-stack.ts";
import { untilStopped } from "../stack/until-stopped.ts";

/** `billwright up`: a whole installation in one process, for real use on one machine. */
export function upCommand(): Command {
  return new Command("up")
    .description(
      "start database (embedded unless DATABASE_URL is set), API, workers and scheduler in one process",
    )
    .option("--sandbox", "with stand-ins for Stripe and e-mail on loopback; for test tenants only", false)
    .addHelpText(
      "after",
      "\nExamples:\n  billwright up\n  PORT=8080 BOOTSTRAP_API_KEY=bw_test_0123456789abcdefghijklmnopqrstuv billwright up --sandbox",
    )
    .action(async (options: { sandbox: boolean }) => {
      const { BILLWRIGHT_DATA_DIR: dataDir, DATABASE_URL: givenUrl } = readConfig();
      const stack = await startStack({ dataDir, sandbox: options.sandbox });
      stack.startWork();
      stack.publish(null);
      const { config, built } = stack;
      const onOff = (on: boolean, name: string) => (on ? name : "off");
      process.stdout.write(
        [
          `Billwright is up at ${stack.apiUrl} (reference: ${stack.apiUrl}/docs)`,
          `  database  ${givenUrl === undefined ? `embedded, in ${dataDir}/postgres` : new URL(givenUrl).host}`,
          `  queues    ${built.queues.kind}`,
          `  storage   ${config.storage === "s3" ? `s3://${config.INVOICE_S3_BUCKET}` : `${dataDir}/objects`}`,
          `  stripe    ${onOff(built.deps.stripe !== null, stack.sandbox === null ? "on" : `sandbox at ${stack.sandbox.stripeUrl}`)}`,
          `  e-mail    ${onOff(built.deps.mailer !== null, stack.sandbox === null ? "on" : `sandbox, mailbox at ${stack.sandbox.mailboxUrl}`)}`,
          `  console   ${config.ADMIN_EMAIL === undefined ? "off (set ADMIN_EMAIL and ADMIN_PASSWORD)" : `${stack.apiUrl}/admin/queues`}`,
          ...(config.DRY_RUN ? ["  DRY RUN   nothing is billed, mailed or collected: DRY_RUN is set"] : []),
          ...(config.PROCESS_MONTH === undefined
            ? []
            : [`  month     scheduled runs take ${config.PROCESS_MONTH} each time: PROCESS_MONTH is set`]),
          ...(config.BOOTSTRAP_API_KEY === undefined && !(await hasApiKeys(built.deps.database))
            ? [
                `  No API key yet: \`npx billwright tenant create NAME${stack.sandbox === null ? "" : " --mode test"}\`, then \`npx billwright keys create\`.`,
              ]
            : []),
          "Ctrl-C stops everything in order.",
          "",
        ].join("\n"),
      );
      await untilStopped(stack);
    });
}
